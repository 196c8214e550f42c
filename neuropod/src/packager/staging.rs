//! Where a package is before it appears at its path: beside it.

use std::io;
use std::path::{Path, PathBuf};

use neuropod_core::{Error, ErrorKind, Result};
use tempfile::TempDir;

/// Checks that nothing is overwritten.
pub(super) fn check_absent(path: &Path) -> Result<()> {
    if path.symlink_metadata().is_ok() { Err(already_there(path)) } else { Ok(()) }
}

/// The error for a package that cannot take its place.
pub(super) fn cannot_place(error: io::Error, path: &Path) -> Error {
    match error.kind() {
        io::ErrorKind::AlreadyExists | io::ErrorKind::DirectoryNotEmpty => already_there(path),
        _ => Error::from(error).with("path", path.display().to_string()),
    }
}

fn already_there(path: &Path) -> Error {
    let message = "there is a file or folder at the path already; remove it or choose another path";
    Error::new(ErrorKind::AlreadyExists, message).with("path", path.display().to_string())
}

/// The folder that the package is to be in.
pub(super) fn parent_folder(path: &Path) -> &Path {
    path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// A folder in `parent` that goes when it is dropped.
pub(super) fn staging_folder(parent: &Path) -> Result<TempDir> {
    let staging = tempfile::Builder::new().prefix(".neuropod-").tempdir_in(parent);
    let staging = staging.map_err(|error| match error.kind() {
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => {
            let message = "there is no such folder to write the package into: make it first";
            Error::new(ErrorKind::NotFound, message).with_source(error)
        }
        _ => error.into(),
    });
    staging.map_err(|error| error.with("folder", parent.display().to_string()))
}

/// Under its own name in the staging folder.
pub(super) fn staged_in(staging: &TempDir, path: &Path) -> PathBuf {
    staging.path().join(path.file_name().unwrap_or("package".as_ref()))
}
