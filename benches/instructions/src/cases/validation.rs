//! Holding a call against its specs, alone.

use std::hint::black_box;

use neuropod_core::{DType, Dim, Inputs, Outputs, Tensor, TensorSpec};
use neuropod_spec::Validator;

use super::{Case, forever};

pub(super) fn cases() -> Vec<Case> {
    vec![
        validation("validation: 2 inputs, 1 output", 2, 1, &[4]),
        validation("validation: 100 tensors, rank 2", 50, 50, &[8, 4]),
        validation("validation: 100 tensors, rank 4", 50, 50, &[2, 3, 4, 5]),
    ]
}

/// A call of a model whose tensors are all of one shape.
fn validation(name: &'static str, inputs: usize, outputs: usize, shape: &[usize]) -> Case {
    let (inputs, outputs) = (forever(specs("input", inputs, shape)), specs("output", outputs, shape));
    let validator = Validator::new(inputs, &outputs).expect("the specs are in order");
    let tensor = forever(Tensor::zeros(DType::Float32, shape).expect("a small shape"));
    let outputs: Outputs = outputs.iter().map(|spec| (spec.name.clone(), tensor.clone())).collect();
    let mut given = Inputs::new();
    for spec in inputs {
        given.push(&spec.name, tensor).expect("a tensor is an input as it is");
    }
    Case::new(name, move || {
        validator.requested(black_box(&[])).expect("an empty request");
        let mut bindings = validator.inputs(black_box(&given)).expect("inputs in order");
        validator.outputs(black_box(&outputs), &[], &mut bindings).expect("outputs in order");
    })
}

/// Every second axis is a symbol that all tensors share, the others are fixed.
fn specs(side: &str, count: usize, shape: &[usize]) -> Vec<TensorSpec> {
    let dim = |(axis, &size): (usize, &usize)| match axis % 2 {
        0 => Dim::from(format!("symbol_{axis}").as_str()),
        _ => Dim::Fixed(size),
    };
    let dims: Vec<Dim> = shape.iter().enumerate().map(dim).collect();
    (0..count).map(|index| TensorSpec::new(format!("{side}_{index}"), DType::Float32, dims.clone())).collect()
}
