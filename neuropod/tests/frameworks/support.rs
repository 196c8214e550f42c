//! Packages of the addition for every framework, and processes to run them in.

#[path = "../../../neuropod-backend-tf/tests/support/models.rs"]
mod models;

use std::env;
use std::path::Path;
use std::process::Command;
use std::sync::OnceLock;

use neuropod::{DType, Device, GraphDef, Neuropod, Packager, Tensor, TensorSpec};
use tempfile::TempDir;

/// Names the folder with the packages in a process that runs one case.
const PACKAGES: &str = "NEUROPOD_TEST_PACKAGES";

pub(crate) fn in_own_process(test: &str, case: impl FnOnce(&Path)) {
    in_own_process_with(test, |_, _| (), case);
}

/// Runs the test of this name, which calls this, in a process of its own, and there `case` with the
/// folder of the packages.
pub(crate) fn in_own_process_with(
    test: &str,
    set_up: impl FnOnce(&mut Command, &Path),
    case: impl FnOnce(&Path),
) {
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
    for (name, code) in
        [("python", FUNCTION), ("python-torch", TORCH_MODULE), ("python-tensorflow", TENSORFLOW)]
    {
        let python = Packager::new("addition", "python")
            .bytes("0/config.json", *br#"{"entrypoint": "get_model", "entrypoint_package": "model"}"#)
            .bytes("0/code/model.py", code);
        addition(python).write(folder.path().join(name)).unwrap();
    }
    folder
}

/// The addition in Python, with arrays of NumPy's alone.
const FUNCTION: &str = "
def get_model(data):
    return lambda x, y: {'out': x + y}
";

const TORCH_MODULE: &str = "
import torch

class Addition(torch.nn.Module):
    def forward(self, x, y):
        return {'out': x + y}

def get_model(data):
    return Addition()
";

const TENSORFLOW: &str = "
import os
os.environ.setdefault('TF_CPP_MIN_LOG_LEVEL', '3')
import tensorflow as tf

def get_model(data):
    return lambda x, y: {'out': tf.add(x, y).numpy()}
";

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

pub(crate) fn load(packages: &Path, name: &str) -> Neuropod {
    let model = Neuropod::options().device(Device::Cpu).load(packages.join(name)).unwrap();
    assert!(name.starts_with(&model.backend().name), "{name} is run by {}", model.backend());
    model
}

/// Every call has other numbers, so that one cannot be taken for another.
pub(crate) fn assert_adds(model: &Neuropod, first: f32) {
    let x = Tensor::from_vec([3], vec![first, 2.0, 3.0]).unwrap();
    let y = Tensor::from_vec([3], vec![0.5, 0.25, first]).unwrap();
    let outputs = model.infer([("x", &x), ("y", &y)]).unwrap();
    assert_eq!(outputs["out"].as_slice::<f32>().unwrap(), [first + 0.5, 2.25, 3.0 + first]);
}
