//! What is written as JSON is read back, for every element type.

use half::{bf16, f16};
use neuropod::{DType, Dim, Element, Tensor, TensorSpec};
use proptest::prelude::*;

use super::json_read::{read_json, read_value};
use super::json_write::Json;

fn spec(tensor: &Tensor) -> TensorSpec {
    TensorSpec::new("x", tensor.dtype(), tensor.dims().iter().copied())
}

fn round_trip(tensor: &Tensor) -> Tensor {
    let json = serde_json::to_string(&Json(tensor)).unwrap();
    let read = read_json(&json, &spec(tensor)).unwrap_or_else(|error| panic!("{json}: {error}"));
    assert_eq!(read.dims(), tensor.dims(), "{json}");
    read
}

/// Holds values against what comes back; NaNs may have other bits.
fn check<T: Element + PartialOrd + std::fmt::Debug>(dims: &[usize], values: &[T]) {
    let tensor = Tensor::from_slice(dims, &values[..dims.iter().product()]).unwrap();
    let read = round_trip(&tensor);
    let pairs = tensor.as_slice::<T>().unwrap().iter().zip(read.as_slice::<T>().unwrap());
    for (written, read) in pairs {
        let is_nan = |value: &T| value.partial_cmp(value).is_none();
        assert!(written == read || (is_nan(written) && is_nan(read)), "{written:?} became {read:?}");
    }
}

fn dims() -> impl Strategy<Value = Vec<usize>> {
    prop::collection::vec(0usize..4, 0..4)
}

fn values<T: Arbitrary>() -> impl Strategy<Value = Vec<T>> {
    prop::collection::vec(any::<T>(), 27)
}

macro_rules! numbers_survive {
    ($($name:ident: $type:ty),*) => {
        proptest! {
            $(#[test] fn $name(dims in dims(), values in values::<$type>()) { check(&dims, &values); })*
        }
    };
}

numbers_survive!(
    bools: bool, int8: i8, int16: i16, int32: i32, int64: i64, uint8: u8, uint16: u16, uint32: u32, uint64: u64
);

proptest! {
    // From bits, so that every number occurs: infinities, NaNs and the smallest as well.
    #[test]
    fn float16(dims in dims(), bits in values::<u16>()) {
        check(&dims, &bits.into_iter().map(f16::from_bits).collect::<Vec<_>>());
    }

    #[test]
    fn bfloat16(dims in dims(), bits in values::<u16>()) {
        check(&dims, &bits.into_iter().map(bf16::from_bits).collect::<Vec<_>>());
    }

    #[test]
    fn float32(dims in dims(), bits in values::<u32>()) {
        check(&dims, &bits.into_iter().map(f32::from_bits).collect::<Vec<_>>());
    }

    #[test]
    fn float64(dims in dims(), bits in values::<u64>()) {
        check(&dims, &bits.into_iter().map(f64::from_bits).collect::<Vec<_>>());
    }

    #[test]
    fn strings(dims in dims(), texts in values::<String>(), bytes in values::<Vec<u8>>()) {
        let count = dims.iter().product();
        let tensor = Tensor::from_strings(&dims, &texts[..count]).unwrap();
        prop_assert_eq!(round_trip(&tensor), tensor);
        let tensor = Tensor::from_strings(&dims, &bytes[..count]).unwrap();
        prop_assert_eq!(round_trip(&tensor), tensor);
    }

    #[test]
    fn nothing_that_is_typed_panics(text in "[\\[\\],{}0-9a\"\\-.e ]{0,24}") {
        for dtype in DType::ALL {
            let _ = read_value(&text, &TensorSpec::new("x", dtype, [Dim::Any]));
        }
    }
}

fn read(text: &str, dtype: DType, dims: &[Dim]) -> Result<Tensor, String> {
    read_value(text, &TensorSpec::new("x", dtype, dims.iter().cloned())).map_err(|error| error.to_string())
}

#[test]
fn values_are_typed_as_people_would() {
    assert_eq!(read(" 3 ", DType::Float32, &[]), Ok(Tensor::scalar(3.0f32)));
    assert_eq!(read("[1, 2]", DType::UInt8, &[]).unwrap().as_slice::<u8>().unwrap(), [1, 2]);
    for (text, expected) in
        [("hello", "hello"), ("12", "12"), ("true", "true"), (r#""@a""#, "@a"), ("a b", "a b")]
    {
        assert_eq!(read(text, DType::String, &[]).unwrap().as_strings().unwrap(), [expected], "{text}");
    }
    assert_eq!(read("-Infinity", DType::Float64, &[]), Ok(Tensor::scalar(f64::NEG_INFINITY)));
    assert!(read("NaN", DType::Float16, &[]).unwrap().as_scalar::<f16>().unwrap().is_nan());
    assert_eq!(read("18446744073709551615", DType::UInt64, &[]), Ok(Tensor::scalar(u64::MAX)));
}

#[test]
fn an_empty_list_takes_its_other_axes_from_the_spec() {
    let dims = [Dim::from("batch"), Dim::Fixed(3), Dim::Any];
    assert_eq!(read("[]", DType::Float32, &dims).unwrap().dims(), [0, 3, 0]);
    assert_eq!(read("[[],[]]", DType::String, &[]).unwrap().dims(), [2, 0]);
}

#[test]
fn what_does_not_fit_is_explained() {
    for (text, dtype, told) in [
        ("[1, 300]", DType::UInt8, "300 is out of range: expected 0 to 255 (element: [1], tensor: x)"),
        ("-1", DType::UInt64, "-1 is out of range: expected 0 to 18446744073709551615"),
        ("1.5", DType::Int32, "expected a whole number, found 1.5"),
        ("1", DType::Bool, "expected true or false, found 1"),
        ("[[1], [\"a\"]]", DType::Float32, "\"Infinity\" or \"-Infinity\", found \"a\" (element: [1][0]"),
        ("70000", DType::Float16, "70000 is out of range; infinity is written \"Infinity\""),
        ("[1]", DType::String, "expected a string, or {\"b64\": \"…\"} for bytes, found 1"),
        (r#"{"b64": "?"}"#, DType::String, "`b64` is no base64"),
        (
            "[[1, 2], [3]]",
            DType::Int8,
            "ragged: expected 2 elements, as elsewhere on this axis, found 1 (element: [1]",
        ),
        ("[1, [2]]", DType::Int8, "expected an element, as elsewhere on this axis, found a list"),
        ("[[2], 1]", DType::Int8, "expected a list, as elsewhere on this axis, found an element"),
        ("[1, 2", DType::Int8, "`[1, 2` is not JSON"),
        ("", DType::Int8, "`` is not JSON"),
    ] {
        let error = read(text, dtype, &[]).unwrap_err();
        assert!(error.contains(told), "{text}: {error}");
    }
    let deep = "[".repeat(100) + &"]".repeat(100);
    assert!(read(&deep, DType::Int8, &[]).unwrap_err().contains("nested more than 64 deep"));
}
