//! Calls of models, as programs make them.

use std::hint::black_box;

use neuropod::{DType, Inputs, Neuropod, Outputs, Tensor};

/// Calls a model with inputs by their names.
///
/// # Panics
///
/// If the model fails.
pub fn infer(model: &Neuropod, inputs: &[(String, Tensor)]) -> Outputs {
    let mut named = Inputs::with_capacity(inputs.len());
    for (name, tensor) in inputs {
        named.push(name, tensor).expect("a tensor is an input as it is");
    }
    model.infer(named).expect("the model runs")
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
