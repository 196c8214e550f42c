//! The folder outside the checkout that keeps what is downloaded, so that a fresh clone starts in
//! seconds.

use std::ffi::OsString;
use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow};
use sha2::{Digest, Sha256};

/// Stands in every complete folder of the cache.
const STAMP: &str = ".complete";

/// Whether a cached folder was there or had to be made.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Entry {
    Found,
    Built,
}

/// The cache's folder, made if needed: `$NEUROPOD_CACHE`, `$XDG_CACHE_HOME/neuropod` or
/// `~/.cache/neuropod`.
pub(crate) fn root() -> Result<PathBuf> {
    let root = locate(|name| std::env::var_os(name))?;
    let unusable =
        || format!("the cache folder {} must be writable (NEUROPOD_CACHE names another)", root.display());
    fs::create_dir_all(&root).with_context(unusable)?;
    // A folder that exists may still be read-only: ask it now, not after a long download.
    File::create(root.join(".writable")).with_context(unusable)?;
    Ok(root)
}

fn locate(variable: impl Fn(&str) -> Option<OsString>) -> Result<PathBuf> {
    let set = |name| variable(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    if let Some(folder) = set("NEUROPOD_CACHE") {
        // A relative one would be another folder for every caller.
        return std::path::absolute(folder).context("cannot resolve NEUROPOD_CACHE");
    }
    set("XDG_CACHE_HOME")
        .or_else(|| set("HOME").map(|home| home.join(".cache")))
        .map(|caches| caches.join("neuropod"))
        .ok_or_else(|| {
            anyhow!("neither HOME nor XDG_CACHE_HOME is set: name a cache folder in NEUROPOD_CACHE")
        })
}

/// The name under which `parts` are kept: equal parts, equal name.
pub(crate) fn key(parts: &[&str]) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        // The length keeps ("ab", "c") and ("a", "bc") apart.
        hash.update(part.len().to_le_bytes());
        hash.update(part);
    }
    let digest = hash.finalize();
    digest[..8].iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Makes sure that `folder` is complete.
///
/// `build` fills the empty folder under a lock that other processes wait for. A stamp written last
/// tells a complete folder from what an interrupted run left behind, which is built anew, as is a
/// complete one that `usable` turns down.
pub(crate) fn ensure(
    folder: &Path,
    usable: impl Fn(&Path) -> bool,
    build: impl FnOnce(&Path) -> Result<()>,
) -> Result<Entry> {
    let is_ready = || is_complete(folder) && usable(folder);
    if is_ready() {
        return Ok(Entry::Found);
    }
    if let Some(parent) = folder.parent() {
        fs::create_dir_all(parent).with_context(|| format!("cannot make {}", parent.display()))?;
    }
    let _guard = lock(&folder.with_extension("lock"))?;
    if is_ready() {
        return Ok(Entry::Found);
    }
    if folder.exists() {
        eprintln!("  removing an unfinished {}", folder.display());
        fs::remove_dir_all(folder).with_context(|| format!("cannot remove {}", folder.display()))?;
    }
    fs::create_dir(folder).with_context(|| format!("cannot make {}", folder.display()))?;
    build(folder)?;
    fs::write(folder.join(STAMP), "").with_context(|| format!("cannot write to {}", folder.display()))?;
    Ok(Entry::Built)
}

/// Whether `folder` is one that [`ensure`] finished.
pub(crate) fn is_complete(folder: &Path) -> bool {
    folder.join(STAMP).is_file()
}

/// Held until the file is dropped; the system lets go of it if the process dies.
fn lock(path: &Path) -> Result<File> {
    let file = File::create(path).with_context(|| format!("cannot write {}", path.display()))?;
    match file.try_lock() {
        Ok(()) => return Ok(file),
        Err(TryLockError::WouldBlock) => eprintln!("  waiting for another process to finish this"),
        Err(TryLockError::Error(error)) => {
            return Err(error).with_context(|| format!("cannot lock {}", path.display()));
        }
    }
    file.lock().with_context(|| format!("cannot lock {}", path.display()))?;
    Ok(file)
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use anyhow::bail;

    use super::*;

    fn located(variables: &[(&str, &str)]) -> Result<PathBuf> {
        locate(|name| {
            let found = variables.iter().find(|(known, _)| *known == name);
            found.map(|(_, value)| OsString::from(value))
        })
    }

    #[test]
    fn the_most_specific_variable_names_the_cache() {
        let all = [("NEUROPOD_CACHE", "/n"), ("XDG_CACHE_HOME", "/x"), ("HOME", "/h")];
        assert_eq!(located(&all).unwrap(), Path::new("/n"));
        assert_eq!(located(&all[1..]).unwrap(), Path::new("/x/neuropod"));
        assert_eq!(located(&all[2..]).unwrap(), Path::new("/h/.cache/neuropod"));
        assert_eq!(
            located(&[("NEUROPOD_CACHE", ""), ("HOME", "/h")]).unwrap(),
            Path::new("/h/.cache/neuropod")
        );
        assert!(located(&[]).unwrap_err().to_string().contains("NEUROPOD_CACHE"));
    }

    #[test]
    fn the_key_changes_with_every_part() {
        assert_eq!(key(&["a", "b"]), key(&["a", "b"]));
        assert_eq!(key(&["a", "b"]).len(), 16);
        let others = [key(&["a", "c"]), key(&["ab", ""]), key(&["b", "a"])];
        assert!(others.iter().all(|other| *other != key(&["a", "b"])));
    }

    #[test]
    fn a_folder_is_built_once() {
        let cache = tempfile::tempdir().unwrap();
        let folder = cache.path().join("venvs/1");
        let build = |folder: &Path| Ok(fs::write(folder.join("file"), "x")?);
        assert_eq!(ensure(&folder, |_| true, build).unwrap(), Entry::Built);
        let entry = ensure(&folder, |_| true, |_| bail!("built twice")).unwrap();
        assert_eq!(entry, Entry::Found);
    }

    #[test]
    fn an_interrupted_build_starts_from_nothing() {
        let cache = tempfile::tempdir().unwrap();
        let folder = cache.path().join("1");
        let interrupted = ensure(
            &folder,
            |_| true,
            |folder| {
                fs::write(folder.join("half"), "x")?;
                bail!("the power went out")
            },
        );
        assert!(interrupted.is_err() && folder.join("half").exists());
        assert_eq!(ensure(&folder, |_| true, |_| Ok(())).unwrap(), Entry::Built);
        assert!(!folder.join("half").exists());
    }

    #[test]
    fn a_complete_folder_that_stopped_working_is_built_anew() {
        let cache = tempfile::tempdir().unwrap();
        let folder = cache.path().join("1");
        let build = |folder: &Path| Ok(fs::write(folder.join("python"), "")?);
        let works = |folder: &Path| folder.join("python").exists();
        ensure(&folder, works, build).unwrap();
        fs::remove_file(folder.join("python")).unwrap();
        assert_eq!(ensure(&folder, works, build).unwrap(), Entry::Built);
    }

    #[test]
    fn two_at_once_build_one_folder() {
        let cache = tempfile::tempdir().unwrap();
        let folder = cache.path().join("1");
        let built = AtomicUsize::new(0);
        let attempt = || {
            ensure(
                &folder,
                |_| true,
                |_| {
                    built.fetch_add(1, Ordering::Relaxed);
                    std::thread::sleep(std::time::Duration::from_millis(50));
                    Ok(())
                },
            )
        };
        std::thread::scope(|scope| {
            for other in [scope.spawn(attempt), scope.spawn(attempt)] {
                assert!(other.join().unwrap().is_ok());
            }
        });
        assert_eq!(built.into_inner(), 1);
    }
}
