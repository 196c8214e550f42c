//! The code of a Python model.

use std::collections::BTreeSet;
use std::path::{Component, Path, PathBuf};

use neuropod_core::{Error, ErrorKind, Result};

use super::CODE;
use super::files::Files;

/// Code to be packaged.
#[derive(Clone, Debug)]
pub(super) enum Code {
    /// A folder, by its path from the folder where imports start.
    Folder { root: PathBuf, folder: PathBuf },
    /// One file, a module at the top.
    Module(PathBuf),
}

impl Code {
    pub(super) fn add_to(&self, files: &mut Files) -> Result<()> {
        match self {
            Code::Folder { root, folder } => {
                let parts = parts_within(folder)?;
                let path = [&[CODE], &*parts].concat().join("/");
                let source = parts.iter().fold(root.clone(), |source, part| source.join(part));
                files.add_folder(&path, &source, is_packaged)
            }
            Code::Module(file) => files.add(format!("{CODE}/{}", module_file_name(file)?), file.clone()),
        }
    }
}

/// The files `__init__.py` that are to be added, empty: one in every folder, as the original
/// Neuropod does.
pub(super) fn missing_init_files(files: &Files) -> BTreeSet<String> {
    let top = format!("{CODE}/__init__.py");
    let folders = files.within(CODE).flat_map(folders_above);
    let inits = folders
        .map(|folder| format!("{CODE}/{folder}"))
        // A folder of data beside a module of its name would hide the module.
        .filter(|folder| !files.contains(&format!("{folder}.py")))
        .map(|folder| format!("{folder}/__init__.py"));
    inits.chain([top]).filter(|init| !files.contains(init)).collect()
}

/// `a` and `a/b` for `a/b/c.py`.
fn folders_above(file: &str) -> impl Iterator<Item = &str> {
    file.match_indices('/').map(|(index, _)| &file[..index])
}

/// Whether a file or folder in a folder of code is packaged.
fn is_packaged(name: &str) -> bool {
    !(name.starts_with('.') || name == "__pycache__" || name.ends_with(".pyc") || name.ends_with(".pyo"))
}

/// The parts of a path that stays below the folder it starts from; none for `.`.
fn parts_within(folder: &Path) -> Result<Vec<&str>> {
    let mut parts = Vec::new();
    for component in folder.components() {
        match component {
            Component::CurDir => {}
            Component::Normal(part) => parts.push(part.to_str().ok_or_else(|| not_utf8(folder))?),
            Component::ParentDir | Component::RootDir | Component::Prefix(_) => {
                let message = format!(
                    "`{}` leaves the folder where imports start: expected a path from there, without `..`",
                    folder.display()
                );
                return Err(Error::new(ErrorKind::InvalidArgument, message));
            }
        }
    }
    Ok(parts)
}

fn module_file_name(file: &Path) -> Result<&str> {
    let name = file.file_name().unwrap_or_default().to_str().ok_or_else(|| not_utf8(file))?;
    if name.ends_with(".py") {
        return Ok(name);
    }
    let message = format!("`{}` is no Python module: expected a file that ends in `.py`", file.display());
    Err(Error::new(ErrorKind::InvalidArgument, message))
}

fn not_utf8(path: &Path) -> Error {
    let message = format!("`{}` is not UTF-8, as paths in a package must be", path.display());
    Error::new(ErrorKind::InvalidArgument, message)
}
