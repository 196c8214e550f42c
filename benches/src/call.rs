//! Calls of models, as programs make them.

use std::hint::black_box;

use neuropod::{DType, Inputs, Neuropod, Outputs, Tensor};

/// Calls a model with inputs by their names.
///
/// # Panics
///
/// If the model fails.
pub fn infer(model: &Neuropod, inputs: &[(String, Tensor)]) -> Outputs {
    model.infer(as_inputs(inputs)).expect("the model runs")
}

/// Inputs by their names, made anew as in each call of a program.
pub fn as_inputs(tensors: &[(String, Tensor)]) -> Inputs<'_> {
    let mut inputs = Inputs::with_capacity(tensors.len());
    for (name, tensor) in tensors {
        inputs.push(name, tensor).expect("a tensor is an input as it is");
    }
    inputs
}

/// The same, and looks at what it returns: at the first byte of numbers, and at every string.
///
/// # Panics
///
/// If the model fails.
pub fn call(model: &Neuropod, inputs: &[(String, Tensor)]) {
    for (_, tensor) in infer(model, inputs).iter() {
        match tensor.dtype() {
            DType::String => tensor.as_byte_strings().expect("these are strings").for_each(|text| {
                black_box(text);
            }),
            _ => {
                black_box(tensor.bytes().first());
            }
        }
    }
}
