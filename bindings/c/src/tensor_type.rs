//! Element types by their numbers.

use std::mem::MaybeUninit;

use neuropod::DType;

use crate::failure::{Failure, Result};

/// The type of a tensor's elements.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NP_TensorType {
    /// `float`.
    FLOAT_TENSOR = 0,
    /// `double`.
    DOUBLE_TENSOR = 1,
    /// Strings of bytes, each of its own length; UTF-8 by convention.
    STRING_TENSOR = 2,
    /// `int8_t`.
    INT8_TENSOR = 3,
    /// `int16_t`.
    INT16_TENSOR = 4,
    /// `int32_t`.
    INT32_TENSOR = 5,
    /// `int64_t`.
    INT64_TENSOR = 6,
    /// `uint8_t`.
    UINT8_TENSOR = 7,
    /// `uint16_t`.
    UINT16_TENSOR = 8,
    /// `uint32_t`.
    UINT32_TENSOR = 9,
    /// `uint64_t`.
    UINT64_TENSOR = 10,
    /// `bool`: one byte, 0 or 1.
    BOOL_TENSOR = 11,
    /// IEEE 754 binary16: two bytes.
    FLOAT16_TENSOR = 12,
    /// The upper half of a `float`: two bytes.
    BFLOAT16_TENSOR = 13,
}

use NP_TensorType::*;

/// Each type by both names.
const TYPES: [(NP_TensorType, DType); 14] = [
    (FLOAT_TENSOR, DType::Float32),
    (DOUBLE_TENSOR, DType::Float64),
    (STRING_TENSOR, DType::String),
    (INT8_TENSOR, DType::Int8),
    (INT16_TENSOR, DType::Int16),
    (INT32_TENSOR, DType::Int32),
    (INT64_TENSOR, DType::Int64),
    (UINT8_TENSOR, DType::UInt8),
    (UINT16_TENSOR, DType::UInt16),
    (UINT32_TENSOR, DType::UInt32),
    (UINT64_TENSOR, DType::UInt64),
    (BOOL_TENSOR, DType::Bool),
    (FLOAT16_TENSOR, DType::Float16),
    (BFLOAT16_TENSOR, DType::BFloat16),
];

impl NP_TensorType {
    pub(crate) fn of(dtype: DType) -> Result<Self> {
        let found = TYPES.iter().find(|(_, known)| *known == dtype);
        let found = found
            .ok_or_else(|| Failure::argument(format!("C programs cannot use elements of type {dtype}")))?;
        Ok(found.0)
    }
}

/// The element type that a C program named, which may be any number.
pub(crate) fn dtype(number: MaybeUninit<NP_TensorType>) -> Result<DType> {
    // SAFETY: the caller passed a number of this size, and any number is valid as `u32`.
    let number: u32 = unsafe { number.as_ptr().cast::<u32>().read() };
    let found = TYPES.iter().find(|(known, _)| *known as u32 == number);
    let found = found.ok_or_else(|| {
        Failure::argument(format!("there is no element type {number}: see NP_TensorType for those that are"))
    })?;
    Ok(found.1)
}

const _: () = assert!(size_of::<NP_TensorType>() == size_of::<u32>());
