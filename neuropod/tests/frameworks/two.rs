//! PyTorch and TensorFlow in one process. Each case is a process of its own, because the order in
//! which the frameworks are first used matters, and how the process ends.

#[path = "../../neuropod-backend-tf/tests/support/models.rs"]
mod models;

use std::env;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;
use std::sync::{Barrier, OnceLock};
use std::thread;

use neuropod::{DType, Device, GraphDef, Neuropod, Packager, Tensor, TensorSpec};
use tempfile::TempDir;

/// Names the folder with the packages in a process that runs one case.
const PACKAGES: &str = "NEUROPOD_TEST_PACKAGES";
const THREADS: usize = 8;
const CALLS: usize = 200;

#[test]
fn torch_then_tensorflow() {
    in_own_process("torch_then_tensorflow", |packages| {
        let torch = load(packages, "torch");
        assert_adds(&torch, 1.0);
        let tensorflow = load(packages, "tensorflow");
        assert_adds(&tensorflow, 2.0);
        assert_adds(&torch, 3.0);
    });
}

#[test]
fn tensorflow_then_torch() {
    in_own_process("tensorflow_then_torch", |packages| {
        let tensorflow = load(packages, "tensorflow");
        assert_adds(&tensorflow, 1.0);
        let torch = load(packages, "torch");
        assert_adds(&torch, 2.0);
        assert_adds(&tensorflow, 3.0);
    });
}

#[test]
fn both_from_several_threads_at_once() {
    in_own_process("both_from_several_threads_at_once", |packages| {
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
    in_own_process("models_that_live_until_the_process_ends_do_not_disturb_its_end", |packages| {
        let models = MODELS.get_or_init(|| ["tensorflow", "torch"].map(|name| load(packages, name)));
        models.iter().for_each(|model| assert_adds(model, 1.0));
    });
}

#[test]
fn who_runs_torchscript_alone_does_not_look_for_tensorflow() {
    let asked = |packages: &Path| packages.join("bin/asked").exists();
    let set_up = |command: &mut Command, packages: &Path| {
        write_interpreter(&packages.join("bin"));
        for name in ["VIRTUAL_ENV", "CONDA_PREFIX", "TENSORFLOW_DIR"] {
            command.env_remove(name);
        }
        command.env("PATH", format!("{}:/usr/bin:/bin", packages.join("bin").display()));
    };
    let test = "who_runs_torchscript_alone_does_not_look_for_tensorflow";
    in_own_process_with(test, set_up, |packages| {
        assert_adds(&load(packages, "torch"), 1.0);
        assert!(!asked(packages), "an interpreter was started");
        let backends = neuropod::default_registry().backends();
        assert!(asked(packages), "the interpreter of this test was not found");
        let platforms: Vec<_> = backends.iter().map(|backend| &*backend.platform).collect();
        assert_eq!(platforms, ["torchscript", "tensorflow"]);
    });
}

/// A `python3` that leaves a file behind when it is asked where TensorFlow is.
fn write_interpreter(folder: &Path) {
    let path = folder.join("python3");
    fs::create_dir(folder).unwrap();
    fs::write(&path, format!("#!/bin/sh\n: > '{}'\n", folder.join("asked").display())).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
}

fn in_own_process(test: &str, case: impl FnOnce(&Path)) {
    in_own_process_with(test, |_, _| (), case);
}

/// Runs the test of this name, which calls this, in a process of its own, and there `case` with the
/// folder of the packages.
fn in_own_process_with(test: &str, set_up: impl FnOnce(&mut Command, &Path), case: impl FnOnce(&Path)) {
    if let Some(packages) = env::var_os(PACKAGES) {
        return case(Path::new(&packages));
    }
    let packages = packages();
    let mut command = Command::new(env::current_exe().unwrap());
    command.args(["--exact", test, "--nocapture", "--test-threads=1"]).env(PACKAGES, packages.path());
    set_up(&mut command, packages.path());
    let output = command.output().unwrap();
    let text = [output.stdout, output.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
    assert!(output.status.success(), "{}\n{}{}", output.status, text[0], text[1]);
    assert!(text[0].contains("1 passed"), "the case did not run:\n{}{}", text[0], text[1]);
}

/// The addition, packaged for both frameworks. No framework is used for that in this process.
fn packages() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let addition = |packager: Packager| {
        let vector = |name| TensorSpec::new(name, DType::Float32, ["length"]);
        packager.input(vector("x")).input(vector("y")).output(vector("out"))
    };
    let graph = GraphDef::file(models::path("Addition.pb")).node("x", "x").node("y", "y").node("out", "out");
    addition(Packager::tensorflow_graph("addition", graph)).write(folder.path().join("tensorflow")).unwrap();
    let torch = Packager::new("addition", "torchscript").bytes("0/data/model.pt", torch_script());
    addition(torch).write(folder.path().join("torch")).unwrap();
    folder
}

/// Written once for all cases.
fn torch_script() -> &'static [u8] {
    static CONTENT: OnceLock<Vec<u8>> = OnceLock::new();
    CONTENT.get_or_init(|| {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("addition.pt");
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/../examples/python/make_addition_model.py");
        let status = Command::new(models::python()).arg(script).arg(&path).status().unwrap();
        assert!(status.success(), "{} cannot write a TorchScript model", models::python().display());
        models::read(&path)
    })
}

fn load(packages: &Path, name: &str) -> Neuropod {
    let model = Neuropod::options().device(Device::Cpu).load(packages.join(name)).unwrap();
    assert_eq!(model.backend().name, name);
    model
}

/// Every call has other numbers, so that one cannot be taken for another.
fn assert_adds(model: &Neuropod, first: f32) {
    let x = Tensor::from_vec([3], vec![first, 2.0, 3.0]).unwrap();
    let y = Tensor::from_vec([3], vec![0.5, 0.25, first]).unwrap();
    let outputs = model.infer([("x", &x), ("y", &y)]).unwrap();
    assert_eq!(outputs["out"].as_slice::<f32>().unwrap(), [first + 0.5, 2.25, 3.0 + first]);
}
