//! How tensors, shapes, specs and errors print, and when tensors are equal.

use neuropod_core::reexport::half::f16;
use neuropod_core::{DType, Device, DeviceType, Dim, Error, ErrorKind, Shape, Tensor, TensorSpec};

#[test]
fn display_shows_nested_lists() {
    let tensor = Tensor::from_vec([2, 2], vec![1.5f32, -2.0, 0.0, f32::NAN]).unwrap();
    assert_eq!(tensor.to_string(), "[[1.5, -2],\n [0, NaN]]");
    assert_eq!(Tensor::scalar(true).to_string(), "true");
    assert_eq!(Tensor::scalar(f16::from_f32(0.5)).to_string(), "0.5");
    let strings = Tensor::from_strings([2], &[&b"a\"b"[..], b"\xff"]).unwrap();
    assert_eq!(strings.to_string(), "[\"a\\\"b\", \"\u{fffd}\"]");
    assert_eq!(Tensor::zeros(DType::Int8, [0]).unwrap().to_string(), "[]");
}

#[test]
fn display_leaves_out_the_middle_of_long_axes() {
    let text = Tensor::zeros(DType::UInt8, [100_000]).unwrap().to_string();
    assert!(text.contains("...") && text.len() < 1000, "{text}");
}

#[test]
fn debug_is_one_line_with_the_first_elements() {
    let tensor = Tensor::from_vec([2, 4], (0..8).collect::<Vec<i64>>()).unwrap();
    assert_eq!(format!("{tensor:?}"), "int64[2, 4] [0, 1, 2, 3, 4, 5, ...]");
    assert_eq!(format!("{:?}", Tensor::from_strings([1], &["a\nb"]).unwrap()), "string[1] [\"a\\nb\"]");
    assert_eq!(format!("{:?}", Tensor::scalar(1u8)), "uint8[] [1]");
    assert_eq!(format!("{:?}", Tensor::zeros(DType::Float64, [0, 3]).unwrap()), "float64[0, 3] []");
}

#[test]
fn tensors_are_equal_by_dtype_shape_and_value() {
    let of = |dims: &[usize]| Tensor::from_vec(dims, vec![1i32, 2]).unwrap();
    assert_eq!(of(&[2]), of(&[2]));
    assert_ne!(of(&[2]), of(&[1, 2]));
    assert_ne!(of(&[2]), Tensor::from_vec([2], vec![1u32, 2]).unwrap());
    assert_ne!(of(&[2]), Tensor::from_vec([2], vec![1i32, 3]).unwrap());
    assert_eq!(of(&[2]).view(), of(&[2]).to_owned_memory().view());
}

#[test]
fn floating_point_numbers_are_equal_by_value() {
    let nan = Tensor::scalar(f32::NAN);
    assert_ne!(nan, nan.clone());
    assert_eq!(Tensor::scalar(0.0f64), Tensor::scalar(-0.0f64));
}

#[test]
fn dtypes_and_devices_have_the_names_of_the_format() {
    for dtype in DType::ALL {
        assert_eq!(dtype.to_string().parse::<DType>().unwrap(), dtype);
    }
    let error = "float".parse::<DType>().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidSpec);
    assert!(error.message().starts_with("unknown dtype `float`; expected one of bool, int8,"), "{error}");
    assert_eq!(DType::ALL.iter().filter(|dtype| dtype.is_float()).count(), 4);
    assert_eq!([DeviceType::Cpu, DeviceType::Gpu].map(|kind| kind.to_string()), ["CPU", "GPU"]);
    assert_eq!([Device::Cpu, Device::Cuda(1)].map(|device| device.to_string()), ["cpu", "cuda:1"]);
}

#[test]
fn shapes_and_specs_print_as_lists() {
    assert_eq!(Shape::new(&[2, 3]).unwrap().to_string(), "[2, 3]");
    assert_eq!(Shape::scalar().to_string(), "[]");
    let spec = TensorSpec::new("x", DType::Bool, [Dim::Any, 3.into(), "n".into()]);
    assert_eq!(spec.to_string(), "x: bool[null, 3, \"n\"]");
}

#[test]
fn an_error_shows_its_sources_in_debug_alone() {
    let source = std::io::Error::other("the disk is gone");
    let error = Error::new(ErrorKind::Load, "no model").with("path", "model.pt").with_source(source);
    assert_eq!(error.to_string(), "loading failed: no model (path: model.pt)");
    assert_eq!(
        format!("{error:?}"),
        "loading failed: no model\n\n  path: model.pt\n\ncaused by: the disk is gone"
    );
}

#[test]
fn an_error_of_the_system_keeps_its_kind() {
    let kinds =
        [std::io::ErrorKind::NotFound, std::io::ErrorKind::AlreadyExists, std::io::ErrorKind::BrokenPipe]
            .map(|kind| Error::from(std::io::Error::from(kind)).kind());
    assert_eq!(kinds, [ErrorKind::NotFound, ErrorKind::AlreadyExists, ErrorKind::Io]);
}

#[test]
fn the_innermost_context_wins() {
    let error = Error::new(ErrorKind::Load, "no").with("path", "inner").with("path", "outer");
    assert_eq!(error.context("path"), Some("inner"));
    assert_eq!(error.contexts().collect::<Vec<_>>(), [("path", "inner"), ("path", "outer")]);
}
