//! The torch backend keeps the contract that every backend keeps.

mod support;

use std::sync::Arc;

use neuropod_backend_torch::{PLATFORM, backend};
use neuropod_core::{DType, ModelSource};
use neuropod_test_utils::MemoryFiles;
use neuropod_test_utils::conformance::{self, FixtureModel, Fixtures};

struct TorchScriptModels;

impl Fixtures for TorchScriptModels {
    fn source(&self, model: FixtureModel) -> Option<Arc<ModelSource>> {
        let name = match model {
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
        };
        let file = support::file(&format!("{name}.pt"));
        Some(model.source(PLATFORM, MemoryFiles::new().file("0/data/model.pt", file)))
    }
}

#[test]
fn the_torch_backend_passes_the_conformance_kit() {
    conformance::run(backend(), Arc::new(TorchScriptModels)).assert();
}
