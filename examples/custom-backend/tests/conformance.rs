//! The backend keeps Neuropod's contract.

use std::sync::Arc;

use neuropod_backend_rpn::{PLATFORM, RpnBackend};
use neuropod_core::{DType, ModelSource};
use neuropod_test_utils::MemoryFiles;
use neuropod_test_utils::conformance::{self, FixtureModel, Fixtures};

#[test]
fn it_conforms() {
    let report = conformance::run(Arc::new(RpnBackend), Arc::new(RpnFixtures));
    report.assert();
    assert!(report.passed().count() >= 40, "too little of the contract is checked");
}

struct RpnFixtures;

impl Fixtures for RpnFixtures {
    fn source(&self, model: FixtureModel) -> Option<Arc<ModelSource>> {
        let text = match model {
            FixtureModel::Identity { dtype: DType::Float32, .. } => "y = x".to_owned(),
            FixtureModel::Addition => "out = x y +".to_owned(),
            FixtureModel::Arithmetic => "product = x y *\nsum = x y +\ndifference = x y -".to_owned(),
            FixtureModel::MisnamedOutput => "other = x".to_owned(),
            FixtureModel::ManyInputs => {
                let others = (1..FixtureModel::MANY).map(|index| format!(" x{index} {} * +", index + 1));
                format!("out = x0{}", others.collect::<String>())
            }
            // Reverse Polish notation has no way to say these.
            _ => return None,
        };
        Some(model.source(PLATFORM, MemoryFiles::new().file("0/data/model.rpn", text)))
    }
}
