//! What a call through `Neuropod` costs beyond the backend's own call.
//!
//! Needs no framework: `cargo bench -p neuropod-benches --bench facade`.

use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use criterion::Criterion;
use neuropod::backend::{Backend, BackendInfo, Capabilities, Model, ModelSource};
use neuropod::{Compression, DType, Inputs, ModelOptions, Neuropod, Outputs, ProblemDefinition, Result};
use neuropod_benches::models::{TENSOR_COUNTS, inputs, interface};
use neuropod_benches::{Comparison, Subject, as_inputs, criterion, is_quick};
use neuropod_package::{Package, PackageBuilder};
use neuropod_test_utils::fake::{FakeBackend, MODEL_FILE, PLATFORM};

fn main() {
    let mut criterion = criterion();
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a folder can be made");
    let package = package(folder.path(), "small", "out = add x y");
    let fake: Arc<dyn Backend> = Arc::new(FakeBackend::new());
    compare(&fake, &package, "small", Subject::new("facade", "2 inputs, 1 output"), &mut criterion);

    // Beside a backend that does next to nothing, the facade can be told from noise.
    let idle: Arc<dyn Backend> = Arc::new(Idle);
    for count in TENSOR_COUNTS.into_iter().filter(|count| !is_quick() || [1, 100].contains(count)) {
        let model = format!("tensors-{count}");
        let package = self::package(folder.path(), &model, "out = x0");
        compare(&idle, &package, &model, Subject::new("facade", "tensors").at(count), &mut criterion);
    }
    criterion.final_summary();
}

/// A call with validation and without, beside that of the backend's model.
fn compare(
    backend: &Arc<dyn Backend>,
    package: &Path,
    model: &str,
    subject: Subject,
    criterion: &mut Criterion,
) {
    let load = |validate| {
        let options = Neuropod::options().backend(Arc::clone(backend)).validate(validate);
        options.load(package).expect("the package loads")
    };
    let (validated, unchecked) = (load(true), load(false));
    let source = Package::open(package).expect("the package is in order").source();
    let alone = backend.load(source, &ModelOptions::new()).expect("the model loads");
    let tensors = inputs(model);
    let call = |model: &Neuropod| drop(black_box(model.infer(as_inputs(&tensors)).expect("the model runs")));
    Comparison::new(subject)
        .reference("the backend alone", || {
            drop(black_box(alone.infer(&as_inputs(&tensors), &[]).expect("the model runs")));
        })
        .way("validated", || call(&validated))
        .way("not validated", || call(&unchecked))
        .run(criterion);
}

/// A package of a model for the fake backend.
fn package(folder: &Path, model: &str, program: &str) -> PathBuf {
    let path = folder.join(model).with_extension("neuropod");
    let interface = interface(model);
    let mut definition = ProblemDefinition::new(model, PLATFORM);
    (definition.inputs, definition.outputs) = (interface.inputs, interface.outputs);
    let builder = PackageBuilder::new(definition).bytes(MODEL_FILE, program);
    builder.write_zip(&path, Compression::Store).expect("the package can be written");
    path
}

/// A backend whose model returns its first input.
#[derive(Debug)]
struct Idle;

impl Backend for Idle {
    fn info(&self) -> BackendInfo {
        BackendInfo::new("idle", PLATFORM, "1.0.0")
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities::new(DType::ALL)
    }

    fn load(&self, _: Arc<ModelSource>, _: &ModelOptions) -> Result<Box<dyn Model>> {
        Ok(Box::new(FirstInput("out".into())))
    }
}

/// The name of its output.
#[derive(Debug)]
struct FirstInput(Arc<str>);

impl Model for FirstInput {
    fn infer(&self, inputs: &Inputs<'_>, _: &[&str]) -> Result<Outputs> {
        let mut outputs = Outputs::with_capacity(1);
        for (_, input) in inputs.iter().take(1) {
            outputs.push(Arc::clone(&self.0), input.to_tensor());
        }
        Ok(outputs)
    }
}
