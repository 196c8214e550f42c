//! Putting files into place.

use std::fs;
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use tempfile::NamedTempFile;

/// The mode of programs, and of folders.
pub(crate) const PROGRAM: u32 = 0o755;
/// The mode of all other files.
pub(crate) const DATA: u32 = 0o644;

/// The folder that is installed into.
pub(crate) struct Destination {
    prefix: PathBuf,
    is_quiet: bool,
}

impl Destination {
    pub(crate) fn new(prefix: &Path) -> Self {
        Destination { prefix: prefix.to_path_buf(), is_quiet: false }
    }

    /// Does not say what it writes.
    pub(crate) fn quiet(self) -> Self {
        Destination { is_quiet: true, ..self }
    }

    /// Puts a file's copy at a path.
    pub(crate) fn copy(&self, path: &str, mode: u32, from: &Path) -> Result<()> {
        let content = fs::read(from).with_context(|| format!("cannot read {}", from.display()))?;
        self.write(path, mode, &content)
    }

    /// Puts this content at a path. At any time, a whole file is there: the new one, or that of an earlier
    /// installation, which running programs keep. A file that is the same already keeps its time, so that nobody
    /// builds anew for it.
    pub(crate) fn write(&self, path: &str, mode: u32, content: &[u8]) -> Result<()> {
        let place = self.prefix.join(path);
        if fs::read(&place).is_ok_and(|old| old == content) {
            set_mode(&place, mode).with_context(|| cannot_write(&place))?;
        } else {
            replace(&place, mode, content).with_context(|| cannot_write(&place))?;
        }
        if !self.is_quiet {
            println!("  {path} ({} bytes)", content.len());
        }
        Ok(())
    }

    /// Puts a link at a path, to a name in the same folder.
    pub(crate) fn link(&self, path: &str, name: &str) -> Result<()> {
        let place = self.prefix.join(path);
        relink(&place, name).with_context(|| cannot_write(&place))?;
        if !self.is_quiet {
            println!("  {path} -> {name}");
        }
        Ok(())
    }
}

/// The paths of all files below a folder, relative to it and sorted.
///
/// # Errors
///
/// A folder cannot be read.
pub(crate) fn files_below(folder: &Path) -> Result<Vec<String>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).with_context(|| format!("cannot read {}", folder.display()))? {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if path.is_dir() {
            found.extend(files_below(&path)?.into_iter().map(|file| format!("{name}/{file}")));
        } else {
            found.push(name);
        }
    }
    found.sort();
    Ok(found)
}

fn cannot_write(place: &Path) -> String {
    format!("cannot write {}: see that its folder can be written, or name another", place.display())
}

/// Writes a file beside its place, and moves it there.
fn replace(place: &Path, mode: u32, content: &[u8]) -> io::Result<()> {
    let folder = place.parent().ok_or(ErrorKind::InvalidInput)?;
    make_folder(folder)?;
    let mut file = NamedTempFile::new_in(folder)?;
    file.write_all(content)?;
    set_mode(file.path(), mode)?;
    file.persist(place)?;
    Ok(())
}

/// Makes a link beside its place, and moves it there.
#[cfg(unix)]
fn relink(place: &Path, name: &str) -> io::Result<()> {
    let folder = place.parent().ok_or(ErrorKind::InvalidInput)?;
    make_folder(folder)?;
    let link = tempfile::Builder::new().make_in(folder, |path| std::os::unix::fs::symlink(name, path))?;
    link.into_temp_path().persist(place)?;
    Ok(())
}

/// Where links need rights, a copy serves.
#[cfg(not(unix))]
fn relink(place: &Path, name: &str) -> io::Result<()> {
    fs::copy(place.with_file_name(name), place).map(drop)
}

/// Makes a folder and those above it, with a mode that does not depend on who installs.
fn make_folder(folder: &Path) -> io::Result<()> {
    if folder.is_dir() {
        return Ok(());
    }
    if let Some(parent) = folder.parent() {
        make_folder(parent)?;
    }
    match fs::create_dir(folder) {
        Err(error) if error.kind() == ErrorKind::AlreadyExists && folder.is_dir() => Ok(()),
        Err(error) => Err(error),
        Ok(()) => set_mode(folder, PROGRAM),
    }
}

#[cfg(unix)]
fn set_mode(path: &Path, mode: u32) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(path, fs::Permissions::from_mode(mode))
}

#[cfg(not(unix))]
fn set_mode(_path: &Path, _mode: u32) -> io::Result<()> {
    Ok(())
}

#[cfg(all(test, unix))]
mod tests {
    use std::fs::File;
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn a_file_replaces_an_earlier_one_that_is_in_use() {
        let scratch = tempfile::tempdir().unwrap();
        let destination = Destination::new(&scratch.path().join("prefix"));
        destination.write("bin/tool", PROGRAM, b"old").unwrap();
        let place = scratch.path().join("prefix/bin/tool");
        let mut in_use = File::open(&place).unwrap();
        destination.write("bin/tool", DATA, b"new").unwrap();
        assert_eq!(fs::read(&place).unwrap(), b"new");
        assert_eq!(io::read_to_string(&mut in_use).unwrap(), "old");
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o7777;
        assert_eq!(mode(&place), DATA);
        let folder = place.parent().unwrap();
        assert_eq!(mode(folder), PROGRAM);
        assert_eq!(fs::read_dir(folder).unwrap().count(), 1, "nothing is left beside it");
    }

    #[test]
    fn a_file_that_is_the_same_keeps_its_time() {
        let scratch = tempfile::tempdir().unwrap();
        let destination = Destination::new(scratch.path());
        destination.write("tool", PROGRAM, b"same").unwrap();
        let place = scratch.path().join("tool");
        let long_ago = std::time::UNIX_EPOCH + std::time::Duration::from_secs(1);
        File::options().append(true).open(&place).unwrap().set_modified(long_ago).unwrap();
        destination.write("tool", DATA, b"same").unwrap();
        let metadata = fs::metadata(&place).unwrap();
        assert_eq!((metadata.modified().unwrap(), metadata.permissions().mode() & 0o7777), (long_ago, DATA));
    }

    #[test]
    fn files_are_found_in_all_folders() {
        let scratch = tempfile::tempdir().unwrap();
        let destination = Destination::new(scratch.path()).quiet();
        for path in ["b/c/d", "a", "b/e"] {
            destination.write(path, DATA, b"").unwrap();
        }
        assert_eq!(files_below(scratch.path()).unwrap(), ["a", "b/c/d", "b/e"]);
    }

    #[test]
    fn a_link_replaces_an_earlier_one() {
        let scratch = tempfile::tempdir().unwrap();
        let destination = Destination::new(scratch.path());
        for name in ["libx.so.1", "libx.so.2"] {
            destination.link("lib/libx.so", name).unwrap();
            assert_eq!(fs::read_link(scratch.path().join("lib/libx.so")).unwrap(), Path::new(name));
        }
        assert_eq!(fs::read_dir(scratch.path().join("lib")).unwrap().count(), 1, "nothing is left beside it");
    }

    #[test]
    fn what_cannot_be_written_is_named() {
        let scratch = tempfile::tempdir().unwrap();
        fs::write(scratch.path().join("bin"), "a file").unwrap();
        let error = Destination::new(scratch.path()).write("bin/tool", PROGRAM, b"").unwrap_err();
        assert!(error.to_string().contains("bin/tool: see that its folder can be written"), "{error}");
    }
}
