//! A package's files in memory.

use std::collections::BTreeMap;
use std::fmt;
use std::fs;
use std::io::{self, Cursor, Read};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use neuropod_core::{Error, ErrorKind, ModelFiles, ReadAt, Result};
use tempfile::TempDir;

/// A package's files, held in memory.
///
/// They reach the disk only when [`ModelFiles::path`] is asked for: all of them are then written,
/// once, to a private temporary folder that is removed with this value.
///
/// ```
/// use neuropod_core::ModelFiles;
/// use neuropod_test_utils::MemoryFiles;
///
/// let files = MemoryFiles::new().file("0/data/model.fake", "out = add x y");
/// assert_eq!(files.read("0/data/model.fake", 1024)?, b"out = add x y");
/// assert!(files.path("0/data")?.join("model.fake").is_file());
/// # Ok::<(), neuropod_core::Error>(())
/// ```
#[derive(Default)]
pub struct MemoryFiles {
    files: BTreeMap<String, Arc<[u8]>>,
    on_disk: Mutex<Option<TempDir>>,
}

impl MemoryFiles {
    /// No files.
    pub fn new() -> Self {
        MemoryFiles::default()
    }

    /// Adds a file, or replaces the one of that path. The path is relative, with `/` between its
    /// parts.
    #[must_use]
    pub fn file(mut self, path: impl Into<String>, content: impl Into<Vec<u8>>) -> Self {
        self.files.insert(path.into(), Arc::from(content.into()));
        // What was written before is no longer what is held.
        self.on_disk = Mutex::default();
        self
    }

    /// Copies all files of a package into memory.
    ///
    /// # Errors
    ///
    /// If a file cannot be read.
    pub fn copy_of(files: &dyn ModelFiles) -> Result<Self> {
        let mut copy = MemoryFiles::new();
        for path in files.paths() {
            let content = files.read(&path, u64::MAX)?;
            copy = copy.file(path, content);
        }
        Ok(copy)
    }

    fn content(&self, path: &str) -> Result<&Arc<[u8]>> {
        check_path(path)?;
        self.files.get(path).ok_or_else(|| not_found(path))
    }

    fn write_all(&self) -> Result<TempDir> {
        let folder = tempfile::Builder::new().prefix("neuropod-memory-").tempdir()?;
        for (path, content) in &self.files {
            check_path(path)?;
            let target = folder.path().join(path);
            if let Some(parent) = target.parent() {
                fs::create_dir_all(parent)?;
            }
            fs::write(target, content)?;
        }
        Ok(folder)
    }
}

impl ModelFiles for MemoryFiles {
    fn paths(&self) -> Vec<String> {
        self.files.keys().cloned().collect()
    }

    fn open(&self, path: &str) -> Result<Box<dyn Read + Send>> {
        Ok(Box::new(Cursor::new(Arc::clone(self.content(path)?))))
    }

    fn open_at(&self, path: &str) -> Result<Arc<dyn ReadAt>> {
        Ok(Arc::new(MemoryFile(Arc::clone(self.content(path)?))))
    }

    fn path(&self, path: &str) -> Result<PathBuf> {
        check_path(path)?;
        let mut on_disk = self.on_disk.lock().unwrap_or_else(PoisonError::into_inner);
        let folder = match &mut *on_disk {
            Some(folder) => folder,
            empty => empty.insert(self.write_all()?),
        };
        let place = folder.path().join(path);
        if place.exists() { Ok(place) } else { Err(not_found(path)) }
    }
}

impl fmt::Debug for MemoryFiles {
    /// Paths and sizes, not the content.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.files.iter().map(|(path, content)| (path, content.len()))).finish()
    }
}

struct MemoryFile(Arc<[u8]>);

impl ReadAt for MemoryFile {
    fn size(&self) -> u64 {
        self.0.len() as u64
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
        let start = usize::try_from(offset).unwrap_or(usize::MAX).min(self.0.len());
        let len = buffer.len().min(self.0.len() - start);
        buffer[..len].copy_from_slice(&self.0[start..start + len]);
        Ok(len)
    }
}

impl fmt::Debug for MemoryFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "MemoryFile({} bytes)", self.0.len())
    }
}

fn check_path(path: &str) -> Result<()> {
    let inside = |part: &str| !matches!(part, "" | "." | "..") && !part.contains(['\\', '\0', ':']);
    if path.split('/').all(inside) {
        return Ok(());
    }
    let message = "expected a relative path inside the package, with `/` between its parts";
    Err(Error::new(ErrorKind::UnsafePackage, message).with("file", path))
}

fn not_found(path: &str) -> Error {
    Error::new(ErrorKind::NotFound, "the package has no such file").with("file", path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_that_leave_the_package_are_refused() {
        let files = MemoryFiles::new().file("a/b", "content");
        for path in ["", "/etc/passwd", "../a", "a/../b", "a//b", "./a", "a\\b", "C:/a", "a\0"] {
            assert_eq!(files.path(path).unwrap_err().kind(), ErrorKind::UnsafePackage, "{path:?}");
            assert!(files.open(path).is_err(), "{path:?}");
        }
        let hostile = MemoryFiles::new().file("../escape", "content");
        assert_eq!(hostile.path("a").unwrap_err().kind(), ErrorKind::UnsafePackage);
    }

    #[test]
    fn the_folder_on_disk_is_removed_with_the_files() {
        let files = MemoryFiles::new().file("a/b", "content");
        let place = files.path("a").unwrap();
        assert_eq!(fs::read(place.join("b")).unwrap(), b"content");
        assert_eq!(files.path("a/c").unwrap_err().kind(), ErrorKind::NotFound);
        drop(files);
        assert!(!place.exists());
    }

    #[test]
    fn any_part_of_a_file_can_be_read() {
        let files = MemoryFiles::new().file("a", "0123456789");
        let file = files.open_at("a").unwrap();
        let mut buffer = [0; 4];
        assert_eq!(file.size(), 10);
        assert_eq!(file.read_at(3, &mut buffer).unwrap(), 4);
        assert_eq!(&buffer, b"3456");
        assert_eq!(file.read_at(8, &mut buffer).unwrap(), 2);
        assert_eq!(file.read_at(u64::MAX, &mut buffer).unwrap(), 0);
    }
}
