//! Test data is what numpy reads and writes. The files in `data` were made with numpy by
//! `data/make.py`.

use half::{bf16, f16};
use neuropod_core::{DType, Element, Tensor};
use neuropod_package::{NpyError, PathFlaw, Problem, TestData};

const NUMPY: &[u8] = include_bytes!("data/numpy.npz");
const FORTRAN: &[u8] = include_bytes!("data/fortran.npz");

fn find<'a>(tensors: &'a [(String, Tensor)], name: &str) -> &'a Tensor {
    &tensors.iter().find(|(candidate, _)| candidate == name).unwrap_or_else(|| panic!("no `{name}`")).1
}

fn assert_numbers<T: Element + std::fmt::Debug>(data: &TestData, expected: [T; 6]) {
    let tensor = find(&data.inputs, T::DTYPE.name());
    assert_eq!(tensor.dims(), [2, 3]);
    assert_eq!(tensor.as_slice::<T>().unwrap(), expected);
}

fn assert_all_numbers(data: &TestData) {
    assert_numbers(data, [false, true, true, true, true, true]);
    assert_numbers(data, [0i8, 1, 2, 3, 4, 5]);
    assert_numbers(data, [0i16, 1, 2, 3, 4, 5]);
    assert_numbers(data, [0i32, 1, 2, 3, 4, 5]);
    assert_numbers(data, [0i64, 1, 2, 3, 4, 5]);
    assert_numbers(data, [0u8, 1, 2, 3, 4, 5]);
    assert_numbers(data, [0u16, 1, 2, 3, 4, 5]);
    assert_numbers(data, [0u32, 1, 2, 3, 4, 5]);
    assert_numbers(data, [0u64, 1, 2, 3, 4, 5]);
    assert_numbers(data, [0.0f32, 1.0, 2.0, 3.0, 4.0, 5.0].map(f16::from_f32));
    assert_numbers(data, [0.0f32, 1.0, 2.0, 3.0, 4.0, 5.0]);
    assert_numbers(data, [0.0f64, 1.0, 2.0, 3.0, 4.0, 5.0]);
}

#[test]
fn what_numpy_wrote_is_read() {
    let data = TestData::from_npz(NUMPY).unwrap();
    assert_all_numbers(&data);
    assert_eq!(find(&data.inputs, "scalar").as_scalar::<i64>().unwrap(), 16_000);
    assert_eq!(find(&data.inputs, "empty").dims(), [0, 3]);
    assert_eq!(find(&data.outputs, "text").dims(), [2, 2]);
    assert_eq!(find(&data.outputs, "text").as_strings().unwrap(), ["one", "zwei äöü", "三", ""]);
    assert_eq!(find(&data.outputs, "one").as_strings().unwrap(), ["one"]);
    assert_eq!(find(&data.outputs, "one").rank(), 0);
    assert_eq!(find(&data.outputs, "bytes").as_strings().unwrap(), ["ab", "c"]);
    let expected = [1.0, -2.5].map(bf16::from_f32);
    assert_eq!(find(&data.outputs, "bfloat16").as_slice::<bf16>().unwrap(), expected);
}

#[test]
fn column_major_and_big_endian_arrays_are_read() {
    let data = TestData::from_npz(FORTRAN).unwrap();
    assert_all_numbers(&data);
    assert_eq!(find(&data.outputs, "text").as_strings().unwrap(), ["one", "zwei äöü", "三", ""]);
}

/// The only member of the test data with this one input, as it stands in the stored zip file.
fn npy(tensor: &Tensor) -> Vec<u8> {
    let data = TestData { inputs: vec![("x".to_owned(), tensor.clone())], outputs: Vec::new() };
    let npz = data.to_npz().unwrap();
    let start = npz.windows(6).position(|window| window == b"\x93NUMPY").unwrap();
    let end = npz.windows(4).position(|window| window == b"PK\x01\x02").unwrap();
    npz[start..end].to_vec()
}

#[test]
fn arrays_are_written_byte_for_byte_as_numpy_does() {
    let data = TestData::from_npz(NUMPY).unwrap();
    let golden: [(&str, &[u8]); 12] = [
        ("bool", include_bytes!("data/bool.npy")),
        ("int8", include_bytes!("data/int8.npy")),
        ("int16", include_bytes!("data/int16.npy")),
        ("int32", include_bytes!("data/int32.npy")),
        ("int64", include_bytes!("data/int64.npy")),
        ("uint8", include_bytes!("data/uint8.npy")),
        ("uint16", include_bytes!("data/uint16.npy")),
        ("uint32", include_bytes!("data/uint32.npy")),
        ("uint64", include_bytes!("data/uint64.npy")),
        ("float16", include_bytes!("data/float16.npy")),
        ("float32", include_bytes!("data/float32.npy")),
        ("float64", include_bytes!("data/float64.npy")),
    ];
    for (dtype, expected) in golden {
        assert_eq!(npy(find(&data.inputs, dtype)), expected, "{dtype}");
    }
    assert_eq!(npy(find(&data.inputs, "scalar")), include_bytes!("data/scalar.npy"));
    assert_eq!(npy(find(&data.outputs, "text")), include_bytes!("data/string.npy"));
}

#[test]
fn every_dtype_and_shape_survives() {
    let shapes: [&[usize]; 5] = [&[], &[0], &[3], &[2, 0, 3], &[2, 3, 1, 2]];
    for dtype in DType::ALL {
        for shape in shapes {
            let tensor = Tensor::zeros(dtype, shape).unwrap();
            let data = TestData { inputs: vec![("x".to_owned(), tensor.clone())], outputs: Vec::new() };
            let read = TestData::from_npz(data.to_npz().unwrap()).unwrap();
            assert_eq!(read.inputs[0].1, tensor, "{dtype} {shape:?}");
            assert_eq!(read.inputs[0].1.dims(), shape, "{dtype}");
        }
    }
}

#[test]
fn strings_survive_or_are_refused() {
    let npz = |strings: &[&[u8]]| {
        let tensor = Tensor::from_strings([strings.len()], strings).unwrap();
        TestData { inputs: Vec::new(), outputs: vec![("out".to_owned(), tensor)] }.to_npz()
    };
    let strings: [&[u8]; 4] = [b"", "日本\u{10ffff}".as_bytes(), b"a\0b", b" x "];
    let read = TestData::from_npz(npz(&strings).unwrap()).unwrap();
    assert_eq!(read.outputs[0].1.as_byte_strings().unwrap().collect::<Vec<_>>(), strings);

    for unrepresentable in [b"\xff".as_slice(), b"nul\0"] {
        let error = npz(&[b"fine", unrepresentable]).unwrap_err();
        assert!(matches!(error.problem(), Problem::TestData(NpyError::Unrepresentable(1))), "{error:?}");
        assert_eq!(error.entry(), Some("output/out.npy"));
    }
}

#[test]
fn names_are_kept_apart_and_within_the_file() {
    let scalar = |name: &str| (name.to_owned(), Tensor::scalar(1i32));
    let data =
        TestData { inputs: vec![scalar("x"), scalar("X"), scalar("layer/x:0")], outputs: vec![scalar("x")] };
    let read = TestData::from_npz(data.to_npz().unwrap()).unwrap();
    assert_eq!(
        read.inputs.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>(),
        ["X", "layer/x:0", "x"]
    );
    assert_eq!(read.outputs.len(), 1);

    let twice = TestData { inputs: vec![scalar("x"), scalar("x")], outputs: Vec::new() };
    assert!(matches!(twice.to_npz().unwrap_err().problem(), Problem::Duplicate));
    let outside = TestData { inputs: vec![scalar("../x")], outputs: Vec::new() };
    let error = outside.to_npz().unwrap_err();
    assert!(matches!(error.problem(), Problem::UnsafePath(PathFlaw::ParentFolder)), "{error:?}");
}
