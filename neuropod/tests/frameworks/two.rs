//! PyTorch and TensorFlow in one process.

use std::env;
use std::fs;
use std::path::Path;
use std::process::Command;
use std::sync::{Barrier, OnceLock};
use std::thread;

use neuropod::Neuropod;
use neuropod_test_utils::write_program;

use crate::support::{assert_adds, in_own_process, in_own_process_with, load};

const THREADS: usize = 8;
const CALLS: usize = 200;

#[test]
fn torch_then_tensorflow() {
    in_own_process("two::torch_then_tensorflow", |packages| {
        let torch = load(packages, "torch");
        assert_adds(&torch, 1.0);
        let tensorflow = load(packages, "tensorflow");
        assert_adds(&tensorflow, 2.0);
        assert_adds(&torch, 3.0);
    });
}

#[test]
fn tensorflow_then_torch() {
    in_own_process("two::tensorflow_then_torch", |packages| {
        let tensorflow = load(packages, "tensorflow");
        assert_adds(&tensorflow, 1.0);
        let torch = load(packages, "torch");
        assert_adds(&torch, 2.0);
        assert_adds(&tensorflow, 3.0);
    });
}

#[test]
fn both_from_several_threads_at_once() {
    in_own_process("two::both_from_several_threads_at_once", |packages| {
        let start = Barrier::new(THREADS);
        thread::scope(|scope| {
            for index in 0..THREADS {
                let start = &start;
                scope.spawn(move || {
                    start.wait();
                    // Loading races as well: even threads begin with one, odd ones with the other.
                    let names =
                        if index % 2 == 0 { ["torch", "tensorflow"] } else { ["tensorflow", "torch"] };
                    let models = names.map(|name| load(packages, name));
                    for call in 0..CALLS {
                        assert_adds(&models[call % 2], (index * CALLS + call) as f32);
                    }
                });
            }
        });
    });
}

#[test]
fn models_that_live_until_the_process_ends_do_not_disturb_its_end() {
    static MODELS: OnceLock<[Neuropod; 2]> = OnceLock::new();
    in_own_process("two::models_that_live_until_the_process_ends_do_not_disturb_its_end", |packages| {
        let models = MODELS.get_or_init(|| ["tensorflow", "torch"].map(|name| load(packages, name)));
        models.iter().for_each(|model| assert_adds(model, 1.0));
    });
}

#[test]
fn who_runs_torchscript_alone_does_not_look_for_tensorflow() {
    let asked = |packages: &Path| packages.join("bin/asked").exists();
    let test = "two::who_runs_torchscript_alone_does_not_look_for_tensorflow";
    in_own_process_with(test, with_interpreter_of_ours, |packages| {
        assert_adds(&load(packages, "torch"), 1.0);
        assert!(!asked(packages), "an interpreter was started");
        let backends = neuropod::default_registry().backends();
        assert!(asked(packages), "the interpreter of this test was not found");
        let platforms: Vec<_> = backends.iter().map(|backend| &*backend.platform).collect();
        let expected: &[_] = if cfg!(feature = "python") {
            &["torchscript", "tensorflow", "python"]
        } else {
            &["torchscript", "tensorflow"]
        };
        assert_eq!(platforms, expected);
    });
}

#[cfg(feature = "python")]
#[test]
fn who_runs_tensorflow_does_not_look_for_python() {
    let asked = |packages: &Path| packages.join("bin/asked").exists();
    let set_up = |command: &mut Command, packages: &Path| {
        with_interpreter_of_ours(command, packages);
        command.env("TENSORFLOW_DIR", tensorflow_folder());
    };
    in_own_process_with("two::who_runs_tensorflow_does_not_look_for_python", set_up, |packages| {
        assert_adds(&load(packages, "tensorflow"), 1.0);
        assert!(!asked(packages), "an interpreter was started");
        neuropod::default_registry();
        assert!(asked(packages), "the interpreter of this test was not found");
    });
}

/// Where TensorFlow is in the active environment.
#[cfg(feature = "python")]
fn tensorflow_folder() -> std::path::PathBuf {
    let lib = Path::new(&env::var_os("VIRTUAL_ENV").unwrap()).join("lib");
    let versions = fs::read_dir(lib).unwrap().map(|entry| entry.unwrap().path());
    versions.map(|version| version.join("site-packages/tensorflow")).find(|folder| folder.is_dir()).unwrap()
}

/// Lets the process find [`write_interpreter`]'s alone.
fn with_interpreter_of_ours(command: &mut Command, packages: &Path) {
    write_interpreter(&packages.join("bin"));
    for name in ["VIRTUAL_ENV", "CONDA_PREFIX", "TENSORFLOW_DIR"] {
        command.env_remove(name);
    }
    command.env("PATH", format!("{}:/usr/bin:/bin", packages.join("bin").display()));
}

/// A `python3` that leaves a file behind when it is asked anything.
fn write_interpreter(folder: &Path) {
    let path = folder.join("python3");
    fs::create_dir(folder).unwrap();
    write_program(&path, &format!(": > '{}'", folder.join("asked").display()));
}
