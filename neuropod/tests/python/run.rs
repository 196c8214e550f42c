//! Packages of Python code, tested, loaded and run.

use std::process::Command;

use neuropod::{ErrorKind, Packager, PythonModel};

use crate::support::{ADDITION, Folders, addition, assert_adds, content, floats, options, vector};

fn tested(model: PythonModel) -> Packager {
    addition(model).test_input("x", floats(&[1.0, 2.0])).test_input("y", floats(&[3.0, 4.0]))
}

#[test]
fn a_tested_package_runs_as_a_zip_file_and_as_a_folder() {
    let folders = Folders::with(&[("speech/model.py", ADDITION)]);
    let model = PythonModel::new("speech.model", "get_model").code(folders.source(), ["speech"]);
    let packager = tested(model).test_output("out", floats(&[4.0, 6.0]));
    packager.clone().write(folders.package("zip")).unwrap();
    packager.write_dir(folders.package("folder")).unwrap();
    for name in ["zip", "folder"] {
        let model = options().load(folders.package(name)).unwrap();
        assert_eq!((model.platform(), &*model.backend().name), ("python", "python"));
        assert!(model.backend().version.starts_with("3."), "{:?}", model.backend());
        assert_adds(&model);
    }
}

#[test]
fn a_package_that_fails_its_test_is_not_written() {
    let folders = Folders::with(&[
        ("model.py", ADDITION),
        ("broken.py", "def get_model(data_root):\n    raise ValueError(data_root)\n"),
    ]);
    let model = |module: &str| PythonModel::new(module, "get_model").code(folders.source(), ["."]);
    let path = folders.package("addition");
    let error = tested(model("model")).test_output("out", floats(&[4.0, 7.0])).write(&path).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::SelfTest);
    assert!(error.message().contains("element 1 should be 7, but is 6"), "{error}");
    let error = tested(model("broken")).write_dir(&path).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Load);
    assert!(error.message().contains("ValueError"), "{error}");
    assert!(folders.has_no_package());
}

#[test]
fn the_entrypoint_is_given_the_data() {
    let code = r#"
import os
import numpy as np
from scaling.scale import read

def get_model(data_root):
    factor = read(os.path.join(data_root, "weights/factor.txt"))
    return lambda x: {"out": np.float32(factor) * x}
"#;
    let folders = Folders::with(&[
        ("scaling/model.py", code),
        ("scaling/scale.py", "def read(path):\n    return float(open(path).read())\n"),
        ("trained.txt", "2.5"),
    ]);
    let model = PythonModel::new("scaling.model", "get_model")
        .code(folders.source(), ["scaling"])
        .data("weights/factor.txt", folders.source().join("trained.txt"));
    let path = folders.package("scaling");
    Packager::python("scaling", model)
        .input(vector("x"))
        .output(vector("out"))
        .load_options(options())
        .test_input("x", floats(&[2.0, 4.0]))
        .test_output("out", floats(&[5.0, 10.0]))
        .write(&path)
        .unwrap();
    let outputs = options().load(&path).unwrap().infer([("x", &floats(&[1.0]))]).unwrap();
    assert_eq!(outputs["out"], floats(&[2.5]));
}

#[test]
fn a_pytorch_module_is_packaged_with_its_weights() {
    let code = r#"
import os
import torch

class Scale(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.factor = torch.nn.Parameter(torch.ones(1))

    def forward(self, x):
        return {"out": self.factor * x}

def get_model(data_root):
    model = Scale()
    model.load_state_dict(torch.load(os.path.join(data_root, "scale.pt")))
    return model.eval()
"#;
    let folders = Folders::with(&[("model.py", code)]);
    let weights = folders.source().join("scale.pt");
    let save = "import sys, torch; torch.save({'factor': torch.tensor([3.0])}, sys.argv[1])";
    assert!(Command::new("python").args(["-c", save]).arg(&weights).status().unwrap().success());
    let model = PythonModel::new("model", "get_model")
        .module(folders.source().join("model.py"))
        .data("scale.pt", weights);
    Packager::python("scale", model)
        .input(vector("x"))
        .output(vector("out"))
        .load_options(options())
        .test_input("x", floats(&[1.0, 2.0]))
        .test_output("out", floats(&[3.0, 6.0]))
        .write(folders.package("scale"))
        .unwrap();
}

#[test]
fn two_packages_with_modules_of_one_name_keep_to_their_own() {
    let subtraction = ADDITION.replace('+', "-");
    let models = [ADDITION, &subtraction].map(|code| {
        let folders = Folders::with(&[("model.py", code)]);
        let path = folders.package("model");
        let model = PythonModel::new("model", "get_model").module(folders.source().join("model.py"));
        addition(model).write(&path).unwrap();
        options().load(&path).unwrap()
    });
    let (x, y) = (floats(&[3.0]), floats(&[1.0]));
    let run = |index: usize| models[index].infer([("x", &x), ("y", &y)]).unwrap();
    assert_eq!(run(0)["out"], floats(&[4.0]));
    assert_eq!(run(1)["out"], floats(&[2.0]));
}

#[test]
fn requirements_are_compiled_to_exact_versions() {
    let folders = Folders::with(&[("model.py", ADDITION)]);
    let model = PythonModel::new("model", "get_model")
        .module(folders.source().join("model.py"))
        .requirements(["packaging>=20,<26"]);
    let path = folders.package("addition");
    addition(model).write(&path).unwrap();
    let lock = content(&path, "0/requirements.lock");
    let pins: Vec<_> = lock.lines().filter(|line| !line.is_empty() && !line.starts_with('#')).collect();
    assert!(matches!(&pins[..], [pin] if pin.starts_with("packaging==2")), "{lock}");
}

#[test]
fn requirements_that_cannot_be_compiled_leave_nothing_behind() {
    let folders = Folders::with(&[("model.py", ADDITION)]);
    let model = PythonModel::new("model", "get_model").module(folders.source().join("model.py"));
    let model = model.requirements(["packaging"]).interpreter(folders.source().join("no/python"));
    let error = addition(model).write(folders.package("addition")).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Load);
    assert!(error.message().contains("no/python"), "{error}");
    assert!(folders.has_no_package());
}
