//! Putting files into place.

use std::fs::{self, File};
use std::io::{self, ErrorKind, Read};
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
        let mut file = File::open(from).with_context(|| format!("cannot read {}", from.display()))?;
        self.put(path, mode, &mut file)
    }

    /// Puts this content at a path.
    pub(crate) fn write(&self, path: &str, mode: u32, mut content: &[u8]) -> Result<()> {
        self.put(path, mode, &mut content)
    }

    /// At any time, a whole file is there: the new one, or that of an earlier installation, which running
    /// programs keep.
    fn put(&self, path: &str, mode: u32, content: &mut dyn Read) -> Result<()> {
        let place = self.prefix.join(path);
        let size = replace(&place, mode, content).with_context(|| {
            format!("cannot write {}: see that its folder can be written, or name another", place.display())
        })?;
        if !self.is_quiet {
            println!("  {path} ({size} bytes)");
        }
        Ok(())
    }
}

/// Writes a file beside its place, and moves it there. The answer is its size.
fn replace(place: &Path, mode: u32, content: &mut dyn Read) -> io::Result<u64> {
    let folder = place.parent().ok_or(ErrorKind::InvalidInput)?;
    make_folder(folder)?;
    let mut file = NamedTempFile::new_in(folder)?;
    let size = io::copy(content, &mut file)?;
    set_mode(file.path(), mode)?;
    file.persist(place)?;
    Ok(size)
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
    fn what_cannot_be_written_is_named() {
        let scratch = tempfile::tempdir().unwrap();
        fs::write(scratch.path().join("bin"), "a file").unwrap();
        let error = Destination::new(scratch.path()).write("bin/tool", PROGRAM, b"").unwrap_err();
        assert!(error.to_string().contains("bin/tool: see that its folder can be written"), "{error}");
    }
}
