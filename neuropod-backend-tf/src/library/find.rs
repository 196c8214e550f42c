//! Where TensorFlow's library is.

use std::env;
use std::fs;
use std::iter;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::TensorFlowError;

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

/// Finds the library: at `explicit` (a file, or a folder that holds it) if that is given; else where
/// `TENSORFLOW_DIR` says, in the active Python environment, in that of the first `python3` on the
/// path, or where the system keeps libraries.
pub(crate) fn find(explicit: Option<&Path>) -> Result<Found, TensorFlowError> {
    if let Some(explicit) = explicit {
        return at(explicit).ok_or_else(|| not_at(explicit));
    }
    if let Some(folder) = env::var_os("TENSORFLOW_DIR") {
        let folder = Path::new(&folder);
        return at(folder).or_else(|| at(&folder.join("lib"))).ok_or_else(|| not_at(folder));
    }
    let mut tried = Vec::new();
    // Only when the environments have none is an interpreter started.
    let interpreter = iter::once_with(interpreter).flatten();
    for folder in environments().chain(interpreter).chain(system()) {
        if let Some(found) = at(&folder) {
            return Ok(found);
        }
        tried.push(folder);
    }
    Err(not_found(&tried))
}

impl Found {
    /// The version that the headers beside the library name.
    pub(crate) fn version(&self) -> Option<String> {
        let folder = self.library.parent()?;
        let headers = ["release_version.h", "version.h"];
        let includes = [folder.join("include"), folder.join("../include")];
        let files = includes.iter().flat_map(|include| {
            headers.iter().map(move |header| include.join("tensorflow/core/public").join(header))
        });
        files.into_iter().find_map(|file| version_in(&fs::read_to_string(file).ok()?))
    }
}

/// The version that a header defines in parts.
fn version_in(header: &str) -> Option<String> {
    let part = |name: &str| {
        let rest =
            header.lines().find_map(|line| line.trim().strip_prefix("#define ")?.strip_prefix(name))?;
        rest.trim().parse::<u32>().ok()
    };
    let parts = [part("TF_MAJOR_VERSION ")?, part("TF_MINOR_VERSION ")?, part("TF_PATCH_VERSION ")?];
    Some(parts.map(|part| part.to_string()).join("."))
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

/// TensorFlow's folders in the active environments.
fn environments() -> impl Iterator<Item = PathBuf> {
    let roots = ["VIRTUAL_ENV", "CONDA_PREFIX"].into_iter().filter_map(env::var_os);
    roots.flat_map(|root| site_packages(Path::new(&root))).map(|folder| folder.join("tensorflow"))
}

fn site_packages(root: &Path) -> Vec<PathBuf> {
    let versions = fs::read_dir(root.join("lib")).into_iter().flatten().flatten();
    let pythons = versions.filter(|entry| entry.file_name().to_string_lossy().starts_with("python3"));
    pythons.map(|python| python.path().join("site-packages")).collect()
}

/// TensorFlow's folder in the environment of the first `python3` on the path. Nothing of TensorFlow
/// is imported.
fn interpreter() -> Option<PathBuf> {
    const SCRIPT: &str = "\
import importlib.util
spec = importlib.util.find_spec('tensorflow')
print(spec.submodule_search_locations[0] if spec else '')";
    let output = Command::new("python3")
        .args(["-B", "-c", SCRIPT])
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .output()
        .ok()
        .filter(|output| output.status.success())?;
    let folder = String::from_utf8(output.stdout).ok()?;
    Some(PathBuf::from(folder.trim())).filter(|folder| !folder.as_os_str().is_empty())
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
fn not_found(tried: &[PathBuf]) -> TensorFlowError {
    let tried: Vec<_> = tried.iter().map(|folder| folder.display().to_string()).collect();
    TensorFlowError::Library(format!(
        "TensorFlow was not found: install it (`pip install tensorflow-cpu`), activate the Python environment \
         that has it, or name its folder in the variable TENSORFLOW_DIR; looked for {} in: {}, and asked \
         `python3` on the path",
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
        let error = find(Some(&folder.path().join("none"))).unwrap_err().to_string();
        assert!(error.contains("/none; expected libtensorflow"), "{error}");
    }

    #[test]
    fn the_version_is_read_from_the_headers() {
        let folder = tempfile::tempdir().unwrap();
        let library = folder.path().join(LIBRARIES[0]);
        let public = folder.path().join("include/tensorflow/core/public");
        fs::create_dir_all(&public).unwrap();
        let found = Found { library, framework: None };
        assert_eq!(found.version(), None);
        let header = "#define TF_MAJOR_VERSION 2\n#define TF_MINOR_VERSION 16\n#define TF_PATCH_VERSION 1\n";
        fs::write(public.join("version.h"), header).unwrap();
        assert_eq!(found.version().as_deref(), Some("2.16.1"));
    }
}
