//! TorchScript models for the tests, written by `models.py` with the Python whose torch this crate
//! is linked to.
#![allow(dead_code, reason = "each test program uses a part of it")]

use std::env;
use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use std::process::{self, Command};
use std::sync::{Arc, OnceLock};

use neuropod_core::{
    DType, Device, Dim, IntoInputs, Model, ModelOptions, ModelSource, Outputs, Result, TensorSpec,
};
use neuropod_test_utils::MemoryFiles;

/// A model file's content.
pub(crate) fn file(name: &str) -> Vec<u8> {
    let path = directory().join(name);
    fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// A source whose model is `<name>.pt`.
pub(crate) fn source(name: &str, inputs: &[TensorSpec], outputs: &[TensorSpec]) -> ModelSource {
    let files = MemoryFiles::new().file("0/data/model.pt", file(&format!("{name}.pt")));
    let mut source = ModelSource::new(name, neuropod_backend_torch::PLATFORM, Arc::new(files));
    source.inputs = inputs.to_vec();
    source.outputs = outputs.to_vec();
    source
}

/// Loads a source on the CPU.
pub(crate) fn load_source(source: ModelSource) -> Result<Box<dyn Model>> {
    neuropod_backend_torch::backend().load(Arc::new(source), &cpu())
}

/// Loads `<name>.pt` on the CPU, with these inputs and outputs.
pub(crate) fn load(name: &str, inputs: &[TensorSpec], outputs: &[TensorSpec]) -> Box<dyn Model> {
    load_source(source(name, inputs, outputs)).unwrap_or_else(|error| panic!("{name}: {error:?}"))
}

/// Calls a model for all its outputs.
pub(crate) fn infer<'a>(model: &dyn Model, inputs: impl IntoInputs<'a>) -> Result<Outputs> {
    model.infer(&inputs.into_inputs()?, &[])
}

/// Options for the CPU.
pub(crate) fn cpu() -> ModelOptions {
    ModelOptions::new().device(Device::Cpu)
}

/// A float32 tensor of that rank and any size.
pub(crate) fn f32s(name: &str, rank: usize) -> TensorSpec {
    any(name, DType::Float32, rank)
}

/// A string tensor of one axis.
pub(crate) fn words(name: &str) -> TensorSpec {
    any(name, DType::String, 1)
}

/// A tensor of that rank and any size.
pub(crate) fn any(name: &str, dtype: DType, rank: usize) -> TensorSpec {
    TensorSpec::new(name, dtype, vec![Dim::Any; rank])
}

/// The folder that holds what `models.py` wrote; written once for each version of it.
fn directory() -> &'static Path {
    static DIRECTORY: OnceLock<PathBuf> = OnceLock::new();
    DIRECTORY.get_or_init(|| {
        let mut hasher = DefaultHasher::new();
        include_str!("../models.py").hash(&mut hasher);
        include_str!("../custom_op.cpp").hash(&mut hasher);
        neuropod_backend_torch::backend().info().version.hash(&mut hasher);
        let parent = Path::new(env!("CARGO_TARGET_TMPDIR"));
        let directory = parent.join(format!("torch-models-{:016x}", hasher.finish()));
        if !directory.is_dir() {
            write_models(parent, &directory);
        }
        directory
    })
}

/// Writes to a folder of our own first: several test programs may be at it.
fn write_models(parent: &Path, directory: &Path) {
    let fresh = parent.join(format!("torch-models-fresh-{}", process::id()));
    fs::create_dir_all(&fresh).expect("cannot create a folder for the models");
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/models.py");
    let written = Command::new(python()).arg(script).arg(&fresh).status();
    assert!(
        written.is_ok_and(|status| status.success()),
        "{} cannot write the test models; activate the Python environment that this crate was built \
         against (VIRTUAL_ENV)",
        python().display()
    );
    if fs::rename(&fresh, directory).is_err() {
        assert!(directory.is_dir(), "cannot move the test models into place");
        fs::remove_dir_all(&fresh).expect("cannot remove the spare test models");
    }
}

/// The Python that the build script of torch-sys asked.
fn python() -> PathBuf {
    match env::var_os("VIRTUAL_ENV") {
        Some(environment) => Path::new(&environment).join("bin/python"),
        None => PathBuf::from("python3"),
    }
}
