//! Tensors as bytes.

use neuropod::Tensor;
use neuropod_core::serialize;
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict, PyMapping, PyMemoryView, PyString};

use crate::convert::{to_numpy, to_tensor};
use crate::errors::{OrRaise, with_tensor, wrong_argument};

/// From so many bytes on, other threads run Python's code meanwhile.
const LARGE: usize = 1 << 16;

pub(crate) fn register(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_function(wrap_pyfunction!(to_bytes, module)?)?;
    module.add_function(wrap_pyfunction!(deserialize, module)?)?;
    module.add_function(wrap_pyfunction!(deserialize_dict, module)?)
}

/// A tensor, or a dictionary of tensors by their names, as bytes.
#[pyfunction]
#[pyo3(name = "serialize")]
fn to_bytes<'py>(value: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyBytes>> {
    let py = value.py();
    if let Ok(mapping) = value.cast::<PyMapping>() {
        let tensors = named(mapping)?;
        let pairs = || tensors.iter().map(|(name, tensor)| (name, tensor));
        let size = serialize::tensors_size(pairs()).or_raise(py)?;
        return write(py, size, |buffer| serialize::write_tensors(buffer, pairs()));
    }
    let tensor = to_tensor(value, None)?;
    let size = serialize::tensor_size(&tensor).or_raise(py)?;
    write(py, size, |buffer| serialize::write_tensor(buffer, &tensor))
}

/// The array that `serialize` made these bytes of, in new memory.
#[pyfunction]
fn deserialize<'py>(data: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
    let py = data.py();
    let tensor = read(data, serialize::tensor_from_bytes)?;
    to_numpy(py, tensor)
}

/// The arrays that `serialize` made these bytes of, by their names and in their order, in new memory.
#[pyfunction]
fn deserialize_dict<'py>(data: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyDict>> {
    to_dict(data.py(), read(data, serialize::tensors_from_bytes)?)
}

/// Tensors of a dictionary's values.
pub(crate) fn named(mapping: &Bound<'_, PyMapping>) -> PyResult<Vec<(String, Tensor)>> {
    let items = mapping.items()?;
    let mut tensors = Vec::with_capacity(items.len());
    for item in items.iter() {
        let (name, value) = item.extract::<(Bound<'_, PyAny>, Bound<'_, PyAny>)>()?;
        let Ok(name) = name.cast::<PyString>() else {
            let message = format!("the names of tensors are strings, found {}", name.repr()?);
            return Err(wrong_argument(mapping.py(), message));
        };
        let name = name.to_str()?.to_owned();
        let tensor = to_tensor(&value, None).map_err(|error| with_tensor(mapping.py(), error, &name))?;
        tensors.push((name, tensor));
    }
    Ok(tensors)
}

/// A dictionary of arrays.
pub(crate) fn to_dict(py: Python<'_>, tensors: Vec<(String, Tensor)>) -> PyResult<Bound<'_, PyDict>> {
    let dict = PyDict::new(py);
    for (name, tensor) in tensors {
        dict.set_item(name, to_numpy(py, tensor)?)?;
    }
    Ok(dict)
}

/// Bytes of that size, which `write` fills.
fn write(
    py: Python<'_>,
    size: u64,
    write: impl FnOnce(&mut [u8]) -> neuropod::Result<()> + Send,
) -> PyResult<Bound<'_, PyBytes>> {
    let Ok(size) = usize::try_from(size) else {
        return Err(wrong_argument(py, format!("{size} bytes are more than memory can hold")));
    };
    PyBytes::new_with(py, size, |buffer| {
        let written = if size < LARGE { write(buffer) } else { py.detach(|| write(buffer)) };
        written.or_raise(py)
    })
}

/// What `read` makes of bytes, of a `bytes` object without a copy.
fn read<T: Send>(
    data: &Bound<'_, PyAny>,
    read: impl FnOnce(&[u8]) -> neuropod::Result<T> + Send,
) -> PyResult<T> {
    let py = data.py();
    let data = bytes(data)?;
    let bytes = data.as_bytes();
    let result = if bytes.len() < LARGE { read(bytes) } else { py.detach(|| read(bytes)) };
    result.or_raise(py)
}

fn bytes<'py>(data: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyBytes>> {
    if let Ok(bytes) = data.cast::<PyBytes>() {
        return Ok(bytes.clone());
    }
    let py = data.py();
    let Ok(view) = PyMemoryView::from(data) else {
        let found = data.get_type().name()?;
        let message = format!("expected the bytes that `serialize` returned, found a value of type {found}");
        return Err(PyTypeError::new_err(message));
    };
    // Others could write to the memory while it is read.
    Ok(py.get_type::<PyBytes>().call1((view,))?.cast_into::<PyBytes>()?)
}
