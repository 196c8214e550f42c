//! The conformance kit's models. The backend may be linked to the test or loaded as a plugin.

#[path = "written.rs"]
mod written;

use std::sync::Arc;

use neuropod_core::{Backend, DType, ModelSource};
use neuropod_test_utils::MemoryFiles;
use neuropod_test_utils::conformance::{self, FixtureModel, Fixtures};

/// Cases that the backend leaves out: it claims every element type.
const SKIPPED: [&str; 1] = ["values::undeclared_dtypes_are_refused"];

/// Runs the kit.
pub(crate) fn assert_conforms(backend: Arc<dyn Backend>) {
    let models = TorchScriptModels::of(&*backend);
    let report = conformance::run(backend, Arc::new(models));
    report.assert();
    assert_eq!(report.skipped().map(|case| case.name).collect::<Vec<_>>(), SKIPPED);
}

/// The models for a version of PyTorch.
pub(crate) struct TorchScriptModels {
    version: String,
}

impl TorchScriptModels {
    pub(crate) fn of(backend: &dyn Backend) -> Self {
        TorchScriptModels { version: backend.info().version }
    }

    /// A file that `models.py` wrote.
    pub(crate) fn file(&self, name: &str) -> Vec<u8> {
        written::read(&written::directory(|| self.version.clone()).join(name))
    }
}

impl Fixtures for TorchScriptModels {
    fn source(&self, model: FixtureModel) -> Option<Arc<ModelSource>> {
        let file = self.file(&format!("{}.pt", name(model)?));
        let files = MemoryFiles::new().file("0/data/model.pt", file);
        Some(model.source("torchscript", files))
    }
}

/// The model's file without its ending.
fn name(model: FixtureModel) -> Option<&'static str> {
    Some(match model {
        // Torch has no string tensors: strings are a `str` or a `List[str]`.
        FixtureModel::Identity { dtype: DType::String, rank: 0 } => "IdentityString",
        FixtureModel::Identity { dtype: DType::String, rank: 1 } => "IdentityStrings",
        FixtureModel::Identity { dtype: DType::String, .. } => return None,
        FixtureModel::Identity { .. } => "Identity",
        FixtureModel::Addition => "AdditionArgs",
        FixtureModel::Arithmetic => "Arithmetic",
        FixtureModel::Constant => "ConstantOut",
        FixtureModel::Transpose => "Transpose",
        FixtureModel::Tail => "Tail",
        FixtureModel::OptionalInput => "OptionalInput",
        FixtureModel::FailsIfNegative => "FailsIfNegative",
        FixtureModel::MisnamedOutput => "MisnamedOutput",
        FixtureModel::MistypedOutput => "MistypedOutput",
        FixtureModel::KeepsInput => "KeepsInput",
        FixtureModel::ManyInputs => "ManyInputs",
        FixtureModel::OddNames => "OddNames",
        _ => return None,
    })
}
