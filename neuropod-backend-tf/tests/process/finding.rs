//! Where TensorFlow's library is found.

use std::env;
use std::fs;
use std::path::PathBuf;
use std::process::Command;

use neuropod_backend_tf::{TESTED_VERSION, TensorFlowBackend, backend};
use neuropod_core::{Backend as _, ErrorKind};
use neuropod_test_utils::MemoryFiles;

use crate::alone::{as_it_is, only, succeeds, text};
use crate::support::{load_source, python, source_of};
use crate::{add, addition};

/// An empty folder is a path without any program.
fn no_programs() -> tempfile::TempDir {
    tempfile::tempdir().expect("a temporary folder")
}

#[test]
fn without_tensorflow_the_error_says_what_was_tried_and_what_to_do() {
    let folder = no_programs();
    let variables = || vec![("PATH", folder.path().into()), ("VIRTUAL_ENV", folder.path().into())];
    let test = "finding::without_tensorflow_the_error_says_what_was_tried_and_what_to_do";
    succeeds(test, only(variables), || {
        let files = MemoryFiles::new().file("0/data/model.pb", "not reached");
        let source = source_of("any", files, &[], &[]);
        let error = load_source(source).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Load);
        for part in
            ["pip install tensorflow", "TENSORFLOW_DIR", "libtensorflow_cc.so.2", "/usr/lib", "python3"]
        {
            assert!(error.message().contains(part), "{part}: {error}");
        }
        assert!(TensorFlowBackend::new().check().is_err());
        // The backend can be registered and asked all the same.
        let info = backend().info();
        assert_eq!(info.version, TESTED_VERSION);
    });
}

#[test]
fn a_folder_without_tensorflow_in_the_variable_is_an_error_that_names_it() {
    let folder = no_programs();
    let empty = folder.path().to_owned();
    let prepare = move |command: &mut Command| {
        command.env("TENSORFLOW_DIR", empty);
    };
    let test = "finding::a_folder_without_tensorflow_in_the_variable_is_an_error_that_names_it";
    succeeds(test, prepare, || {
        let error = TensorFlowBackend::new().check().unwrap_err();
        let named = env::var("TENSORFLOW_DIR").expect("it is set");
        assert!(error.message().contains(&named), "{error}");
    });
}

/// The folder of the TensorFlow that the tests run with.
fn wheel() -> PathBuf {
    let script = "import importlib.util as u; print(u.find_spec('tensorflow').submodule_search_locations[0])";
    let output = Command::new(python()).args(["-c", script]).output().expect("Python starts");
    PathBuf::from(text(&output.stdout).trim())
}

#[test]
fn the_variable_names_the_folder() {
    let folder = no_programs();
    for file in ["", "libtensorflow_cc.so.2"] {
        let variables =
            || vec![("TENSORFLOW_DIR", wheel().join(file).into()), ("PATH", folder.path().into())];
        succeeds("finding::the_variable_names_the_folder", only(variables), || add(&*addition()));
    }
}

#[test]
fn the_active_environment_is_enough() {
    let folder = no_programs();
    for variable in ["VIRTUAL_ENV", "CONDA_PREFIX"] {
        let variables = || {
            let wheel = wheel();
            let environment =
                wheel.ancestors().nth(4).expect("ENVIRONMENT/lib/python3/site-packages/tensorflow");
            vec![(variable, environment.into()), ("PATH", folder.path().into())]
        };
        succeeds("finding::the_active_environment_is_enough", only(variables), || add(&*addition()));
    }
}

#[test]
fn the_backends_environment_is_enough() {
    let folder = no_programs();
    let variables = || {
        let wheel = wheel();
        let environment = wheel.ancestors().nth(4).expect("ENVIRONMENT/lib/python3/site-packages/tensorflow");
        vec![("ENVIRONMENT_OF_TEST", environment.into()), ("PATH", folder.path().into())]
    };
    succeeds("finding::the_backends_environment_is_enough", only(variables), || {
        let named = env::var("ENVIRONMENT_OF_TEST").unwrap();
        let error = TensorFlowBackend::with_library("/nowhere").environment(&named).check().unwrap_err();
        assert!(error.message().contains("/nowhere"), "{error}");
        assert!(TensorFlowBackend::new().check().is_err());
        TensorFlowBackend::new().environment(&named).check().unwrap();
        let maps = fs::read_to_string("/proc/self/maps").unwrap_or_default();
        assert!(!maps.contains("libtensorflow"), "the version is known without opening the library");
    });
}

#[test]
fn a_library_that_does_not_load_is_an_error_that_says_why() {
    succeeds("finding::a_library_that_does_not_load_is_an_error_that_says_why", as_it_is, || {
        let folder = no_programs();
        fs::write(folder.path().join("libtensorflow.so.2"), [0; 4096]).unwrap();
        let error = TensorFlowBackend::with_library(folder.path()).check().unwrap_err();
        assert!(error.message().contains("invalid ELF header"), "{error}");
    });
}

#[test]
fn the_first_python_on_the_path_is_enough() {
    let variables = || {
        let python = python();
        let folder = python.parent().filter(|folder| folder.is_absolute());
        vec![("PATH", folder.map_or_else(|| env::var_os("PATH").expect("a path"), Into::into))]
    };
    let test = "finding::the_first_python_on_the_path_is_enough";
    succeeds(test, only(variables), || add(&*addition()));
}
