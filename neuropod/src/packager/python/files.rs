//! Which files are packaged, and from where.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::fs;
use std::path::{Path, PathBuf};

use neuropod_core::{Error, ErrorKind, Result};
use neuropod_package::{PackageBuilder, list_folder};

use crate::packager::staging::parent_folder;

/// The files of a model, by their path in the package.
#[derive(Debug)]
pub(super) struct Files {
    sources: BTreeMap<String, PathBuf>,
    /// The folder that the package is to be in; `None` if it is not there, which is told when the
    /// package is written.
    output: Option<PathBuf>,
}

impl Files {
    /// No files yet, for a package at this path.
    pub(super) fn new(output: &Path) -> Self {
        Files { sources: BTreeMap::new(), output: parent_folder(output).canonicalize().ok() }
    }

    pub(super) fn add(&mut self, path: String, source: PathBuf) -> Result<()> {
        match self.sources.entry(path) {
            Entry::Vacant(entry) => {
                entry.insert(source);
                Ok(())
            }
            Entry::Occupied(entry) => {
                let message = format!(
                    "`{}` and `{}` have the same path in the package; leave one out or give it another path",
                    entry.get().display(),
                    source.display()
                );
                Err(Error::new(ErrorKind::InvalidArgument, message).with("entry", entry.key()))
            }
        }
    }

    /// Adds the files of a folder, apart from names that `keep` refuses.
    pub(super) fn add_folder(&mut self, path: &str, folder: &Path, keep: fn(&str) -> bool) -> Result<()> {
        let in_folder = |error: Error| error.with("folder", folder.display().to_string());
        self.check_outside(folder).map_err(in_folder)?;
        for file in list_folder(folder, keep).map_err(|error| in_folder(error.into()))? {
            self.add(format!("{path}/{file}"), folder.join(file))?;
        }
        Ok(())
    }

    /// Adds a file, or every file of a folder.
    pub(super) fn add_any(&mut self, path: String, source: &Path) -> Result<()> {
        // What is not there is told with its path when the package is written.
        if fs::metadata(source).is_ok_and(|metadata| metadata.is_dir()) {
            self.add_folder(&path, source, |_| true)
        } else {
            self.add(path, source.to_owned())
        }
    }

    /// The paths, from this folder of the package, of the files in it.
    pub(super) fn within(&self, folder: &str) -> impl Iterator<Item = &str> {
        self.sources.keys().filter_map(move |path| path.strip_prefix(folder)?.strip_prefix('/'))
    }

    pub(super) fn contains(&self, path: &str) -> bool {
        self.sources.contains_key(path)
    }

    pub(super) fn add_to(self, builder: PackageBuilder) -> PackageBuilder {
        self.sources.into_iter().fold(builder, |builder, (path, source)| builder.file(path, source))
    }

    /// Or else the package would be packaged the next time.
    fn check_outside(&self, folder: &Path) -> Result<()> {
        let (Some(output), Ok(folder)) = (&self.output, folder.canonicalize()) else { return Ok(()) };
        if !output.starts_with(folder) {
            return Ok(());
        }
        let message = "the package would be written into a folder that is packaged, and be part of the \
                       next one: write it elsewhere";
        Err(Error::new(ErrorKind::InvalidArgument, message))
    }
}
