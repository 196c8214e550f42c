//! Problem definitions as Python writes them: lists of dictionaries.

use neuropod_core::{DType, Dim, TensorSpec};
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList};

use crate::errors::OrRaise;

/// `[{"name": "x", "dtype": "float32", "shape": ["batch", None, 3]}]`
pub(crate) fn to_python<'py>(py: Python<'py>, specs: &[TensorSpec]) -> PyResult<Bound<'py, PyList>> {
    let list = PyList::empty(py);
    for spec in specs {
        let shape = PyList::empty(py);
        for dim in &spec.dims {
            match dim {
                Dim::Any => shape.append(py.None())?,
                Dim::Fixed(size) => shape.append(*size)?,
                Dim::Symbol(symbol) => shape.append(&**symbol)?,
            }
        }
        let entry = PyDict::new(py);
        entry.set_item("name", &*spec.name)?;
        entry.set_item("dtype", spec.dtype.name())?;
        entry.set_item("shape", shape)?;
        list.append(entry)?;
    }
    Ok(list)
}

/// The size of one axis: `None`, a number or a symbol.
#[derive(FromPyObject)]
pub(crate) enum Size {
    Fixed(usize),
    Symbol(String),
}

/// A spec as `(name, dtype, shape)`, whose parts the Python code has checked.
pub(crate) type SpecTuple = (String, String, Vec<Option<Size>>);

pub(crate) fn from_python(py: Python<'_>, (name, dtype, shape): SpecTuple) -> PyResult<TensorSpec> {
    let dtype: DType = dtype.parse().or_raise(py)?;
    let dims = shape.into_iter().map(|size| match size {
        None => Dim::Any,
        Some(Size::Fixed(size)) => Dim::Fixed(size),
        Some(Size::Symbol(symbol)) => Dim::Symbol(symbol.into()),
    });
    Ok(TensorSpec::new(name, dtype, dims))
}
