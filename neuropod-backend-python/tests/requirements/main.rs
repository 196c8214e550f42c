//! Distributions that packages pin. Each test has a process of its own, whose pip finds the wheels of the
//! test alone.

#[path = "../process/alone.rs"]
#[allow(dead_code, reason = "other tests use the rest")]
mod alone;
#[path = "../support/mod.rs"]
mod support;

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

use neuropod_core::{DType, ErrorKind, Inputs, Model, ModelOptions, Result, TensorSpec};
use tempfile::TempDir;

use support::{cpu, files, infer, load_with, source_of};

/// Names the folder of a test in its process.
const FOLDER: &str = "NEUROPOD_TEST_FOLDER";

#[test]
fn a_pinned_distribution_is_found_by_its_model_alone() {
    with_wheels("a_pinned_distribution_is_found_by_its_model_alone", |_| {
        let pinned = load(LATE_IMPORT, "fancy==1.0\n", &cpu()).unwrap();
        let other = load(LATE_IMPORT, "", &cpu()).unwrap();
        let told = say_failure(&*other);
        assert!(told.contains("ModuleNotFoundError: No module named 'fancy'"), "{told}");
        assert_eq!(say(&*pinned), "fancy 1.0, known as 1.0");
    });
}

/// Imports when it is called, and asks for the distribution's version as many libraries do.
const LATE_IMPORT: &str = "
import importlib.metadata

def get_model(data):
    def model():
        import fancy
        return {'said': f'fancy {fancy.version}, known as {importlib.metadata.version(\"fancy\")}'}
    return model
";

#[test]
fn distributions_find_what_they_need_themselves() {
    with_wheels("distributions_find_what_they_need_themselves", |_| {
        let code = "import needy\n\ndef get_model(data):\n    return lambda: {'said': needy.said}\n";
        let model = load(code, "# what pip resolved\nneedy==1.0\nfancy==2.0\n", &cpu()).unwrap();
        assert_eq!(say(&*model), "needy with fancy 2.0");
    });
}

#[test]
fn what_the_environment_has_is_not_installed() {
    with_wheels("what_the_environment_has_is_not_installed", |folder| {
        let code = "import numpy\n\ndef get_model(data):\n    return lambda: {'said': numpy.__version__}\n";
        let version = say(&*load(code, "", &cpu()).unwrap());
        assert_eq!(say(&*load(code, &format!("numpy=={version}\n"), &cpu()).unwrap()), version);
        assert!(!folder.join("cache").exists(), "something was installed");
    });
}

#[test]
fn two_versions_in_one_process_are_refused() {
    with_wheels("two_versions_in_one_process_are_refused", |_| {
        let code = "import fancy\n\ndef get_model(data):\n    return lambda: {'said': fancy.version}\n";
        let first = load(code, "fancy==1.0\n", &cpu()).unwrap();
        assert_eq!(say(&*load(code, "fancy==1.0\n", &cpu()).unwrap()), "1.0");
        let error = load(code, "fancy==2.0\n", &cpu()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Unsupported, "{error}");
        let told = error.to_string();
        assert!(
            told.contains("the package pins fancy==2.0") && told.contains("process of its own"),
            "{told}"
        );
        assert_eq!(say(&*first), "1.0");
    });
}

#[test]
fn two_versions_that_are_not_imported_yet_are_refused_as_well() {
    with_wheels("two_versions_that_are_not_imported_yet_are_refused_as_well", |_| {
        let first = load(LATE_IMPORT, "fancy==1.0\n", &cpu()).unwrap();
        let error = load(LATE_IMPORT, "fancy==2.0\n", &cpu()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Unsupported, "{error}");
        assert!(error.to_string().contains("a model that pins fancy==1.0"), "{error}");
        drop(first);
        assert_eq!(say(&*load(LATE_IMPORT, "fancy==2.0\n", &cpu()).unwrap()), "fancy 2.0, known as 2.0");
    });
}

#[test]
fn another_version_than_the_environments_is_refused_once_that_is_in_use() {
    with_wheels("another_version_than_the_environments_is_refused_once_that_is_in_use", |_| {
        let code = "def get_model(data):\n    return lambda: {'said': 'nothing'}\n";
        let error = load(code, "numpy==0.1\n", &cpu()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Unsupported, "{error}");
        assert!(error.to_string().contains("this process has numpy "), "{error}");
    });
}

#[test]
fn offline_takes_what_is_cached_and_names_what_is_not() {
    with_wheels("offline_takes_what_is_cached_and_names_what_is_not", |folder| {
        let offline = cpu().backend_option("python.requirements", "offline");
        let error = load(LATE_IMPORT, "fancy==1.0\n", &offline).unwrap_err();
        assert_eq!((error.kind(), error.context("file")), (ErrorKind::Load, Some("0/requirements.lock")));
        assert!(error.to_string().contains("`fancy==1.0`"), "{error}");
        load(LATE_IMPORT, "fancy==1.0\n", &cpu()).unwrap();
        std::fs::remove_dir_all(folder.join("wheels")).unwrap();
        assert_eq!(say(&*load(LATE_IMPORT, "fancy==1.0\n", &offline).unwrap()), "fancy 1.0, known as 1.0");
    });
}

#[test]
fn pins_can_be_ignored() {
    with_wheels("pins_can_be_ignored", |folder| {
        let ignore = cpu().backend_option("python.requirements", "ignore");
        let model = load(LATE_IMPORT, "fancy==1.0\n", &ignore).unwrap();
        assert!(say_failure(&*model).contains("No module named 'fancy'"));
        assert!(!folder.join("cache").exists(), "something was installed");
    });
}

#[test]
fn what_cannot_be_installed_is_told() {
    with_wheels("what_cannot_be_installed_is_told", |_| {
        let error = load(LATE_IMPORT, "fancy==9.9\n", &cpu()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Load);
        assert!(error.to_string().contains("cannot install `fancy==9.9`"), "{error}");
        for lock in ["--index-url=elsewhere\n", "fancy>=1\n", "fancy @ file:///tmp/fancy.whl\n"] {
            let error = load(LATE_IMPORT, lock, &cpu()).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::InvalidPackage, "{lock}: {error}");
        }
    });
}

/// A model of this code with this lock file, unless that is empty.
fn load(code: &str, lock: &str, options: &ModelOptions) -> Result<Box<dyn Model>> {
    let files = files(code);
    let files = if lock.is_empty() { files } else { files.file("0/requirements.lock", lock) };
    load_with(source_of(files, &[], &[TensorSpec::scalar("said", DType::String)]), options)
}

fn say(model: &dyn Model) -> String {
    let outputs = infer(model, Inputs::new()).unwrap_or_else(|error| panic!("{error:?}"));
    outputs["said"].as_strings().unwrap()[0].to_owned()
}

fn say_failure(model: &dyn Model) -> String {
    infer(model, Inputs::new()).unwrap_err().to_string()
}

/// Runs a test's work in a process of its own, with the test's folder.
fn with_wheels(test: &str, work: impl FnOnce(&Path)) {
    let folder = Folder::get();
    let prepare = |command: &mut Command| {
        write_wheels(&folder.path().join("wheels"));
        command
            .env(FOLDER, folder.path())
            .env("NEUROPOD_CACHE", folder.path().join("cache"))
            .env("PIP_NO_INDEX", "1")
            .env("PIP_FIND_LINKS", folder.path().join("wheels"));
    };
    alone::succeeds(test, prepare, || work(folder.path()));
}

/// The folder of a test: made by the first process, and used by the second.
enum Folder {
    Made(TempDir),
    Given(PathBuf),
}

impl Folder {
    fn get() -> Self {
        match env::var_os(FOLDER) {
            Some(folder) => Folder::Given(folder.into()),
            None => Folder::Made(tempfile::tempdir().expect("a temporary folder can be made")),
        }
    }

    fn path(&self) -> &Path {
        match self {
            Folder::Made(folder) => folder.path(),
            Folder::Given(folder) => folder,
        }
    }
}

/// `fancy` in two versions, `needy` that needs it, and a `numpy` that is none.
fn write_wheels(folder: &Path) {
    const SCRIPT: &str = r#"
import os, sys, zipfile

def write(name, version, code):
    info = f"{name}-{version}.dist-info"
    path = os.path.join(sys.argv[1], f"{name}-{version}-py3-none-any.whl")
    with zipfile.ZipFile(path, "w") as wheel:
        wheel.writestr(f"{name}/__init__.py", code)
        wheel.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
        wheel.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        wheel.writestr(f"{info}/RECORD", "")

os.makedirs(sys.argv[1])
for version in ("1.0", "2.0"):
    write("fancy", version, f"version = {version!r}\n")
write("needy", "1.0", "import fancy\nsaid = f'needy with fancy {fancy.version}'\n")
write("numpy", "0.1", "")
"#;
    let python = match env::var_os("VIRTUAL_ENV") {
        Some(environment) => Path::new(&environment).join("bin/python"),
        None => PathBuf::from("python3"),
    };
    let status = Command::new(python).args(["-c", SCRIPT]).arg(folder).status();
    assert!(status.is_ok_and(|status| status.success()), "the wheels cannot be written");
}
