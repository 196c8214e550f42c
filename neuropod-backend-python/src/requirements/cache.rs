//! The folder that keeps what was installed: one folder for every pin and Python.

use std::env;
use std::ffi::OsString;
use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};
use tempfile::TempDir;

use super::pin::Pin;
use crate::PythonError;
use crate::library::Interpreter;

const WRITABLE_FOR_ALL: u32 = 0o002;
const ROOT: u32 = 0;

/// Where distributions are kept, made if needed: the folder `python` in `$NEUROPOD_CACHE`, in
/// `$XDG_CACHE_HOME/neuropod` or in `~/.cache/neuropod`.
///
/// Code from it runs in this process: one that others could have written to is refused.
pub(crate) fn cache_folder() -> Result<PathBuf, PythonError> {
    let folder = locate(|name| env::var_os(name))?;
    prepare(&folder)?;
    Ok(folder)
}

/// Makes the folder if needed, and refuses one that is not safe.
fn prepare(folder: &Path) -> Result<(), PythonError> {
    DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(folder)
        .map_err(|error| unusable(folder, &format!("cannot be made ({error})")))?;
    let metadata =
        fs::metadata(folder).map_err(|error| unusable(folder, &format!("cannot be read ({error})")))?;
    match distrust(metadata.uid(), metadata.permissions().mode(), rustix::process::geteuid().as_raw()) {
        Some(why) => Err(unusable(folder, why)),
        None => Ok(()),
    }
}

fn locate(variable: impl Fn(&str) -> Option<OsString>) -> Result<PathBuf, PythonError> {
    let set = |name| variable(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let root = set("NEUROPOD_CACHE")
        .or_else(|| set("XDG_CACHE_HOME").map(|caches| caches.join("neuropod")))
        .or_else(|| set("HOME").map(|home| home.join(".cache/neuropod")))
        .ok_or_else(|| {
            PythonError::Requirements(
                "there is no folder for the distributions that the package pins: none of NEUROPOD_CACHE, \
                 XDG_CACHE_HOME and HOME is set; name one in NEUROPOD_CACHE"
                    .to_owned(),
            )
        })?;
    // A relative one would be another folder for every caller, and Python may change the folder.
    let root = std::path::absolute(&root)
        .map_err(|error| unusable(&root, &format!("has no full path ({error})")))?;
    Ok(root.join("python"))
}

/// Why code from a folder must not be run. What belongs to the system's administrator, as in a
/// container's image, is as trustworthy as Python itself.
fn distrust(owner: u32, mode: u32, user: u32) -> Option<&'static str> {
    if mode & WRITABLE_FOR_ALL != 0 {
        Some("can be written to by every user, who could put code there: correct that with `chmod o-w`")
    } else if owner != user && owner != ROOT {
        Some("belongs to another user, who could put code there")
    } else {
        None
    }
}

/// The place of one pin for one Python. The folder there is complete, or does not exist.
pub(super) struct Place<'a> {
    cache: &'a Path,
    name: String,
}

impl<'a> Place<'a> {
    pub(super) fn new(cache: &'a Path, python: &Interpreter, pin: &Pin) -> Self {
        // A marker may ask for the version's last number, too.
        let version = if pin.is_conditional() { &python.version } else { &python.minor() };
        let key = key(&[&python.abi, &python.platform, version, &pin.line()]);
        Self { cache, name: format!("{}-{}-{key}", pin.name, pin.version) }
    }

    pub(super) fn folder(&self) -> PathBuf {
        self.cache.join(&self.name)
    }

    pub(super) fn is_full(&self) -> bool {
        self.folder().is_dir()
    }

    /// Waits until no other thread or process fills this place. The system lets go of the lock if the
    /// process dies.
    pub(super) fn lock(&self) -> Result<File, PythonError> {
        let path = self.cache.join(format!("{}.lock", self.name));
        let file = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(&path);
        let file = file.map_err(|error| self.cannot_write(&error))?;
        file.lock().map_err(|error| unusable(self.cache, &format!("cannot be locked ({error})")))?;
        Ok(file)
    }

    /// An empty folder beside the place, which is removed if it is not [moved into](Self::fill) it. What
    /// a process that died has left is removed first; only who holds the lock may ask.
    pub(super) fn stage(&self) -> Result<TempDir, PythonError> {
        let prefix = format!("{}.partial-", self.name);
        self.remove_leftovers(&prefix).map_err(|error| self.cannot_write(&error))?;
        tempfile::Builder::new()
            .prefix(&prefix)
            .tempdir_in(self.cache)
            .map_err(|error| self.cannot_write(&error))
    }

    fn remove_leftovers(&self, prefix: &str) -> io::Result<()> {
        for entry in fs::read_dir(self.cache)? {
            let entry = entry?;
            if entry.file_name().to_string_lossy().starts_with(prefix) {
                fs::remove_dir_all(entry.path())?;
            }
        }
        Ok(())
    }

    /// Puts a complete folder into the place.
    pub(super) fn fill(&self, complete: &Path) -> Result<(), PythonError> {
        fs::rename(complete, self.folder()).map_err(|error| self.cannot_write(&error))
    }

    pub(super) fn cannot_write(&self, error: &io::Error) -> PythonError {
        unusable(self.cache, &format!("cannot be written to ({error})"))
    }
}

/// The name of what depends on `parts`. It is long, since strangers choose one of them: nobody shall find
/// a second list of parts with the same name.
fn key(parts: &[&str]) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        // The length keeps ("ab", "c") and ("a", "bc") apart.
        hash.update(part.len().to_le_bytes());
        hash.update(part);
    }
    hash.finalize()[..16].iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cold]
fn unusable(folder: &Path, why: &str) -> PythonError {
    PythonError::Requirements(format!(
        "the folder {} is for the distributions that packages pin, and {why}; name another in NEUROPOD_CACHE",
        folder.display()
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn located(variables: &[(&str, &str)]) -> Result<PathBuf, PythonError> {
        locate(|name| {
            let found = variables.iter().find(|(known, _)| *known == name);
            found.map(|(_, value)| OsString::from(value))
        })
    }

    #[test]
    fn the_most_specific_variable_names_the_cache() {
        let all = [("NEUROPOD_CACHE", "/n"), ("XDG_CACHE_HOME", "/x"), ("HOME", "/h")];
        assert_eq!(located(&all).unwrap(), Path::new("/n/python"));
        assert_eq!(located(&all[1..]).unwrap(), Path::new("/x/neuropod/python"));
        assert_eq!(located(&all[2..]).unwrap(), Path::new("/h/.cache/neuropod/python"));
        assert!(located(&[("NEUROPOD_CACHE", "here")]).unwrap().is_absolute());
        assert!(located(&[("HOME", "")]).unwrap_err().to_string().contains("name one in NEUROPOD_CACHE"));
    }

    #[test]
    fn folders_of_others_are_not_trusted() {
        assert_eq!(distrust(1000, 0o40700, 1000), None);
        assert_eq!(distrust(1000, 0o40775, 1000), None);
        assert_eq!(distrust(0, 0o40755, 1000), None);
        assert!(distrust(1000, 0o41777, 1000).unwrap().contains("chmod o-w"));
        assert!(distrust(1001, 0o40700, 1000).unwrap().contains("another user"));
        assert!(distrust(1001, 0o40700, 0).unwrap().contains("another user"));
    }

    #[test]
    fn a_new_folder_is_for_its_owner_alone() {
        let parent = tempfile::tempdir().unwrap();
        let folder = parent.path().join("neuropod/python");
        prepare(&folder).unwrap();
        for made in [&folder, &parent.path().join("neuropod")] {
            assert_eq!(fs::metadata(made).unwrap().permissions().mode() & 0o777, 0o700);
        }
        prepare(&folder).unwrap();
        fs::set_permissions(&folder, fs::Permissions::from_mode(0o777)).unwrap();
        let told = prepare(&folder).unwrap_err().to_string();
        assert!(
            told.contains("can be written to by every user") && told.contains("NEUROPOD_CACHE"),
            "{told}"
        );
    }

    #[test]
    fn the_key_changes_with_every_part() {
        assert_eq!(key(&["a", "b"]), key(&["a", "b"]));
        assert_eq!(key(&["a", "b"]).len(), 32);
        let others = [key(&["a", "c"]), key(&["ab", ""]), key(&["b", "a"])];
        assert!(others.iter().all(|other| *other != key(&["a", "b"])));
    }
}
