//! What a caller gives as a tensor.

use neuropod_core::{DType, Error, ErrorKind, Tensor, TensorSpec};
use pyo3::intern;
use pyo3::prelude::*;

use super::array::Array;
use super::{dlpack, dtype, strings};
use crate::errors::OrRaise;

const OBJECT: i32 = 17;
const BYTES: i32 = 18;
const TEXT: i32 = 19;

/// A tensor of an array, or of anything that can become one: nested lists, numbers, strings, tensors of PyTorch and
/// TensorFlow, and what has `__dlpack__` or `__array__`.
///
/// The memory of plain arrays and of tensors on the CPU is shared; arrays that are not contiguous, not aligned or
/// not in the machine's order of bytes are copied once, and strings always. Lists and numbers get the dtype of the
/// spec where their values allow it.
pub(crate) fn to_tensor(value: &Bound<'_, PyAny>, spec: Option<&TensorSpec>) -> PyResult<Tensor> {
    if let Some(array) = Array::new(value) {
        return from_array(value, &array);
    }
    let py = value.py();
    let wanted = spec.map(|spec| spec.dtype.name());
    let prepared =
        py.import(intern!(py, "neuropod._convert"))?.call_method1(intern!(py, "prepare"), (value, wanted))?;
    match Array::new(&prepared) {
        Some(array) => from_array(&prepared, &array),
        None => dlpack::to_tensor(&prepared),
    }
}

fn from_array(value: &Bound<'_, PyAny>, array: &Array<'_, '_>) -> PyResult<Tensor> {
    let py = value.py();
    let number = array.type_number();
    if let Some(dtype) = dtype::of_number(number)
        && array.is_plain()
    {
        return array.share(dtype);
    }
    if number == OBJECT {
        return strings::from_objects(value, &array.dims());
    }
    if array.is_plain() && number == TEXT {
        return strings::from_unicode(py, array);
    }
    if array.is_plain() && number == BYTES {
        return strings::from_bytes(py, array);
    }
    rest(value, array)
}

/// What is not plain, not NumPy's own, or no type of ours.
#[cold]
fn rest(value: &Bound<'_, PyAny>, array: &Array<'_, '_>) -> PyResult<Tensor> {
    let py = value.py();
    let found: String = value.getattr("dtype")?.str()?.extract()?;
    if array.is_plain() && found == DType::BFloat16.name() {
        return array.share(DType::BFloat16);
    }
    if array.is_plain() && !found.starts_with("StringDType") {
        let names: Vec<_> = DType::ALL.iter().map(|dtype| dtype.name()).collect();
        let message =
            format!("arrays of dtype {found} cannot be tensors; expected one of {}", names.join(", "));
        return Err(Error::new(ErrorKind::InvalidArgument, message)).or_raise(py);
    }
    let plain = py.import("neuropod._convert")?.call_method1("plain", (value,))?;
    match Array::new(&plain) {
        Some(array) if array.is_plain() => from_array(&plain, &array),
        _ => Err(Error::new(ErrorKind::Internal, "the copy of an array is not contiguous")).or_raise(py),
    }
}
