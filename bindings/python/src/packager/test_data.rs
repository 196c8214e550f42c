//! Sample inputs and expected outputs.

use std::collections::BTreeMap;

use neuropod::{Result, Tensor, TensorSpec, TestData};
use neuropod_core::serialize;
use pyo3::prelude::*;

use crate::convert::to_tensor;
use crate::errors::{OrRaise, to_value_error, with_tensor};
use crate::model::Model;

const INPUT: &str = "input/";
const OUTPUT: &str = "output/";

/// Tensors of values, in the order of the specs; those that no spec names come last.
pub(super) fn tensors(
    py: Python<'_>,
    values: BTreeMap<String, Bound<'_, PyAny>>,
    specs: &[TensorSpec],
) -> PyResult<Vec<(String, Tensor)>> {
    let position = |name: &str| specs.iter().position(|spec| &*spec.name == name);
    let mut values: Vec<_> = values.into_iter().map(|(name, value)| (position(&name), name, value)).collect();
    values.sort_by_key(|(position, ..)| position.unwrap_or(usize::MAX));
    let tensors = values.into_iter().map(|(position, name, value)| {
        let spec = position.map(|position| &specs[position]);
        let tensor = to_tensor(&value, spec).map_err(|error| with_tensor(py, error, &name))?;
        Ok((name, tensor))
    });
    tensors.collect()
}

/// Test data as `test_model` takes them: tensors whose names say which side they are on.
pub(super) fn encode(data: &TestData) -> Result<Vec<u8>> {
    let sides = [(INPUT, &data.inputs), (OUTPUT, &data.outputs)].into_iter();
    let tensors = sides.flat_map(|(side, tensors)| {
        tensors.iter().map(move |(name, tensor)| (format!("{side}{name}"), tensor))
    });
    serialize::tensors_to_bytes(tensors)
}

fn decode(bytes: &[u8]) -> Result<TestData> {
    let mut data = TestData::default();
    for (name, tensor) in serialize::tensors_from_bytes(bytes)? {
        if let Some(name) = name.strip_prefix(INPUT) {
            data.inputs.push((name.to_owned(), tensor));
        } else if let Some(name) = name.strip_prefix(OUTPUT) {
            data.outputs.push((name.to_owned(), tensor));
        }
    }
    Ok(data)
}

/// Runs a model on test data, and holds its outputs against those that are expected.
#[pyfunction]
pub(super) fn test_model(py: Python<'_>, model: PyRef<'_, Model>, data: &[u8]) -> PyResult<()> {
    let data = decode(data).or_raise(py)?;
    let neuropod = model.neuropod();
    py.detach(|| neuropod.test_with(&data)).map_err(|error| to_value_error(py, &error))
}
