//! The conformance kit's models. The backend may be linked to the test or loaded as a plugin.
#![allow(dead_code, reason = "functions and modules are tested by a program each")]

use std::sync::Arc;

use neuropod_core::{Backend, ModelSource};
use neuropod_test_utils::MemoryFiles;
use neuropod_test_utils::conformance::{self, FixtureModel, Fixtures};

const PLATFORM: &str = "python";

/// Cases that the backend leaves out: it claims every element type.
const SKIPPED: [&str; 1] = ["values::undeclared_dtypes_are_refused"];

/// Runs the kit.
pub(crate) fn assert_conforms(backend: Arc<dyn Backend>, models: impl Fixtures + 'static) {
    let report = conformance::run(backend, Arc::new(models));
    report.assert();
    assert_eq!(report.skipped().map(|case| case.name).collect::<Vec<_>>(), SKIPPED);
}

/// Runs the text in the data folder, so that the kit can damage it.
const ENTRYPOINT: &str = "\
import os


def get_model(data):
    with open(os.path.join(data, 'model.txt'), encoding='utf-8') as file:
        text = file.read()
    names = {}
    exec(compile(text, 'model.txt', 'exec'), names)
    return names['model']
";

/// The models as functions of NumPy's arrays.
pub(crate) struct Functions;

impl Fixtures for Functions {
    fn source(&self, model: FixtureModel) -> Option<Arc<ModelSource>> {
        let text = match model {
            FixtureModel::Identity { .. } => "def model(x): return {'y': x}",
            FixtureModel::Addition => "def model(x, y): return {'out': x + y}",
            FixtureModel::Arithmetic => {
                "def model(x, y): return {'product': x * y, 'sum': x + y, 'difference': x - y}"
            }
            FixtureModel::Constant => {
                "import numpy\ndef model(): return {'out': numpy.array([1, 2.5, -3], dtype='float32')}"
            }
            FixtureModel::Transpose => "def model(x): return {'y': x.T}",
            FixtureModel::Tail => "def model(x): return {'y': x[1:]}",
            FixtureModel::OptionalInput => {
                "def model(x, y=None): return {'out': x.copy() if y is None else x + y}"
            }
            FixtureModel::FailsIfNegative => {
                "def model(x):\n    if x[0] < 0: raise ValueError('the first element is negative')\n    return {'out': x}"
            }
            FixtureModel::MisnamedOutput => "def model(x): return {'other': x}",
            FixtureModel::MistypedOutput => "def model(x): return {'out': x.astype('int64')}",
            FixtureModel::KeepsInput => KEEPS_INPUT,
            FixtureModel::ManyInputs => {
                "def model(**inputs):\n    return {'out': sum((i + 1) * inputs[f'x{i}'] for i in range(100)).astype('float32')}"
            }
            FixtureModel::OddNames => {
                "def model(**inputs):\n    return {'résultat:0 - final': inputs['größe in/m² (α.β)']}"
            }
            _ => return None,
        };
        Some(model.source(PLATFORM, files(text)))
    }
}

const KEEPS_INPUT: &str = "
class Model:
    previous = None

    def __call__(self, x):
        previous = x if self.previous is None else self.previous
        self.previous = x
        return {'previous': previous}

model = Model()
";

/// The models as modules of PyTorch's.
pub(crate) struct Modules;

impl Fixtures for Modules {
    fn source(&self, model: FixtureModel) -> Option<Arc<ModelSource>> {
        let forward = match model {
            FixtureModel::Identity { .. } => "x): return {'y': x}",
            FixtureModel::Addition => "x, y): return {'out': x + y}",
            FixtureModel::Arithmetic => "x, y): return {'product': x * y, 'sum': x + y, 'difference': x - y}",
            FixtureModel::Constant => "): return {'out': torch.tensor([1, 2.5, -3])}",
            FixtureModel::Transpose => "x): return {'y': x.T}",
            FixtureModel::Tail => "x): return {'y': x[1:]}",
            FixtureModel::OptionalInput => "x, y=None): return {'out': x if y is None else x + y}",
            FixtureModel::FailsIfNegative => {
                "x):\n        assert x[0] >= 0, 'the first element is negative'\n        return {'out': x}"
            }
            FixtureModel::MisnamedOutput => "x): return {'other': x}",
            FixtureModel::MistypedOutput => "x): return {'out': x.long()}",
            FixtureModel::KeepsInput => {
                "x):\n        previous, self.kept = self.kept, x\n        return {'previous': x if previous is None else previous}"
            }
            FixtureModel::ManyInputs => {
                "**inputs):\n        return {'out': sum((i + 1) * inputs[f'x{i}'] for i in range(100))}"
            }
            FixtureModel::OddNames => {
                "**inputs):\n        return {'résultat:0 - final': inputs['größe in/m² (α.β)']}"
            }
            _ => return None,
        };
        let comma = if forward.starts_with(')') { "" } else { ", " };
        let text = format!(
            "import torch\n\nclass Model(torch.nn.Module):\n    kept = None\n\n    def forward(self{comma}{forward}\n\n\
             model = Model()\n"
        );
        Some(model.source(PLATFORM, files(&text)))
    }
}

fn files(text: &str) -> MemoryFiles {
    MemoryFiles::new()
        .file("0/config.json", r#"{"entrypoint": "get_model", "entrypoint_package": "fixture"}"#)
        .file("0/code/__init__.py", "")
        .file("0/code/fixture.py", ENTRYPOINT)
        .file("0/data/model.txt", text)
}
