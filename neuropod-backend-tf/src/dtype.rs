//! Element types as TensorFlow numbers them.

use neuropod_core::DType;

/// Numbers above this stand for a reference to a variable of the type below it.
const REFERENCE: i32 = 100;

/// The element type's number in `tensorflow/core/framework/types.proto`.
pub(crate) const fn to_code(dtype: DType) -> Option<i32> {
    Some(match dtype {
        DType::Float32 => 1,
        DType::Float64 => 2,
        DType::Int32 => 3,
        DType::UInt8 => 4,
        DType::Int16 => 5,
        DType::Int8 => 6,
        DType::String => 7,
        DType::Int64 => 9,
        DType::Bool => 10,
        DType::BFloat16 => 14,
        DType::UInt16 => 17,
        DType::Float16 => 19,
        DType::UInt32 => 22,
        DType::UInt64 => 23,
        _ => return None,
    })
}

/// The element type of a number; a reference counts as what it refers to.
pub(crate) fn from_code(code: i32) -> Option<DType> {
    let code = if code > REFERENCE { code - REFERENCE } else { code };
    DType::ALL.into_iter().find(|dtype| to_code(*dtype) == Some(code))
}

/// What a number stands for, in an error.
pub(crate) fn describe(code: i32) -> String {
    let other = match code {
        8 => "complex64",
        11 => "qint8",
        12 => "quint8",
        13 => "qint32",
        15 => "qint16",
        16 => "quint16",
        18 => "complex128",
        20 => "resource",
        21 => "variant",
        _ => {
            return from_code(code).map_or_else(|| format!("dtype number {code}"), |dtype| dtype.to_string());
        }
    };
    other.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_dtype_has_a_number_and_comes_back_from_it() {
        for dtype in DType::ALL {
            let code = to_code(dtype).unwrap_or_else(|| panic!("{dtype} has no number"));
            assert_eq!(from_code(code), Some(dtype));
            assert_eq!(from_code(code + REFERENCE), Some(dtype));
        }
    }

    #[test]
    fn types_of_tensorflow_alone_are_named() {
        assert_eq!(from_code(8), None);
        assert_eq!((describe(8), describe(1), describe(77)), {
            ("complex64".to_owned(), "float32".to_owned(), "dtype number 77".to_owned())
        });
    }
}
