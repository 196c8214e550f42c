//! The conformance kit's models. The backend may be linked to the test or loaded as a plugin.

#[path = "written.rs"]
mod written;

use std::sync::Arc;

use neuropod_core::{Backend, ModelSource};
use neuropod_test_utils::MemoryFiles;
use neuropod_test_utils::conformance::{self, FixtureModel, Fixtures};

/// Cases that the backend leaves out: it claims every element type.
const SKIPPED: [&str; 1] = ["values::undeclared_dtypes_are_refused"];

/// Runs the kit.
pub(crate) fn assert_conforms(backend: Arc<dyn Backend>) {
    let models = TensorFlowModels::of(&*backend);
    let report = conformance::run(backend, Arc::new(models));
    report.assert();
    assert_eq!(report.skipped().map(|case| case.name).collect::<Vec<_>>(), SKIPPED);
}

/// The models for a version of TensorFlow.
pub(crate) struct TensorFlowModels {
    version: String,
}

impl TensorFlowModels {
    pub(crate) fn of(backend: &dyn Backend) -> Self {
        TensorFlowModels { version: backend.info().version }
    }

    /// A file that `models.py` wrote.
    pub(crate) fn file(&self, name: &str) -> Vec<u8> {
        written::read(&written::directory(|| self.version.clone()).join(name))
    }

    /// The files of a package with a graph.
    pub(crate) fn graph(&self, name: &str) -> MemoryFiles {
        MemoryFiles::new()
            .file("0/data/model.pb", self.file(&format!("{name}.pb")))
            .file("0/config.json", self.file(&format!("{name}.json")))
    }
}

impl Fixtures for TensorFlowModels {
    fn source(&self, model: FixtureModel) -> Option<Arc<ModelSource>> {
        Some(model.source("tensorflow", self.graph(&name(model)?)))
    }
}

/// The model's files without their endings.
fn name(model: FixtureModel) -> Option<String> {
    Some(match model {
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
    })
}
