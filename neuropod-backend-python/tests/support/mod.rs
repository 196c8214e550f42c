//! Sources of test models: packages with a line or two of Python.
#![allow(dead_code, reason = "each test program uses a part of it")]

use std::sync::Arc;

use neuropod_core::{
    DType, Device, Dim, Error, ErrorKind, IntoInputs, Model, ModelOptions, ModelSource, Outputs, Result,
    Tensor, TensorSpec,
};
use neuropod_test_utils::MemoryFiles;

/// `0/config.json` of a package whose entrypoint is `get_model` of the module `model`.
pub(crate) const CONFIG: &str = r#"{"entrypoint": "get_model", "entrypoint_package": "model"}"#;

/// A package's files: its module `model`.
pub(crate) fn files(code: &str) -> MemoryFiles {
    MemoryFiles::new()
        .file("0/config.json", CONFIG)
        .file("0/code/__init__.py", "")
        .file("0/code/model.py", code)
}

/// A source of any files, named `test`.
pub(crate) fn source_of(files: MemoryFiles, inputs: &[TensorSpec], outputs: &[TensorSpec]) -> ModelSource {
    let mut source = ModelSource::new("test", neuropod_backend_python::PLATFORM, Arc::new(files));
    source.inputs = inputs.to_vec();
    source.outputs = outputs.to_vec();
    source
}

/// Code whose `get_model` returns the function `model`, which these lines define.
pub(crate) fn function(lines: &str) -> String {
    format!("import numpy\n\n{lines}\n\ndef get_model(data):\n    return model\n")
}

/// Loads a model on the CPU, with the function `model` of these lines.
pub(crate) fn load(lines: &str, inputs: &[TensorSpec], outputs: &[TensorSpec]) -> Box<dyn Model> {
    load_code(&function(lines), inputs, outputs).unwrap_or_else(|error| panic!("{error:?}"))
}

/// Loads a model on the CPU, with these lines as its module.
pub(crate) fn load_code(code: &str, inputs: &[TensorSpec], outputs: &[TensorSpec]) -> Result<Box<dyn Model>> {
    load_source(source_of(files(code), inputs, outputs))
}

/// Loads a source on the CPU.
pub(crate) fn load_source(source: ModelSource) -> Result<Box<dyn Model>> {
    load_with(source, &cpu())
}

/// Loads a source with options.
pub(crate) fn load_with(source: ModelSource, options: &ModelOptions) -> Result<Box<dyn Model>> {
    neuropod_backend_python::backend().load(Arc::new(source), options)
}

/// Calls a model for all its outputs.
pub(crate) fn infer<'a>(model: &dyn Model, inputs: impl IntoInputs<'a>) -> Result<Outputs> {
    model.infer(&inputs.into_inputs()?, &[])
}

/// The error of a call that must fail.
pub(crate) fn failure<'a>(model: &dyn Model, inputs: impl IntoInputs<'a>) -> Error {
    infer(model, inputs).expect_err("the call must fail")
}

/// Options for the CPU.
pub(crate) fn cpu() -> ModelOptions {
    ModelOptions::new().device(Device::Cpu)
}

/// A float32 vector.
pub(crate) fn vector(values: &[f32]) -> Tensor {
    Tensor::from_slice([values.len()], values).expect("the shape is that of the values")
}

/// A float32 tensor of that rank and any size.
pub(crate) fn f32s(name: &str, rank: usize) -> TensorSpec {
    any(name, DType::Float32, rank)
}

/// A tensor of that rank and any size.
pub(crate) fn any(name: &str, dtype: DType, rank: usize) -> TensorSpec {
    TensorSpec::new(name, dtype, vec![Dim::Any; rank])
}

/// Loads a model without inputs that returns the value of this expression as `out`.
pub(crate) fn returns(expression: &str, dtype: DType, rank: usize) -> Box<dyn Model> {
    load(&format!("def model(): return {{'out': {expression}}}"), &[], &[any("out", dtype, rank)])
}

/// Calls a model that has no inputs.
pub(crate) fn call(model: &dyn Model) -> Result<Outputs> {
    infer(model, neuropod_core::Inputs::new())
}

/// Where a tensor's memory starts, as a model gives an address.
pub(crate) fn address(tensor: &Tensor) -> i64 {
    tensor.bytes().as_ptr() as i64
}

/// The elements of an output.
pub(crate) fn numbers<'a, T: neuropod_core::Element>(outputs: &'a Outputs, name: &str) -> &'a [T] {
    outputs[name].as_slice().unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// The strings of an output.
pub(crate) fn strings<'a>(outputs: &'a Outputs, name: &str) -> Vec<&'a str> {
    outputs[name].as_strings().unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// Asserts an error's kind and parts of its message.
pub(crate) fn assert_says(error: &Error, kind: ErrorKind, parts: &[&str]) {
    assert_eq!(error.kind(), kind, "{error:?}");
    for part in parts {
        assert!(error.message().contains(part), "{part:?} in: {error}");
    }
    assert!(!format!("{error:?}").contains("_neuropod_package_"), "{error:?}");
}
