//! A folder that may hold a framework.

use std::fs;
use std::path::{Path, PathBuf};

use neuropod_core::{Error, ErrorKind, Result, VersionRange};

use crate::FrameworkDescription;
use crate::library_file::check_whole;
use crate::trust::trusted_file;
use crate::version::python_release;

/// The file in the root of libtorch's archives that holds their version.
const VERSION_FILE: &str = "build-version";

pub(super) struct Candidate<'a> {
    framework: &'a FrameworkDescription,
    /// The framework's own folder, that of its Python package for instance.
    root: PathBuf,
    /// The folder of its libraries.
    folder: PathBuf,
}

impl<'a> Candidate<'a> {
    /// The framework whose own folder this is.
    pub(super) fn of_root(framework: &'a FrameworkDescription, root: &Path) -> Self {
        Candidate { framework, root: root.to_path_buf(), folder: root.join(&framework.folder) }
    }

    /// The framework whose libraries are in a folder.
    pub(super) fn of_folder(framework: &'a FrameworkDescription, folder: &Path) -> Self {
        let depth = framework.folder.components().count();
        let root = folder.ancestors().nth(depth).filter(|_| folder.ends_with(&framework.folder));
        Candidate { framework, root: root.unwrap_or(folder).to_path_buf(), folder: folder.to_path_buf() }
    }

    /// The framework at a path that its user named, either way.
    pub(super) fn named(framework: &'a FrameworkDescription, path: &Path) -> Self {
        let by_root = Candidate::of_root(framework, path);
        if by_root.missing().is_none() { by_root } else { Candidate::of_folder(framework, path) }
    }

    /// The absolute folder of the libraries, if all are there and the version is right.
    ///
    /// # Errors
    ///
    /// The message says what is wrong, and the kind is [`ErrorKind::Forbidden`] if everyone can write one.
    pub(super) fn check(&self) -> Result<PathBuf> {
        if let Some(file) = self.missing() {
            return Err(Error::new(ErrorKind::Load, format!("there is no {file}")));
        }
        self.check_version().map_err(|why| Error::new(ErrorKind::Load, format!("it is of {why}")))?;
        for file in self.framework.files() {
            check_whole(&trusted_file(&self.folder.join(file))?)?;
        }
        Ok(std::path::absolute(&self.folder)?)
    }

    /// Whether the version is in the framework's range. An unknown version is taken for right.
    pub(super) fn check_version(&self) -> std::result::Result<(), String> {
        let (Some(version), Some(range)) = (self.version(), &self.framework.version) else { return Ok(()) };
        let Some(release) = python_release(&version) else { return Ok(()) };
        match VersionRange::parse(range) {
            Ok(range) if range.contains(&release.to_string()) => Ok(()),
            _ => Err(format!("version {version}, and `{range}` is needed")),
        }
    }

    fn version(&self) -> Option<String> {
        let package = self.framework.python_package.as_deref();
        let installed = package.and_then(|package| installed_version(self.root.parent()?, package));
        installed.or_else(|| {
            let text = fs::read_to_string(self.root.join(VERSION_FILE)).ok()?;
            Some(text.trim().to_owned()).filter(|version| !version.is_empty())
        })
    }

    /// The first library that is not there.
    fn missing(&self) -> Option<String> {
        self.framework.files().into_iter().find(|file| !self.folder.join(file).is_file())
    }
}

/// The version that a package manager noted for a package, in `NAME-VERSION.dist-info` beside its folder.
fn installed_version(site_packages: &Path, package: &str) -> Option<String> {
    let entries = fs::read_dir(site_packages).ok()?.flatten();
    let mut versions = entries.filter_map(|entry| {
        let name = entry.file_name();
        let (name, version) = name.to_str()?.strip_suffix(".dist-info")?.rsplit_once('-')?;
        is_same_name(name, package).then(|| version.to_owned())
    });
    versions.next()
}

/// Names of packages differ neither in case nor in the sign between their parts.
fn is_same_name(one: &str, other: &str) -> bool {
    let normal = |name: &str| name.to_ascii_lowercase().replace(['-', '.'], "_");
    normal(one) == normal(other)
}
