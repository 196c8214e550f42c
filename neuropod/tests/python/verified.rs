//! Code does not run before it was held against the manifest.

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::Path;

use neuropod::{ErrorKind, Integrity, PythonModel};

use crate::support::{ADDITION, Folders, addition, assert_adds, options};

#[test]
fn code_that_was_changed_does_not_run() {
    let folders = Folders::with(&[("model.py", ADDITION)]);
    let (package, trace) = packaged(&folders);
    let code = leaves_a_trace(&trace);
    let mut file = OpenOptions::new().append(true).open(package.join("0/code/model.py")).unwrap();
    file.write_all(code.as_bytes()).unwrap();
    let error = options().load(&package).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Integrity, "{error}");
    assert!(!trace.exists(), "the code ran");

    // That is what the manifest is for: without it, the code runs.
    assert_adds(&options().integrity(Integrity::Skip).load(&package).unwrap());
    assert!(trace.exists());
}

#[test]
fn code_that_was_added_does_not_run() {
    let folders = Folders::with(&[("model.py", &format!("import numpy\n{ADDITION}"))]);
    let (package, trace) = packaged(&folders);
    // A module of the package comes before one of the environment.
    fs::write(package.join("0/code/numpy.py"), leaves_a_trace(&trace)).unwrap();
    let error = options().load(&package).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Integrity, "{error}");
    assert!(!trace.exists(), "the code ran");
}

fn packaged(folders: &Folders) -> (std::path::PathBuf, std::path::PathBuf) {
    let package = folders.package("addition");
    addition(PythonModel::new("model", "get_model").code(folders.source(), ["."]))
        .write_dir(&package)
        .unwrap();
    (package, folders.source().join("trace"))
}

fn leaves_a_trace(trace: &Path) -> String {
    format!("\nopen({:?}, 'w').close()\n", trace.to_str().unwrap())
}
