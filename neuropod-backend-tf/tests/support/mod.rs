//! Sources of the test models.
#![allow(dead_code, unused_imports, reason = "each test program uses a part of it")]

mod models;

use std::fs;
use std::path::Path;
use std::sync::Arc;

use models::read;
pub(crate) use models::{file, path, python};
use neuropod_core::{
    DType, Device, Dim, IntoInputs, Model, ModelOptions, ModelSource, Outputs, Result, Tensor, TensorSpec,
};
use neuropod_test_utils::MemoryFiles;

/// A package's files: the GraphDef `<name>.pb` with its mapping, or the SavedModel `<name>`.
pub(crate) fn files(name: &str) -> MemoryFiles {
    let files = model_files(name);
    if is_graph(name) { files.file("0/config.json", file(&format!("{name}.json"))) } else { files }
}

/// A source of [`files`].
pub(crate) fn source(name: &str, inputs: &[TensorSpec], outputs: &[TensorSpec]) -> ModelSource {
    source_of(name, files(name), inputs, outputs)
}

/// A source of the same model with another `0/config.json`.
pub(crate) fn source_with_config(
    name: &str,
    config: &str,
    inputs: &[TensorSpec],
    outputs: &[TensorSpec],
) -> ModelSource {
    source_of(name, model_files(name).file("0/config.json", config), inputs, outputs)
}

/// A source of any files.
pub(crate) fn source_of(
    name: &str,
    files: MemoryFiles,
    inputs: &[TensorSpec],
    outputs: &[TensorSpec],
) -> ModelSource {
    let mut source = ModelSource::new(name, neuropod_backend_tf::PLATFORM, Arc::new(files));
    source.inputs = inputs.to_vec();
    source.outputs = outputs.to_vec();
    source
}

/// Loads a source on the CPU.
pub(crate) fn load_source(source: ModelSource) -> Result<Box<dyn Model>> {
    load_with(source, &cpu())
}

/// Loads a source with options.
pub(crate) fn load_with(source: ModelSource, options: &ModelOptions) -> Result<Box<dyn Model>> {
    neuropod_backend_tf::backend().load(Arc::new(source), options)
}

/// Loads a model on the CPU, with these inputs and outputs.
pub(crate) fn load(name: &str, inputs: &[TensorSpec], outputs: &[TensorSpec]) -> Box<dyn Model> {
    load_source(source(name, inputs, outputs)).unwrap_or_else(|error| panic!("{name}: {error:?}"))
}

/// Calls a model for all its outputs.
pub(crate) fn infer<'a>(model: &dyn Model, inputs: impl IntoInputs<'a>) -> Result<Outputs> {
    model.infer(&inputs.into_inputs()?, &[])
}

/// Calls a model for some of its outputs.
pub(crate) fn infer_for<'a>(
    model: &dyn Model,
    inputs: impl IntoInputs<'a>,
    requested: &[&str],
) -> Result<Outputs> {
    model.infer(&inputs.into_inputs()?, requested)
}

/// Options for the CPU.
pub(crate) fn cpu() -> ModelOptions {
    ModelOptions::new().device(Device::Cpu)
}

/// A float32 vector.
pub(crate) fn vector(values: &[f32]) -> Tensor {
    Tensor::from_slice([values.len()], values).expect("the shape is that of the values")
}

/// The numbers of a float32 output.
pub(crate) fn numbers<'a>(outputs: &'a Outputs, name: &str) -> &'a [f32] {
    outputs[name].as_slice().expect("the output is of float32")
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

fn is_graph(name: &str) -> bool {
    path(&format!("{name}.pb")).is_file()
}

/// A model's files without the `0/config.json`.
fn model_files(name: &str) -> MemoryFiles {
    if is_graph(name) {
        MemoryFiles::new().file("0/data/model.pb", file(&format!("{name}.pb")))
    } else {
        add_folder(MemoryFiles::new(), "0/data/savedmodel", &path(name))
    }
}

fn add_folder(files: MemoryFiles, prefix: &str, folder: &Path) -> MemoryFiles {
    let entries = fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    entries.fold(files, |files, entry| {
        let path = entry.expect("the folder of a test model can be listed").path();
        let name = path.file_name().expect("entries have names").to_str().expect("in ASCII");
        let key = format!("{prefix}/{name}");
        if path.is_dir() { add_folder(files, &key, &path) } else { files.file(key, read(&path)) }
    })
}
