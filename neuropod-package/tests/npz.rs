//! Arrays in numpy's files. The files in `data` were made with numpy by `data/make.py`.

use half::f16;
use neuropod_core::{DType, Tensor};
use neuropod_package::{NpyError, PathFlaw, Problem, read_npy, read_npz, write_npy, write_npz};

/// Deflated, as `numpy.savez_compressed` writes it.
const NUMPY: &[u8] = include_bytes!("data/numpy.npz");

fn names(tensors: &[(String, Tensor)]) -> Vec<&str> {
    tensors.iter().map(|(name, _)| name.as_str()).collect()
}

#[test]
fn a_compressed_file_of_numpy_is_read() {
    let arrays = read_npz(NUMPY).unwrap();
    assert_eq!(arrays.len(), 18);
    let (_, halves) = arrays.iter().find(|(name, _)| name == "input/float16").unwrap();
    assert_eq!(halves.as_slice::<f16>().unwrap(), [0.0f32, 1.0, 2.0, 3.0, 4.0, 5.0].map(f16::from_f32));
    let (_, text) = arrays.iter().find(|(name, _)| name == "output/text").unwrap();
    assert_eq!(text.as_strings().unwrap(), ["one", "zwei äöü", "三", ""]);
}

#[test]
fn an_array_is_read_and_written_byte_for_byte() {
    for file in [
        include_bytes!("data/float16.npy").as_slice(),
        include_bytes!("data/scalar.npy"),
        include_bytes!("data/string.npy"),
        include_bytes!("data/uint64.npy"),
    ] {
        assert_eq!(write_npy(&read_npy(file).unwrap()).unwrap(), file);
    }
}

#[test]
fn every_dtype_survives() {
    let tensors = DType::ALL.map(|dtype| (dtype.name(), Tensor::zeros(dtype, [2, 3]).unwrap()));
    let file = write_npz(tensors.iter().map(|(name, tensor)| (name, tensor))).unwrap();
    let read = read_npz(file).unwrap();
    let mut expected = DType::ALL.map(DType::name);
    expected.sort_unstable();
    assert_eq!(names(&read), expected);
    for (name, tensor) in &tensors {
        assert!(read.contains(&((*name).to_owned(), tensor.clone())), "{name}");
        assert_eq!(read_npy(&write_npy(tensor).unwrap()).unwrap(), *tensor, "{name}");
    }
}

#[test]
fn a_large_array_of_zeros_is_read_however_it_deflates() {
    let zeros = write_npy(&Tensor::zeros(DType::Float64, [1 << 20]).unwrap()).unwrap();
    let mut file = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let deflated = zip::write::SimpleFileOptions::default()
        .compression_method(zip::CompressionMethod::Deflated)
        .compression_level(Some(9));
    file.start_file("x.npy", deflated).unwrap();
    std::io::Write::write_all(&mut file, &zeros).unwrap();
    let file = file.finish().unwrap().into_inner();
    assert!(zeros.len() > 1000 * file.len(), "{} bytes in {}", zeros.len(), file.len());
    assert_eq!(read_npz(file).unwrap()[0].1.dims(), [1 << 20]);
}

#[test]
fn what_is_no_array_is_refused() {
    assert!(matches!(read_npy(b"PK").unwrap_err(), NpyError::Header(_)));
    assert!(matches!(read_npy(b"no array at all").unwrap_err(), NpyError::NotNpy));
    let pickled = read_npz(include_bytes!("data/pickled.npz").as_slice()).unwrap_err();
    assert!(matches!(pickled.problem(), Problem::TestData(NpyError::Pickled)), "{pickled:?}");
    assert!(matches!(read_npz(b"no zip file".as_slice()).unwrap_err().problem(), Problem::NotAZip));

    let mut file = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    file.start_file("notes.txt", zip::write::SimpleFileOptions::default()).unwrap();
    let error = read_npz(file.finish().unwrap().into_inner()).unwrap_err();
    assert!(matches!(error.problem(), Problem::NpzMember), "{error:?}");
    assert_eq!(error.entry(), Some("notes.txt"));
}

#[test]
fn names_that_cannot_be_members_are_refused() {
    let x = Tensor::scalar(1i32);
    let error = write_npz([("../x", &x)]).unwrap_err();
    assert!(matches!(error.problem(), Problem::UnsafePath(PathFlaw::ParentFolder)), "{error:?}");
    let error = write_npz([("x", &x), ("x", &x)]).unwrap_err();
    assert!(matches!(error.problem(), Problem::Duplicate), "{error:?}");
}
