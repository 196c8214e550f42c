//! Element types as packagers write them.

use neuropod_core::DType;

/// The element type that numpy means by a dtype string, for packagers that canonicalise.
///
/// It knows the canonical names, numpy's names (`float`, `double`, `int_`, `str`), type codes
/// (`f`, `f4`, `U`) and byte-order prefixes (`<f4`), as numpy resolves them on 64-bit Linux.
/// `None` stands for what numpy does not know and for types that no tensor has: `object`,
/// `complex64`, strings of a fixed length. A `config.json` holds canonical names alone.
///
/// ```
/// use neuropod_core::DType;
/// use neuropod_spec::parse_dtype_alias;
///
/// assert_eq!(parse_dtype_alias("double"), Some(DType::Float64));
/// assert_eq!(parse_dtype_alias("<f4"), Some(DType::Float32));
/// assert_eq!(parse_dtype_alias("str"), Some(DType::String));
/// assert_eq!(parse_dtype_alias("object"), None);
/// ```
pub fn parse_dtype_alias(text: &str) -> Option<DType> {
    if let Ok(dtype) = text.parse() {
        return Some(dtype);
    }
    match text.strip_prefix(['<', '>', '=', '|']) {
        Some(code) => type_code(code),
        None => type_code(text).or_else(|| type_name(text)),
    }
}

/// A type code, which may follow a byte order.
fn type_code(code: &str) -> Option<DType> {
    Some(match code {
        "?" | "b1" => DType::Bool,
        "b" | "i1" => DType::Int8,
        "h" | "i2" => DType::Int16,
        "i" | "i4" => DType::Int32,
        "l" | "q" | "p" | "n" | "i8" => DType::Int64,
        "B" | "u1" => DType::UInt8,
        "H" | "u2" => DType::UInt16,
        "I" | "u4" => DType::UInt32,
        "L" | "Q" | "P" | "N" | "u8" => DType::UInt64,
        "e" | "f2" => DType::Float16,
        "f" | "f4" => DType::Float32,
        "d" | "f8" => DType::Float64,
        "U" | "U0" => DType::String,
        _ => return None,
    })
}

/// A name other than the canonical one; `float_` and `unicode_` are those of numpy 1.
fn type_name(name: &str) -> Option<DType> {
    Some(match name {
        "bool_" => DType::Bool,
        "byte" => DType::Int8,
        "short" => DType::Int16,
        "intc" => DType::Int32,
        "int" | "int_" | "intp" | "long" | "longlong" => DType::Int64,
        "ubyte" => DType::UInt8,
        "ushort" => DType::UInt16,
        "uintc" => DType::UInt32,
        "uint" | "uintp" | "ulong" | "ulonglong" => DType::UInt64,
        "half" => DType::Float16,
        "single" => DType::Float32,
        "float" | "float_" | "double" => DType::Float64,
        "str" | "str_" | "unicode" | "unicode_" => DType::String,
        _ => return None,
    })
}
