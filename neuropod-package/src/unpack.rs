//! Files of a zip file that somebody needs on disk.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use tempfile::TempDir;

use crate::archive::Check;
use crate::files::PackageFiles;
use crate::pread::FileAt;
use crate::verify::{Hasher, for_each_chunk};
use crate::{PackageError, Problem};

/// Unpacks files, each once, into a private temporary folder that is removed with this value.
#[derive(Debug)]
pub(crate) struct Unpacker {
    folder: OnceLock<Arc<TempDir>>,
    creating: Mutex<()>,
    files: Vec<Unpacked>,
}

#[derive(Debug, Default)]
struct Unpacked {
    /// Held while the file is unpacked; true once it is there.
    done: Mutex<bool>,
    /// Whether the content was compared with the manifest.
    verified: AtomicBool,
}

impl Unpacker {
    pub(crate) fn new(files: usize) -> Self {
        let files = std::iter::repeat_with(Unpacked::default).take(files).collect();
        Unpacker { folder: OnceLock::new(), creating: Mutex::new(()), files }
    }

    /// Puts the file of that index on disk, unless it is there.
    pub(crate) fn unpack(&self, files: &PackageFiles, index: usize) -> Result<PathBuf, PackageError> {
        let (path, _) = &files.list()[index];
        let target = self.folder()?.path().join(path);
        let mut done = lock(&self.files[index].done);
        if !*done {
            self.write(files, index, &target).inspect_err(|_| {
                let _ = fs::remove_file(&target); // the folder goes later in any case
            })?;
            *done = true;
        }
        Ok(target)
    }

    /// Unpacks the file of that index and opens it.
    pub(crate) fn open(&self, files: &PackageFiles, index: usize) -> Result<FileAt, PackageError> {
        let (path, size) = &files.list()[index];
        let place = self.unpack(files, index)?;
        let file = File::open(place).map_err(|error| Problem::Read(error).at(path))?;
        Ok(FileAt::in_folder(file, *size, Arc::clone(self.folder()?)))
    }

    /// Where a path is, once everything under it was unpacked; makes an empty folder.
    pub(crate) fn place(&self, path: &str, is_folder: bool) -> Result<PathBuf, PackageError> {
        let place = self.folder()?.path().join(path);
        if is_folder {
            fs::create_dir_all(&place).map_err(|error| Problem::Write(error).at(path))?;
        }
        Ok(place)
    }

    /// Whether the file was compared with the manifest as it was unpacked. Waits for that if it is
    /// being unpacked.
    pub(crate) fn is_verified(&self, index: usize) -> bool {
        let file = &self.files[index];
        drop(lock(&file.done));
        file.verified.load(Ordering::Acquire)
    }

    fn write(&self, files: &PackageFiles, index: usize, target: &Path) -> Result<(), PackageError> {
        let path = files.list()[index].0.as_str();
        let write_error = |error| Problem::Write(error).at(path);
        if let Some(parent) = target.parent() {
            fs::create_dir_all(parent).map_err(write_error)?;
        }
        let mut file = OpenOptions::new().write(true).create_new(true).open(target).map_err(write_error)?;
        let expected = files.manifest().and_then(|manifest| manifest.hash(path));
        let mut hasher = expected.map(|_| Hasher::new());
        let check = if hasher.is_some() { Check::Size } else { Check::Crc };
        for_each_chunk(&mut files.open_index(index, check)?, |chunk| {
            if let Some(hasher) = &mut hasher {
                hasher.update(chunk);
            }
            file.write_all(chunk).map_err(write_error)
        })?;
        if let (Some(hasher), Some(expected)) = (hasher, expected) {
            hasher.check(expected).map_err(|problem| problem.at(path))?;
            self.files[index].verified.store(true, Ordering::Release);
        }
        Ok(())
    }

    /// The folder, made on first use; readable by the owner alone.
    fn folder(&self) -> Result<&Arc<TempDir>, PackageError> {
        let _guard = lock(&self.creating);
        if self.folder.get().is_none() {
            let made = private_folder().map_err(Problem::Write)?;
            let _ = self.folder.set(Arc::new(made)); // empty until now, and nobody else holds the lock
        }
        self.folder.get().ok_or_else(|| Problem::NotFound.into())
    }
}

fn private_folder() -> io::Result<TempDir> {
    let mut builder = tempfile::Builder::new();
    builder.prefix("neuropod-");
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o700));
    builder.tempdir()
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
