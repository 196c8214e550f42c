//! Sources of the test models.
#![allow(dead_code, reason = "each test program uses a part of it")]

mod written;

use std::sync::Arc;

use neuropod_core::{
    DType, Device, Dim, IntoInputs, Model, ModelOptions, ModelSource, Outputs, Result, TensorSpec,
};
use neuropod_test_utils::MemoryFiles;

/// A model file's content.
pub(crate) fn file(name: &str) -> Vec<u8> {
    let version = || neuropod_backend_torch::backend().info().version;
    written::read(&written::directory(version).join(name))
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
