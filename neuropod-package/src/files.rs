//! The files of a package, wherever they are.

use std::fs::{self, File};
use std::io::{self, Read};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use neuropod_core::{ModelFiles, ReadAt};

use crate::archive::{Archive, Check};
use crate::directory::Directory;
use crate::names::Names;
use crate::pread::{FileAt, Sequential};
use crate::unpack::Unpacker;
use crate::{Limits, Manifest, PackageError, Problem};

/// The files of a package: a folder's own, or a zip file's entries.
#[derive(Debug)]
pub(crate) struct PackageFiles {
    package: PathBuf,
    storage: Storage,
    /// The path and size of every file, sorted by path; the storage counts them in this order.
    list: Vec<(String, u64)>,
    unpacker: Unpacker,
    /// What the files are compared with as they are unpacked.
    manifest: OnceLock<Manifest>,
}

#[derive(Debug)]
enum Storage {
    Directory(Directory),
    Archive(Archive),
}

/// A package's path, found to be a folder or a file.
fn open_storage(package: &Path, limits: &Limits) -> Result<Storage, PackageError> {
    let metadata = fs::metadata(package).map_err(|error| match error.kind() {
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => Problem::NotFound,
        _ => Problem::Read(error),
    })?;
    if metadata.is_dir() {
        return Directory::open(package, limits).map(Storage::Directory);
    }
    if !metadata.is_file() {
        return Err(Problem::NotAPackage.into());
    }
    let file = File::open(package).map_err(Problem::Read)?;
    let size = file.metadata().map_err(Problem::Read)?.len();
    Archive::open(Arc::new(FileAt::new(file, size)), limits, Names::OnDisk).map(Storage::Archive)
}

impl PackageFiles {
    /// Lists the files; none is read.
    pub(crate) fn open(package: &Path, limits: &Limits) -> Result<Self, PackageError> {
        let storage = open_storage(package, limits).map_err(|error| error.in_package(package))?;
        let list: Vec<_> = match &storage {
            Storage::Directory(directory) => directory.files().to_vec(),
            Storage::Archive(archive) => archive.files(),
        };
        let unpacker = Unpacker::new(list.len());
        Ok(PackageFiles { package: package.to_owned(), storage, list, unpacker, manifest: OnceLock::new() })
    }

    /// Checks the structure of a zip file as a whole.
    pub(crate) fn check_layout(&self) -> Result<(), PackageError> {
        match &self.storage {
            Storage::Directory(_) => Ok(()),
            Storage::Archive(archive) => archive.check_layout(),
        }
    }

    /// Sets what files are compared with as they are unpacked.
    pub(crate) fn set_manifest(&self, manifest: Manifest) {
        let _ = self.manifest.set(manifest); // the first one stays
    }

    pub(crate) fn manifest(&self) -> Option<&Manifest> {
        self.manifest.get()
    }

    pub(crate) fn package(&self) -> &Path {
        &self.package
    }

    pub(crate) fn is_archive(&self) -> bool {
        matches!(self.storage, Storage::Archive(_))
    }

    pub(crate) fn unpacker(&self) -> &Unpacker {
        &self.unpacker
    }

    /// The path and size of every file, sorted by path.
    pub(crate) fn list(&self) -> &[(String, u64)] {
        &self.list
    }

    pub(crate) fn find(&self, path: &str) -> Option<usize> {
        self.list.binary_search_by(|(candidate, _)| candidate.as_str().cmp(path)).ok()
    }

    /// Opens a file to be read from start to end.
    pub(crate) fn open_file(&self, path: &str) -> Result<Box<dyn Read + Send>, PackageError> {
        let index = self.find(path).ok_or_else(|| Problem::NoSuchEntry.at(path))?;
        self.open_index(index, Check::Crc).map_err(|error| error.in_entry(path))
    }

    pub(crate) fn open_index(
        &self,
        index: usize,
        check: Check,
    ) -> Result<Box<dyn Read + Send>, PackageError> {
        match &self.storage {
            Storage::Directory(directory) => Ok(Box::new(Sequential::new(directory.open_file(index)?))),
            Storage::Archive(archive) => Ok(Box::new(archive.open_file(index, check)?)),
        }
    }

    /// Reads a whole file into memory, unless it is larger than the limit; `None` if there is none.
    pub(crate) fn read_small(&self, path: &str, limit: u64) -> Result<Option<Vec<u8>>, PackageError> {
        let Some(index) = self.find(path) else {
            return Ok(None);
        };
        let size = self.list[index].1;
        if size > limit {
            return Err(Problem::FileTooLarge { size, limit }.at(path));
        }
        let mut content = with_room_for(size).map_err(|problem| problem.at(path))?;
        let mut file = self.open_index(index, Check::Crc)?;
        file.read_to_end(&mut content).map_err(|error| PackageError::from_read(error).in_entry(path))?;
        Ok(Some(content))
    }

    /// Opens a file to be read anywhere.
    pub(crate) fn open_anywhere(&self, path: &str) -> Result<Arc<dyn ReadAt>, PackageError> {
        let index = self.find(path).ok_or_else(|| Problem::NoSuchEntry.at(path))?;
        match &self.storage {
            Storage::Directory(directory) => Ok(Arc::new(directory.open_file(index)?)),
            Storage::Archive(archive) => match archive.stored(index)? {
                Some(range) => Ok(Arc::new(range)),
                None => Ok(Arc::new(self.unpacker.open(self, index)?)),
            },
        }
    }

    /// The place of a file or folder on disk.
    pub(crate) fn locate(&self, path: &str) -> Result<PathBuf, PackageError> {
        let exact = self.find(path);
        let within = match exact {
            Some(index) => index..index + 1,
            None => self.find_within(path),
        };
        if within.is_empty() && !self.has_folder(path) {
            return Err(Problem::NoSuchEntry.at(path));
        }
        match &self.storage {
            Storage::Directory(directory) => Ok(directory.locate(path)),
            Storage::Archive(_) => {
                for index in within {
                    self.unpacker.unpack(self, index)?;
                }
                self.unpacker.place(path, exact.is_none())
            }
        }
    }

    /// The files under a folder.
    fn find_within(&self, folder: &str) -> Range<usize> {
        let prefix = format!("{folder}/");
        let start = self.list.partition_point(|(path, _)| path.as_str() < prefix.as_str());
        let count = self.list[start..].partition_point(|(path, _)| path.starts_with(&prefix));
        start..start + count
    }

    fn has_folder(&self, path: &str) -> bool {
        match &self.storage {
            Storage::Directory(directory) => directory.folders().any(|folder| folder == path),
            Storage::Archive(archive) => archive.folders().any(|folder| folder == path),
        }
    }
}

/// A vector that need not grow to hold so many bytes: growing takes longer than reading them.
fn with_room_for(size: u64) -> Result<Vec<u8>, Problem> {
    let mut content = Vec::new();
    let size = usize::try_from(size).unwrap_or(usize::MAX);
    content.try_reserve_exact(size).map_err(|_| Problem::Read(io::ErrorKind::OutOfMemory.into()))?;
    Ok(content)
}

impl ModelFiles for PackageFiles {
    fn paths(&self) -> Vec<String> {
        self.list.iter().map(|(path, _)| path.clone()).collect()
    }

    fn open(&self, path: &str) -> neuropod_core::Result<Box<dyn Read + Send>> {
        Ok(self.open_file(path).map_err(|error| error.in_package(&self.package))?)
    }

    fn open_at(&self, path: &str) -> neuropod_core::Result<Arc<dyn ReadAt>> {
        Ok(self.open_anywhere(path).map_err(|error| error.in_package(&self.package))?)
    }

    fn path(&self, path: &str) -> neuropod_core::Result<PathBuf> {
        Ok(self.locate(path).map_err(|error| error.in_package(&self.package))?)
    }

    fn contains(&self, path: &str) -> bool {
        self.find(path).is_some()
    }

    fn read(&self, path: &str, limit: u64) -> neuropod_core::Result<Vec<u8>> {
        let content = self
            .read_small(path, limit)
            .and_then(|content| content.ok_or_else(|| Problem::NoSuchEntry.at(path)));
        Ok(content.map_err(|error| error.in_package(&self.package))?)
    }
}
