//! TensorFlow models for the tests, written by `models.py` with the Python whose TensorFlow runs them.
//! Nothing of the backend is named here: tests that load it as a plugin are not linked to it.
#![allow(dead_code, reason = "each test program uses a part of it")]

use std::env;
use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use std::process::{self, Command};
use std::sync::OnceLock;

/// The folder that holds what `models.py` wrote; written once for each version of it, and of the framework,
/// which is the same throughout a process.
pub(crate) fn directory(version: impl FnOnce() -> String) -> &'static Path {
    static DIRECTORY: OnceLock<PathBuf> = OnceLock::new();
    DIRECTORY.get_or_init(|| {
        let mut hasher = DefaultHasher::new();
        include_str!("../models.py").hash(&mut hasher);
        include_str!("../custom_op.cc").hash(&mut hasher);
        version().hash(&mut hasher);
        let parent = Path::new(env!("CARGO_TARGET_TMPDIR"));
        let directory = parent.join(format!("tf-models-{:016x}", hasher.finish()));
        if !directory.is_dir() {
            write_models(parent, &directory);
        }
        directory
    })
}

/// A file's content.
pub(crate) fn read(path: &Path) -> Vec<u8> {
    fs::read(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Writes to a folder of our own first: several test programs may be at it.
fn write_models(parent: &Path, directory: &Path) {
    let fresh = parent.join(format!("tf-models-fresh-{}", process::id()));
    fs::create_dir_all(&fresh).expect("cannot create a folder for the models");
    let written = Command::new(python()).arg(script()).arg(&fresh).status();
    assert!(
        written.is_ok_and(|status| status.success()),
        "{} cannot write the test models; activate a Python environment with TensorFlow \
         (VIRTUAL_ENV), and see that there is a C++ compiler",
        python().display()
    );
    if fs::rename(&fresh, directory).is_err() {
        assert!(directory.is_dir(), "cannot move the test models into place");
        fs::remove_dir_all(&fresh).expect("cannot remove the spare test models");
    }
}

/// Somewhere above the crate that is tested, whichever that is.
fn script() -> PathBuf {
    let folders = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors();
    let mut scripts = folders.map(|folder| folder.join("neuropod-backend-tf/tests/models.py"));
    scripts.find(|script| script.is_file()).expect("the crates of one checkout")
}

/// The Python whose TensorFlow the backend finds.
pub(crate) fn python() -> PathBuf {
    match env::var_os("VIRTUAL_ENV") {
        Some(environment) => Path::new(&environment).join("bin/python"),
        None => PathBuf::from("python3"),
    }
}
