//! The conformance kit's models, for the fake backend.

use std::sync::Arc;

use neuropod_core::ModelSource;

use super::{MODEL_FILE, PLATFORM};
use crate::MemoryFiles;
use crate::conformance::{FixtureModel, Fixtures};

/// Every model of the conformance kit, as the fake backend's programs.
#[derive(Clone, Copy, Debug, Default)]
pub struct FakeFixtures;

impl Fixtures for FakeFixtures {
    fn source(&self, model: FixtureModel) -> Option<Arc<ModelSource>> {
        let program = program(model);
        Some(model.source(PLATFORM, MemoryFiles::new().file(MODEL_FILE, program)))
    }
}

fn program(model: FixtureModel) -> String {
    match model {
        FixtureModel::Identity { .. } => "y = x".to_owned(),
        FixtureModel::Addition => "out = add x y".to_owned(),
        FixtureModel::Arithmetic => "product = mul x y\nsum = add x y\ndifference = sub x y".to_owned(),
        FixtureModel::Constant => "out = constant 1 2.5 -3".to_owned(),
        FixtureModel::Transpose => "y = transpose x".to_owned(),
        FixtureModel::Tail => "y = tail x".to_owned(),
        FixtureModel::OptionalInput => "out = add x y?".to_owned(),
        FixtureModel::FailsIfNegative => {
            format!("fail_if_negative x {}\nout = x", FixtureModel::FAILURE)
        }
        FixtureModel::MisnamedOutput => "other = x".to_owned(),
        FixtureModel::MistypedOutput => "out = to_int64 x".to_owned(),
        FixtureModel::KeepsInput => "previous = previous x".to_owned(),
        FixtureModel::ManyInputs => {
            let names: Vec<_> = (0..FixtureModel::MANY).map(|index| format!("x{index}")).collect();
            format!("out = weighted_sum {}", names.join(" "))
        }
        FixtureModel::OddNames => format!("{} = {}", FixtureModel::ODD_OUTPUT, FixtureModel::ODD_INPUT),
    }
}
