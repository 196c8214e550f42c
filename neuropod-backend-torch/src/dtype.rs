//! Element types as torch numbers them.

use neuropod_core::DType;

/// Strings have no number in torch; the shim's own.
pub(crate) const STRING: i8 = 127;

/// Element types beside `c10::ScalarType`'s numbers for them, which `cpp/outputs.cpp` checks.
const CODES: [(DType, i8); 14] = [
    (DType::UInt8, 0),
    (DType::Int8, 1),
    (DType::Int16, 2),
    (DType::Int32, 3),
    (DType::Int64, 4),
    (DType::Float16, 5),
    (DType::Float32, 6),
    (DType::Float64, 7),
    (DType::Bool, 11),
    (DType::BFloat16, 15),
    (DType::UInt16, 27),
    (DType::UInt32, 28),
    (DType::UInt64, 29),
    (DType::String, STRING),
];

/// The number that the shim uses.
pub(crate) const fn to_code(dtype: DType) -> Option<i8> {
    Some(match dtype {
        DType::UInt8 => 0,
        DType::Int8 => 1,
        DType::Int16 => 2,
        DType::Int32 => 3,
        DType::Int64 => 4,
        DType::Float16 => 5,
        DType::Float32 => 6,
        DType::Float64 => 7,
        DType::Bool => 11,
        DType::BFloat16 => 15,
        DType::UInt16 => 27,
        DType::UInt32 => 28,
        DType::UInt64 => 29,
        DType::String => STRING,
        _ => return None,
    })
}

/// The element type of a number that the shim uses.
pub(crate) fn from_code(code: i8) -> Option<DType> {
    CODES.iter().find(|(_, candidate)| *candidate == code).map(|(dtype, _)| *dtype)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_dtype_has_a_number_and_comes_back_from_it() {
        for dtype in DType::ALL {
            let code = to_code(dtype).unwrap_or_else(|| panic!("{dtype} has no number"));
            assert_eq!(from_code(code), Some(dtype));
        }
    }
}
