//! Which outputs of a plugin may be written: those that are nobody else's.

use neuropod_core::{DType, Model, ModelOptions, ModelSource, Outputs, Tensor, TensorSpec};
use neuropod_test_utils::MemoryFiles;
use neuropod_test_utils::fake::MODEL_FILE;

use std::sync::Arc;

use crate::compile;
use crate::support::{fake_plugin, floats, infer, load_addition};

/// A model of the fake backend, behind the plugin interface, with a vector `x` and these outputs.
fn load(program: &str, outputs: &[&str]) -> Box<dyn Model> {
    let files = MemoryFiles::new().file(MODEL_FILE, program);
    let backend = fake_plugin();
    let mut source = ModelSource::new("test", backend.info().platform, Arc::new(files));
    let vector = |name: &&str| TensorSpec::new(*name, DType::Float32, [None]);
    source.inputs = vec![vector(&"x")];
    source.outputs = outputs.iter().map(vector).collect();
    backend.load(Arc::new(source), &ModelOptions::new()).unwrap()
}

fn take(outputs: &mut Outputs, name: &str) -> Tensor {
    outputs.take(name).unwrap()
}

#[test]
fn a_fresh_output_can_be_written_while_it_has_no_clone() {
    let model = load("out = add x x", &["out"]);
    let mut outputs = infer(&*model, &[("x", &floats(&[1.0, 2.0]))]).unwrap();
    let mut out = take(&mut outputs, "out");
    out.as_mut_slice::<f32>().unwrap()[0] = 7.0;
    let clone = out.clone();
    assert!(out.as_mut_bytes().is_err());
    drop((out, model));
    let mut left = clone;
    left.as_mut_slice::<f32>().unwrap()[1] = 8.0;
    assert_eq!(left, floats(&[7.0, 8.0]));
}

#[test]
fn an_output_that_is_an_input_cannot_be_written() {
    let model = load("out = x", &["out"]);
    let x = floats(&[1.0]);
    let mut out = take(&mut infer(&*model, &[("x", &x)]).unwrap(), "out");
    assert_eq!(out.bytes().as_ptr(), x.bytes().as_ptr(), "nothing is copied");
    assert!(out.as_mut_bytes().is_err());
}

#[test]
fn what_the_model_keeps_cannot_be_written() {
    // The model hands out what it was given before, and keeps that.
    let model = load("out = previous x", &["out"]);
    let x = floats(&[1.0]);
    for _ in 0..3 {
        let mut out = take(&mut infer(&*model, &[("x", &x)]).unwrap(), "out");
        assert!(out.as_mut_bytes().is_err());
    }
}

#[test]
fn an_output_goes_back_as_an_input_and_stays_as_it_is() {
    let model = load("out = add x x", &["out"]);
    let mut first = take(&mut infer(&*model, &[("x", &floats(&[1.0]))]).unwrap(), "out");
    first.as_mut_slice::<f32>().unwrap()[0] = 5.0;
    let mut second = take(&mut infer(&*model, &[("x", &first)]).unwrap(), "out");
    second.as_mut_slice::<f32>().unwrap()[0] += 1.0;
    assert_eq!((first.as_scalar::<f32>().unwrap(), second.as_scalar::<f32>().unwrap()), (5.0, 11.0));
    let identity = load("out = x", &["out"]);
    let mut same = take(&mut infer(&*identity, &[("x", &first)]).unwrap(), "out");
    assert!(same.as_mut_bytes().is_err() && first.as_mut_bytes().is_err());
    drop(same);
    first.as_mut_bytes().unwrap();
}

#[test]
fn an_owner_of_c_that_cannot_be_kept_twice_is_the_only_one() {
    let library = compile::library("examples/c/addition.c", "addition_writable", &[]);
    let backend = neuropod_plugin::load(&library, None).unwrap();
    let model = load_addition(&backend, MemoryFiles::new()).unwrap();
    let x = floats(&[1.0]);
    let mut out = take(&mut infer(&*model, &[("x", &x), ("y", &x)]).unwrap(), "out");
    let clone = out.clone();
    assert!(out.as_mut_bytes().is_err());
    drop(clone);
    out.as_mut_slice::<f32>().unwrap()[0] += 1.0;
    assert_eq!((out, x), (floats(&[3.0]), floats(&[1.0])));
}
