//! Element types as NumPy numbers them.

use std::ffi::{c_int, c_long};

use neuropod_core::DType;
use numpy::npyffi::NPY_TYPES;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;

const WIDE_LONG: bool = size_of::<c_long>() == 8;

/// The number of a dtype; `None` for strings, which are arrays of several types, and for bfloat16, which is
/// not NumPy's.
pub(super) fn number(dtype: DType) -> Option<c_int> {
    let number = match dtype {
        DType::Bool => NPY_TYPES::NPY_BOOL,
        DType::Int8 => NPY_TYPES::NPY_BYTE,
        DType::UInt8 => NPY_TYPES::NPY_UBYTE,
        DType::Int16 => NPY_TYPES::NPY_SHORT,
        DType::UInt16 => NPY_TYPES::NPY_USHORT,
        DType::Int32 => NPY_TYPES::NPY_INT,
        DType::UInt32 => NPY_TYPES::NPY_UINT,
        DType::Int64 if WIDE_LONG => NPY_TYPES::NPY_LONG,
        DType::Int64 => NPY_TYPES::NPY_LONGLONG,
        DType::UInt64 if WIDE_LONG => NPY_TYPES::NPY_ULONG,
        DType::UInt64 => NPY_TYPES::NPY_ULONGLONG,
        DType::Float16 => NPY_TYPES::NPY_HALF,
        DType::Float32 => NPY_TYPES::NPY_FLOAT,
        DType::Float64 => NPY_TYPES::NPY_DOUBLE,
        _ => return None,
    };
    Some(number as c_int)
}

/// The dtype of a number of NumPy's own; `None` for all that is not a number's type of ours.
pub(super) fn of_number(number: c_int) -> Option<DType> {
    const WIDE: [DType; 2] = [DType::Int64, DType::UInt64];
    const NARROW: [DType; 2] = [DType::Int32, DType::UInt32];
    let long = if WIDE_LONG { WIDE } else { NARROW };
    Some(match number {
        0 => DType::Bool,
        1 => DType::Int8,
        2 => DType::UInt8,
        3 => DType::Int16,
        4 => DType::UInt16,
        5 => DType::Int32,
        6 => DType::UInt32,
        7 => long[0],
        8 => long[1],
        9 => DType::Int64,
        10 => DType::UInt64,
        11 => DType::Float32,
        12 => DType::Float64,
        23 => DType::Float16,
        _ => return None,
    })
}

/// NumPy's dtype `bfloat16`, which the package `ml_dtypes` brings.
///
/// # Errors
///
/// `ImportError` if it is not installed.
pub(super) fn bfloat16(py: Python<'_>) -> PyResult<&Bound<'_, PyAny>> {
    static BFLOAT16: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
    let dtype = BFLOAT16.get_or_try_init(py, || {
        PyResult::Ok(py.import("neuropod._convert")?.getattr("bfloat16")?.call0()?.unbind())
    })?;
    Ok(dtype.bind(py))
}
