//! The TensorFlow backend keeps the contract that every backend keeps.

mod support;

use std::sync::Arc;

use neuropod_backend_tf::{PLATFORM, backend};
use neuropod_core::ModelSource;
use neuropod_test_utils::conformance::{self, FixtureModel, Fixtures};

struct TensorFlowModels;

impl Fixtures for TensorFlowModels {
    fn source(&self, model: FixtureModel) -> Option<Arc<ModelSource>> {
        let name = match model {
            FixtureModel::Identity { dtype, .. } => format!("Identity_{dtype}"),
            FixtureModel::Addition
            | FixtureModel::Arithmetic
            | FixtureModel::Constant
            | FixtureModel::Transpose
            | FixtureModel::Tail
            | FixtureModel::OptionalInput
            | FixtureModel::FailsIfNegative
            | FixtureModel::MisnamedOutput
            | FixtureModel::MistypedOutput
            | FixtureModel::KeepsInput
            | FixtureModel::ManyInputs
            | FixtureModel::OddNames => format!("{model:?}"),
            _ => return None,
        };
        Some(model.source(PLATFORM, support::files(&name)))
    }
}

#[test]
fn the_tensorflow_backend_passes_the_conformance_kit() {
    conformance::run(backend(), Arc::new(TensorFlowModels)).assert();
}
