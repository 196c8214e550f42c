//! The options of a model, and its device.

use neuropod_core::{Backend as _, DType, Device, ErrorKind, Model, ModelOptions, Result};

use crate::support::{
    any, assert_says, call, cpu, f32s, files, function, infer, load_with, source_of, strings, vector,
};

fn with(options: &ModelOptions) -> Result<Box<dyn Model>> {
    let code = function("def model(x): return {'out': x, 'type': type(x).__module__}");
    load_with(
        source_of(files(&code), &[f32s("x", 1)], &[f32s("out", 1), any("type", DType::String, 0)]),
        options,
    )
}

#[test]
fn options_that_are_misspelt_or_impossible_are_errors_that_say_what_there_is() {
    for (name, value, part) in [
        ("python.copy_input", "true", "python.copy_inputs"),
        ("python.copy_inputs", "1", "expected true or false"),
        ("python.inputs", "jax", "expected auto, numpy or torch"),
        ("python.requirements", "never", "expected install, offline or ignore"),
    ] {
        let error = with(&cpu().backend_option(name, value)).unwrap_err();
        assert_says(&error, ErrorKind::InvalidArgument, &[name, part]);
    }
    assert!(with(&cpu().backend_option("tensorflow.executor", "pool")).is_ok(), "others' options are theirs");
    assert_says(
        &with(&cpu().intra_op_threads(0)).unwrap_err(),
        ErrorKind::InvalidArgument,
        &["between 1 and 4096"],
    );
}

#[test]
fn functions_get_arrays() {
    for how in ["auto", "numpy"] {
        let model = with(&cpu().backend_option("python.inputs", how)).unwrap();
        let outputs = infer(&*model, [("x", vector(&[1.0, 2.0]))]).unwrap();
        assert_eq!(
            (strings(&outputs, "type"), &outputs["out"]),
            (vec!["numpy"], &vector(&[1.0, 2.0])),
            "{how}"
        );
    }
}

#[test]
fn an_interpreter_that_is_not_there_or_another_is_an_error() {
    // The first test that loads a model decides: this one does so with the usual interpreter.
    with(&cpu()).unwrap();
    let error = with(&cpu().backend_option("python.interpreter", "/nowhere/bin/python")).unwrap_err();
    assert_says(&error, ErrorKind::Load, &["/nowhere/bin/python cannot be used as Python"]);
    if let Some(environment) = std::env::var_os("VIRTUAL_ENV") {
        let environment = environment.into_string().unwrap();
        let model = with(&cpu().backend_option("python.interpreter", environment)).unwrap();
        infer(&*model, [("x", vector(&[1.0]))]).unwrap();
    }
}

#[test]
fn a_model_without_pytorch_falls_back_to_the_cpu_or_says_why_it_cannot() {
    let model = with(&ModelOptions::new().prefer_device(Device::Cuda(0))).unwrap();
    infer(&*model, [("x", vector(&[1.0]))]).unwrap();
    let error = with(&ModelOptions::new().device(Device::Cuda(99)));
    assert_says(&error.unwrap_err(), ErrorKind::Device, &["cuda:99", "PyTorch", "Device::Cpu"]);
}

#[test]
fn the_backend_says_which_python_it_runs() {
    let outputs =
        call(&*crate::support::returns("__import__('platform').python_version()", DType::String, 0)).unwrap();
    assert_eq!(strings(&outputs, "out"), [neuropod_backend_python::backend().info().version]);
    neuropod_backend_python::PythonBackend::new().check().unwrap();
}
