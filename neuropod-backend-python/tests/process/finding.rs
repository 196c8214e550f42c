//! Which Python runs, and what is said when none can.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use neuropod_backend_python::{PythonBackend, TESTED_VERSION, backend};
use neuropod_core::{Backend as _, ErrorKind};
use neuropod_test_utils::write_program;

use crate::alone::{as_it_is, only, succeeds, text};
use crate::support::{assert_says, cpu, f32s, files, function, load_with, source_of};
use crate::{add, addition, environment, told};

fn no_programs() -> tempfile::TempDir {
    tempfile::tempdir().expect("a temporary folder")
}

/// An environment without any distribution.
fn bare_environment(folder: &Path) -> PathBuf {
    let place = folder.join("bare");
    let made = Command::new(environment().join("bin/python"))
        .args(["-m", "venv", "--without-pip"])
        .arg(&place)
        .output();
    assert!(made.as_ref().is_ok_and(|output| output.status.success()), "{made:?}");
    place
}

#[test]
fn without_python_the_error_says_what_was_tried_and_what_to_do() {
    let folder = no_programs();
    let variables = || vec![("PATH", folder.path().into())];
    succeeds("finding::without_python_the_error_says_what_was_tried_and_what_to_do", only(variables), || {
        for _ in 0..2 {
            let error = addition().unwrap_err();
            assert_says(
                &error,
                ErrorKind::Load,
                &["install Python 3.10 or later", "`python.interpreter`", "python3 (on the path)"],
            );
        }
        assert!(PythonBackend::new().check().is_err());
        // The backend can be registered and asked all the same.
        assert_eq!(backend().info().version, TESTED_VERSION);
    });
}

/// Python itself would end the process.
#[test]
fn wrong_variables_of_pythons_are_an_error() {
    for (name, value) in [("PYTHONHOME", "/nowhere"), ("PYTHONHASHSEED", "bad")] {
        let prepare = |command: &mut Command| {
            command.env(name, value);
        };
        succeeds("finding::wrong_variables_of_pythons_are_an_error", prepare, || {
            let error = addition().unwrap_err();
            assert_says(&error, ErrorKind::Load, &["variables that begin with PYTHON"]);
        });
    }
}

#[test]
fn a_broken_active_environment_is_an_error_that_names_it() {
    let folder = no_programs();
    let broken = folder.path().join("broken");
    fs::create_dir_all(broken.join("bin")).unwrap();
    write_program(&broken.join("bin/python"), "echo cannot >&2\nexit 1");
    for place in [broken, folder.path().join("nothing")] {
        let prepare = move |command: &mut Command| {
            command.env("VIRTUAL_ENV", place);
        };
        succeeds("finding::a_broken_active_environment_is_an_error_that_names_it", prepare, || {
            let place = environment().display().to_string();
            assert_says(
                &addition().unwrap_err(),
                ErrorKind::Load,
                &[&place, "(VIRTUAL_ENV)", "does not start"],
            );
        });
    }
}

#[test]
fn without_numpy_the_error_says_how_to_install_it() {
    let folder = no_programs();
    let bare = std::env::var_os("NEUROPOD_TEST_ALONE").is_none().then(|| bare_environment(folder.path()));
    let prepare = move |command: &mut Command| {
        command.env("VIRTUAL_ENV", bare.expect("it was made"));
    };
    succeeds("finding::without_numpy_the_error_says_how_to_install_it", prepare, || {
        for _ in 0..2 {
            let program = environment().join("bin/python").display().to_string();
            let install = format!("`{program} -m pip install numpy`");
            assert_says(&addition().unwrap_err(), ErrorKind::Load, &["NumPy cannot be imported", &install]);
        }
    });
}

#[test]
fn the_option_and_the_backend_name_the_interpreter() {
    let folder = no_programs();
    for named in [environment(), environment().join("bin/python")] {
        let variables = || {
            vec![
                ("PATH", folder.path().into()),
                ("VIRTUAL_ENV", "/nowhere".into()),
                ("PYTHON_OF_TEST", named.into()),
            ]
        };
        succeeds("finding::the_option_and_the_backend_name_the_interpreter", only(variables), || {
            let named = std::env::var("PYTHON_OF_TEST").unwrap();
            let source = || {
                source_of(
                    files(&function("def model(x): return {'out': x}")),
                    &[f32s("x", 1)],
                    &[f32s("out", 1)],
                )
            };
            load_with(source(), &cpu().backend_option("python.interpreter", &named)).unwrap();
            PythonBackend::with_interpreter(&named).check().unwrap();
            // It runs now, and the others use it.
            add(&*addition().unwrap());
        });
    }
}

#[test]
fn the_backends_environment_counts_if_none_is_active() {
    let folder = no_programs();
    for active in [None, Some("/nowhere")] {
        let variables = || {
            let paths = [("PATH", folder.path().into()), ("ENVIRONMENT_OF_TEST", environment().into())];
            paths.into_iter().chain(active.map(|active| ("VIRTUAL_ENV", active.into()))).collect()
        };
        succeeds("finding::the_backends_environment_counts_if_none_is_active", only(variables), || {
            let named = std::env::var("ENVIRONMENT_OF_TEST").unwrap();
            let checked = PythonBackend::new().environment(&named).check();
            match std::env::var_os("VIRTUAL_ENV") {
                None => checked.unwrap(),
                Some(_) => {
                    assert_says(&checked.unwrap_err(), ErrorKind::Load, &["/nowhere", "(VIRTUAL_ENV)"]);
                }
            }
            let named = PythonBackend::with_interpreter("/none").environment(&named);
            assert_says(&named.check().unwrap_err(), ErrorKind::Load, &["/none"]);
        });
    }
}

#[test]
fn the_first_python_on_the_path_is_enough() {
    let variables = || vec![("PATH", environment().join("bin").into())];
    succeeds("finding::the_first_python_on_the_path_is_enough", only(variables), || {
        add(&*addition().unwrap());
        let version = told("import platform", "platform.python_version()");
        assert_eq!(backend().info().version, version);
    });
}

#[test]
fn another_python_than_the_one_that_runs_is_an_error_that_names_both() {
    succeeds("finding::another_python_than_the_one_that_runs_is_an_error_that_names_both", as_it_is, || {
        add(&*addition().unwrap());
        let folder = no_programs();
        let bare = bare_environment(folder.path());
        let error = PythonBackend::with_interpreter(&bare).check().unwrap_err();
        let (other, this) = (bare.join("bin/python"), environment().join("bin/python"));
        let parts = [&*other.display().to_string(), &*this.display().to_string(), "one Python alone"];
        assert_says(&error, ErrorKind::Load, &parts);
        add(&*addition().unwrap());
    });
}

#[test]
fn other_versions_of_python_run_or_say_what_they_lack() {
    // Which there are differs from machine to machine; each must answer, and none may crash.
    for name in ["python3.10", "python3.12", "python3.13", "python3.14", "/usr/bin/python3"] {
        let found = Command::new(name).args(["-c", "import sys; print(sys.executable)"]).output();
        let Some(program) = found.ok().filter(|output| output.status.success()) else { continue };
        let program = text(&program.stdout).trim().to_owned();
        let prepare = move |command: &mut Command| {
            command.env("PYTHON_OF_TEST", program);
        };
        succeeds("finding::other_versions_of_python_run_or_say_what_they_lack", prepare, || {
            let named = std::env::var("PYTHON_OF_TEST").unwrap();
            if let Err(error) = PythonBackend::with_interpreter(&named).check() {
                assert_eq!(error.kind(), ErrorKind::Load);
                let reasons = ["NumPy", "shared library", "are supported"];
                assert!(reasons.iter().any(|reason| error.message().contains(reason)), "{error}");
            }
        });
    }
}
