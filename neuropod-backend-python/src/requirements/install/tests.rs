//! Installations of wheels that are made here.

use std::process::Command;
use std::thread;

use tempfile::TempDir;

use super::super::parse;
use super::super::wheels::{Wheels, names};
use super::*;

/// A script that runs the true interpreter and counts that. The input is a file, which is the lock.
const COUNTING: &str = "test -f /dev/stdin || exit 8; echo started >> \"$0.log\"; exec \"$PYTHON\" \"$@\"";

struct Setup {
    wheels: Wheels,
    cache: TempDir,
}

impl Setup {
    fn new() -> Self {
        Self { wheels: Wheels::new(), cache: tempfile::tempdir().unwrap() }
    }

    fn install(&self, pins: &str) -> Result<Vec<PathBuf>, PythonError> {
        self.install_as(pins, false)
    }

    fn install_as(&self, pins: &str, offline: bool) -> Result<Vec<PathBuf>, PythonError> {
        let pins = parse(pins.as_bytes()).unwrap();
        install_with(&self.wheels.python, &pins, self.cache.path(), offline, &self.wheels.variables())
    }

    fn failure(&self, pins: &str) -> String {
        match self.install(pins) {
            Err(PythonError::Requirements(why)) => why,
            other => panic!("{pins:?} gave {other:?}"),
        }
    }

    /// How often the interpreter was started.
    fn starts(&self) -> usize {
        let log = self.wheels.python.executable.with_extension("log");
        fs::read_to_string(log).unwrap_or_default().lines().count()
    }

    /// The cache's entries without the locks.
    fn kept(&self) -> Vec<String> {
        names(self.cache.path()).into_iter().filter(|name| !name.ends_with(".lock")).collect()
    }
}

#[test]
fn pins_can_be_imported_from_their_folders() {
    let setup = Setup::new();
    setup.wheels.add("alpha", "1.0", "not_needed_without_dependencies");
    setup.wheels.add("alpha", "2.0", "");
    setup.wheels.add("beta_two", "3.1", "");
    let folders = setup.install("Beta.Two==3.1\nalpha==1.0").unwrap();
    let found = setup.wheels.evaluate(
        &folders,
        "alpha, beta_two",
        "alpha.version, beta_two.version, beta_two.__file__",
    );
    assert_eq!(found, format!("1.0 3.1 {}/beta_two.py", folders[0].display()));
    let other = setup.install("alpha==2.0").unwrap();
    assert_eq!(setup.wheels.evaluate(&other, "alpha", "alpha.version"), "2.0");
    assert_eq!(setup.kept().len(), 3);
}

#[test]
fn what_was_installed_needs_neither_wheels_nor_pip() {
    let mut setup = Setup::new();
    let wheel = setup.wheels.add("alpha", "1.0", "");
    let folders = setup.install("alpha==1.0").unwrap();
    fs::remove_file(wheel).unwrap();
    setup.wheels.replace_python(COUNTING);
    assert_eq!(setup.install("alpha==1.0").unwrap(), folders);
    assert_eq!(setup.install_as("alpha==1.0", true).unwrap(), folders);
    assert_eq!(setup.starts(), 0);
    // Another binary interface is another folder.
    setup.wheels.python.abi.push('t');
    assert!(setup.install("alpha==1.0").is_err());
}

#[test]
fn offline_lists_what_is_missing() {
    let setup = Setup::new();
    for name in ["alpha", "beta", "gamma"] {
        setup.wheels.add(name, "1.0", "");
    }
    setup.install("beta==1.0").unwrap();
    let told = setup.install_as("alpha==1.0\nbeta==1.0\ngamma==1.0", true).unwrap_err().to_string();
    assert!(
        told.starts_with("the package pins `alpha==1.0`, `gamma==1.0`, which are not installed"),
        "{told}"
    );
    assert!(
        told.contains("without the option") && told.contains(setup.cache.path().to_str().unwrap()),
        "{told}"
    );
}

#[test]
fn an_interrupted_installation_goes_on() {
    let mut setup = Setup::new();
    setup.wheels.add("alpha", "1.0", "");
    let told = setup.failure("alpha==1.0\nbeta==1.0");
    assert!(told.starts_with("cannot install `beta==1.0`"), "{told}");
    assert_eq!(setup.kept().len(), 1, "what failed leaves nothing");
    // As a process that was killed leaves it.
    let lock = names(setup.cache.path())
        .into_iter()
        .find(|name| name.starts_with("beta") && name.ends_with(".lock"));
    let partial = setup.cache.path().join(lock.unwrap().replace(".lock", ".partial-x1"));
    fs::create_dir_all(partial.join("target/beta")).unwrap();
    setup.wheels.add("beta", "1.0", "");
    setup.wheels.replace_python(COUNTING);
    let folders = setup.install("alpha==1.0\nbeta==1.0").unwrap();
    assert_eq!(setup.starts(), 1);
    assert!(!partial.exists() && setup.kept().len() == 2);
    assert_eq!(setup.wheels.evaluate(&folders, "alpha, beta", "beta.version"), "1.0");
}

#[test]
fn a_killed_process_lets_go_once_its_pip_has_ended() {
    let mut setup = Setup::new();
    setup.wheels.add("alpha", "1.0", "");
    let pins = parse(b"alpha==1.0").unwrap();
    let place = Place::new(setup.cache.path(), &setup.wheels.python, &pins[0]);
    let done = setup.cache.path().join("done");
    // An orphaned pip's input is the lock, which nobody else holds.
    let lock = place.lock().unwrap();
    let mut orphan = Command::new("sh");
    orphan.args(["-c", "sleep 0.3; touch \"$0\""]).arg(&done).stdin(lock);
    let mut child = orphan.spawn().unwrap();
    drop(orphan);
    setup.wheels.replace_python(&format!("test -e '{}' || exit 9; exec \"$PYTHON\" \"$@\"", done.display()));
    setup.install("alpha==1.0").unwrap();
    child.wait().unwrap();
}

#[test]
fn threads_that_need_the_same_pin_install_it_once() {
    let mut setup = Setup::new();
    setup.wheels.add("alpha", "1.0", "");
    setup.wheels.replace_python(COUNTING);
    thread::scope(|scope| {
        let install = || setup.install("alpha==1.0").unwrap();
        let others = [scope.spawn(install), scope.spawn(install), scope.spawn(install)];
        let folders = others.map(|other| other.join().unwrap());
        assert!(folders.iter().all(|folder| *folder == folders[0]));
    });
    assert_eq!(setup.starts(), 1);
}

#[test]
fn markers_choose_the_environment() {
    let setup = Setup::new();
    setup.wheels.add("alpha", "1.0", "");
    let folders =
        setup.install("beta==1 ; python_version < '3'\nalpha==1.0 ; python_version >= '3'").unwrap();
    assert!(names(&folders[0]).is_empty());
    assert_eq!(setup.wheels.evaluate(&folders, "alpha", "alpha.version"), "1.0");
    let told = setup.failure("alpha==1.0 ; python_version ~ '3'");
    assert!(told.contains("pip cannot read this"), "{told}");
}

#[test]
fn what_has_no_wheel_is_built() {
    let setup = Setup::new();
    setup.wheels.add_source("alpha", "1.0", "pass");
    let folders = setup.install("alpha==1.0").unwrap();
    assert_eq!(setup.wheels.evaluate(&folders, "alpha", "alpha.version"), "1.0");
    setup.wheels.add_source("beta", "1.0", "sys.exit('no compiler here')");
    let told = setup.failure("beta==1.0");
    assert!(told.contains("building it from source failed"), "{told}");
    assert!(told.contains("no compiler here"), "{told}");
}

#[test]
fn hashes_are_held_against_downloads() {
    let setup = Setup::new();
    let wheel = setup.wheels.add("alpha", "1.0", "");
    let code = format!("hashlib.sha256(open({:?}, 'rb').read()).hexdigest()", wheel.display().to_string());
    let hash = setup.wheels.evaluate(&[], "hashlib", &code);
    let told = setup.failure(&format!("alpha==1.0 --hash=sha256:{}", "0".repeat(64)));
    assert!(told.contains("not what the package pins by its hash"), "{told}");
    setup
        .install(&format!("alpha==1.0 \\\n  --hash=sha256:{}\\\n  --hash=sha256:{hash}", "0".repeat(64)))
        .unwrap();
}

#[test]
fn failures_come_with_advice() {
    let mut setup = Setup::new();
    let wheel = setup.wheels.add("alpha", "1.0", "");
    let told = setup.failure("alpha==1.5");
    let expected = format!("pins: pip finds no such version for Python {}", setup.wheels.python.minor());
    assert!(told.contains(&expected) && told.contains("alpha==1.5"), "{told}");
    fs::write(wheel, "no zip").unwrap();
    let told = setup.failure("alpha==1.0");
    assert!(told.contains("is damaged"), "{told}");
    // `-S` hides what is installed, pip among it.
    setup.wheels.replace_python("exec \"$PYTHON\" -S \"$@\"");
    let told = setup.failure("alpha==1.0");
    assert!(told.contains("-m ensurepip`"), "{told}");
    assert!(setup.kept().is_empty());
}

#[test]
fn settings_that_would_move_files_do_not_count() {
    let setup = Setup::new();
    setup.wheels.add("alpha", "1.0", "");
    let elsewhere = setup.cache.path().join("elsewhere");
    let configuration = setup.wheels.links.join("pip.conf");
    fs::write(&configuration, "[install]\nuser = true\n[global]\nrequire-virtualenv = true\n").unwrap();
    let mut variables = setup.wheels.variables().to_vec();
    variables.extend([
        ("PIP_TARGET", elsewhere.as_os_str()),
        ("PIP_ROOT", elsewhere.as_os_str()),
        ("PIP_PREFIX", elsewhere.as_os_str()),
        ("PYTHONHOME", elsewhere.as_os_str()),
        ("PIP_CONFIG_FILE", configuration.as_os_str()),
    ]);
    let pins = parse(b"alpha==1.0").unwrap();
    let folders = install_with(&setup.wheels.python, &pins, setup.cache.path(), false, &variables).unwrap();
    assert_eq!(setup.wheels.evaluate(&folders, "alpha", "alpha.version"), "1.0");
    assert!(!elsewhere.exists());
}
