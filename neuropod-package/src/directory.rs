//! Packages that are a folder.

use std::fs::{self, File, Metadata};
use std::path::{Path, PathBuf};

use crate::path::check_path;
use crate::pread::FileAt;
use crate::{Limits, PackageError, Problem};

/// The files of a folder, as they were when it was opened.
#[derive(Debug)]
pub(crate) struct Directory {
    root: PathBuf,
    files: Vec<(String, u64)>,
    folders: Vec<String>,
}

impl Directory {
    /// Lists the folder. No file is opened: opening a pipe could block for ever.
    pub(crate) fn open(root: &Path, limits: &Limits) -> Result<Self, PackageError> {
        Directory::open_some(root, limits, &|_| true)
    }

    /// Lists the folder without the files and folders for whose name `keep` says `false`.
    pub(crate) fn open_some(
        root: &Path,
        limits: &Limits,
        keep: &dyn Fn(&str) -> bool,
    ) -> Result<Self, PackageError> {
        let mut walk = Walk { limits, keep, found: 0, total_size: 0, files: Vec::new(), folders: Vec::new() };
        let mut pending = vec![String::new()];
        while let Some(folder) = pending.pop() {
            walk.list(root, &folder, &mut pending)?;
        }
        walk.files.sort_unstable();
        Ok(Directory { root: root.to_owned(), files: walk.files, folders: walk.folders })
    }

    /// The path and size of every file, sorted by path.
    pub(crate) fn files(&self) -> &[(String, u64)] {
        &self.files
    }

    pub(crate) fn folders(&self) -> impl Iterator<Item = &str> {
        self.folders.iter().map(String::as_str)
    }

    /// Opens the file of that index.
    pub(crate) fn open_file(&self, index: usize) -> Result<FileAt, PackageError> {
        let (path, size) = &self.files[index];
        open_regular(&self.locate(path), *size).map_err(|problem| problem.at(path))
    }

    /// Where a file or folder is.
    pub(crate) fn locate(&self, path: &str) -> PathBuf {
        path.split('/').fold(self.root.clone(), |place, part| place.join(part))
    }
}

struct Walk<'a> {
    limits: &'a Limits,
    keep: &'a dyn Fn(&str) -> bool,
    found: u64,
    total_size: u64,
    files: Vec<(String, u64)>,
    folders: Vec<String>,
}

impl Walk<'_> {
    fn list(&mut self, root: &Path, folder: &str, pending: &mut Vec<String>) -> Result<(), PackageError> {
        let at_folder = |error| Problem::Read(error).at(folder);
        for item in fs::read_dir(root.join(folder)).map_err(at_folder)? {
            let item = item.map_err(at_folder)?;
            if !(self.keep)(&item.file_name().to_string_lossy()) {
                continue;
            }
            let path = self.check_name(folder, &item.file_name())?;
            let metadata = item.metadata().map_err(|error| Problem::Read(error).at(&path))?;
            self.count()?;
            if metadata.is_dir() {
                self.folders.push(path.clone());
                pending.push(path);
            } else {
                self.add_file(path, &metadata)?;
            }
        }
        Ok(())
    }

    fn check_name(&self, folder: &str, name: &std::ffi::OsStr) -> Result<String, PackageError> {
        let join = |name: &str| if folder.is_empty() { name.to_owned() } else { format!("{folder}/{name}") };
        let Some(utf8) = name.to_str() else {
            return Err(Problem::PathNotUtf8.at(&join(&name.to_string_lossy())));
        };
        let path = join(utf8);
        check_path(&path, self.limits.max_path_length).map_err(|flaw| Problem::UnsafePath(flaw).at(&path))?;
        Ok(path)
    }

    fn count(&mut self) -> Result<(), PackageError> {
        self.found += 1;
        let (found, limit) = (self.found, self.limits.max_entries);
        if found > limit {
            return Err(Problem::TooManyEntries { found, limit }.into());
        }
        Ok(())
    }

    fn add_file(&mut self, path: String, metadata: &Metadata) -> Result<(), PackageError> {
        if metadata.is_symlink() {
            return Err(Problem::Symlink.at(&path));
        }
        if !metadata.is_file() {
            return Err(Problem::NotRegular.at(&path));
        }
        self.total_size = self.total_size.saturating_add(metadata.len());
        if self.total_size > self.limits.max_total_size {
            return Err(Problem::TooLarge { limit: self.limits.max_total_size }.into());
        }
        self.files.push((path, metadata.len()));
        Ok(())
    }
}

/// Opens a file that was listed before, unless it is another one now.
fn open_regular(path: &Path, size: u64) -> Result<FileAt, Problem> {
    let is_regular = fs::symlink_metadata(path).map_err(Problem::Read)?.is_file();
    if !is_regular {
        return Err(Problem::NotRegular);
    }
    let file = File::open(path).map_err(Problem::Read)?;
    if file.metadata().map_err(Problem::Read)?.len() != size {
        return Err(Problem::WrongSize { declared: size });
    }
    Ok(FileAt::new(file, size))
}
