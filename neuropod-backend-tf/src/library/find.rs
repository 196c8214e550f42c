//! Where TensorFlow's library is.

use std::env;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use super::interpreter;
use crate::TensorFlowError;

/// What the program says of where TensorFlow is.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Request<'a> {
    /// A file, or the folder that holds it: that library and no other.
    pub(crate) library: Option<&'a Path>,
    /// The folder of a Python environment, for when none is active.
    pub(crate) environment: Option<&'a Path>,
}

/// A library on disk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Found {
    pub(crate) library: PathBuf,
    /// What TensorFlow's wheels keep in a library of its own: it must be opened first for its
    /// logging to be set up.
    pub(crate) framework: Option<PathBuf>,
}

/// Names of the library in its wheels, and in the archives for C.
const LIBRARIES: &[&str] = if cfg!(target_os = "macos") {
    &["libtensorflow_cc.2.dylib", "libtensorflow.2.dylib", "libtensorflow.dylib"]
} else {
    &["libtensorflow_cc.so.2", "libtensorflow.so.2", "libtensorflow.so"]
};

const FRAMEWORKS: &[&str] = if cfg!(target_os = "macos") {
    &["libtensorflow_framework.2.dylib"]
} else {
    &["libtensorflow_framework.so.2"]
};

/// Where libraries are installed for everyone.
const SYSTEM: [&str; 5] =
    ["/usr/local/lib", "/usr/lib", "/usr/lib64", "/usr/lib/x86_64-linux-gnu", "/usr/lib/aarch64-linux-gnu"];

/// Finds the library: the one that the program names; else where `TENSORFLOW_DIR` says, in the active
/// Python environment, in the one that the program names for when none is active, in that of the first
/// `python3` on the path, or where the system keeps libraries.
pub(crate) fn find(request: Request<'_>) -> Result<Found, TensorFlowError> {
    if let Some(library) = request.library {
        return at(library).ok_or_else(|| not_at(library));
    }
    if let Some(folder) = variable("TENSORFLOW_DIR") {
        let folder = Path::new(&folder);
        return at(folder).or_else(|| at(&folder.join("lib"))).ok_or_else(|| not_at(folder));
    }
    let mut tried = Vec::new();
    let mut look = |folder: PathBuf| {
        tried.push(folder.display().to_string());
        at(&folder)
    };
    if let Some(found) = environments(request.environment).find_map(&mut look) {
        return Ok(found);
    }
    // Only when the environments have none is an interpreter started.
    let answer = interpreter::folder_of("tensorflow");
    let asked = answer.as_ref().ok().cloned();
    if let Some(found) = asked.into_iter().chain(system()).find_map(look) {
        return Ok(found);
    }
    tried.extend(answer.err());
    Err(not_found(&tried))
}

/// The library at a path, which may be a folder that holds it.
fn at(path: &Path) -> Option<Found> {
    let file = |folder: &Path, names: &[&str]| {
        names.iter().map(|name| folder.join(name)).find(|candidate| candidate.is_file())
    };
    let library = if path.is_file() { path.to_path_buf() } else { file(path, LIBRARIES)? };
    let framework = file(library.parent()?, FRAMEWORKS);
    Some(Found { library, framework })
}

/// TensorFlow's folders in the active environments, then in the one that the program names.
fn environments(named: Option<&Path>) -> impl Iterator<Item = PathBuf> {
    let active = ["VIRTUAL_ENV", "CONDA_PREFIX"].into_iter().filter_map(variable).map(PathBuf::from);
    let roots = active.chain(named.map(Path::to_path_buf));
    roots.flat_map(|root| site_packages(&root)).map(|folder| folder.join("tensorflow"))
}

/// A variable's value; an empty one counts as not set.
fn variable(name: &str) -> Option<OsString> {
    env::var_os(name).filter(|value| !value.is_empty())
}

fn site_packages(root: &Path) -> Vec<PathBuf> {
    let versions = fs::read_dir(root.join("lib")).into_iter().flatten().flatten();
    let pythons = versions.filter(|entry| entry.file_name().to_string_lossy().starts_with("python3"));
    pythons.map(|python| python.path().join("site-packages")).collect()
}

fn system() -> impl Iterator<Item = PathBuf> {
    let variable = if cfg!(target_os = "macos") { "DYLD_LIBRARY_PATH" } else { "LD_LIBRARY_PATH" };
    let listed = env::var_os(variable).unwrap_or_default();
    let listed: Vec<_> = env::split_paths(&listed).filter(|path| !path.as_os_str().is_empty()).collect();
    listed.into_iter().chain(SYSTEM.map(PathBuf::from))
}

#[cold]
fn not_at(path: &Path) -> TensorFlowError {
    TensorFlowError::Library(format!(
        "there is no TensorFlow library at {}; expected {} or a folder with one of them",
        path.display(),
        LIBRARIES.join(", ")
    ))
}

#[cold]
fn not_found(tried: &[String]) -> TensorFlowError {
    TensorFlowError::Library(format!(
        "TensorFlow was not found: install it (`pip install tensorflow-cpu`), activate the Python environment \
         that has it, or name its folder in the variable TENSORFLOW_DIR; looked for {} in: {}",
        LIBRARIES.join(", "),
        tried.join(", ")
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_and_a_file_are_both_found() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(at(folder.path()), None);
        let library = folder.path().join(LIBRARIES[1]);
        fs::write(&library, "").unwrap();
        let found = Found { library: library.clone(), framework: None };
        assert_eq!(at(folder.path()), Some(found.clone()));
        assert_eq!(at(&library), Some(found));
        let none = folder.path().join("none");
        let error = find(Request { library: Some(&none), environment: None }).unwrap_err().to_string();
        assert!(error.contains("/none; expected libtensorflow"), "{error}");
    }
}
