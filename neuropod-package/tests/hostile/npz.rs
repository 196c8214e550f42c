//! Test data that is no plain array, or not as large as it says.

use neuropod_package::{NpyError, OpenOptions, PackageError, Problem, TestData};

use crate::raw_zip::{Entry, Zip};
use crate::{Unpacking, assert_refused, open_bytes, with};

/// A `.npy` file of version 1 with this header and data.
fn npy(header: &str, data: &[u8]) -> Vec<u8> {
    [b"\x93NUMPY\x01\0".as_slice(), &(header.len() as u16).to_le_bytes(), header.as_bytes(), data].concat()
}

fn header(descr: &str, shape: &str) -> String {
    format!("{{'descr': {descr}, 'fortran_order': False, 'shape': {shape}, }}\n")
}

fn read_member(name: &str, file: impl AsRef<[u8]>) -> Result<TestData, PackageError> {
    TestData::from_npz(Zip::of([Entry::stored(name, file)]).bytes())
}

/// Why one input is refused.
fn refused(file: impl AsRef<[u8]>) -> NpyError {
    let error = read_member("input/x.npy", file).expect_err("the array was accepted");
    assert_eq!(error.entry(), Some("input/x.npy"));
    match error.into_problem() {
        Problem::TestData(error) => error,
        other => panic!("{other:?}"),
    }
}

#[test]
fn an_honest_array_is_accepted() {
    let data = read_member("input/x.npy", npy(&header("'<f4'", "(2,)"), &[0; 8])).unwrap();
    assert_eq!(data.inputs[0].1.as_slice::<f32>().unwrap(), [0.0, 0.0]);
    let data =
        read_member("input/x.npy", npy("{\"shape\":(),\"descr\":\"|u1\",\"fortran_order\":True}", &[7]))
            .unwrap();
    assert_eq!(data.inputs[0].1.as_scalar::<u8>().unwrap(), 7);
}

#[test]
fn pickled_objects() {
    let npz = include_bytes!("../data/pickled.npz");
    let error = TestData::from_npz(npz.as_slice()).unwrap_err();
    assert!(matches!(error.problem(), Problem::TestData(NpyError::Pickled)), "{error:?}");
    assert!(matches!(refused(npy(&header("'|O'", "(1,)"), b"cos\nsystem\n")), NpyError::Pickled));
    assert!(matches!(refused(npy(&header("'|O8'", "(1,)"), b"cos\nsystem\n")), NpyError::Pickled));
}

#[test]
fn records() {
    assert!(matches!(refused(npy(&header("[('a', '<f4')]", "(1,)"), &[0; 4])), NpyError::Structured));
}

#[test]
fn elements_of_no_tensor() {
    for descr in [
        "<c8",
        "<M8[ns]",
        "<f16",
        "|V3",
        "<U0",
        "<U-1",
        "<U+1",
        "<i3",
        "x",
        "",
        "<",
        "=f4",
        "<U99999999999999999999",
    ] {
        let error = refused(npy(&header(&format!("'{descr}'"), "(1,)"), &[0; 16]));
        assert!(matches!(&error, NpyError::Dtype(found) if found == descr), "{descr}: {error:?}");
    }
}

#[test]
fn a_header_that_runs_code() {
    for text in [
        "__import__('os').system('true')",
        "{'descr': __import__('os').name, 'fortran_order': False, 'shape': ()}",
        "{'descr': '<f4', 'fortran_order': 1 == 2, 'shape': ()}",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (9**9**9,)}",
        "{'descr': '<f4', 'fortran_order': False, 'shape': ()}; import os",
        "{'descr': '\\x3cf4', 'fortran_order': False, 'shape': ()}",
    ] {
        let error = refused(npy(text, &[0; 4]));
        assert!(matches!(error, NpyError::Header(_) | NpyError::Structured), "{text}: {error:?}");
    }
}

#[test]
fn a_header_with_wrong_keys() {
    for text in [
        "{}",
        "{'descr': '<f4', 'shape': ()}",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (), 'extra': True}",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (), 'shape': (1,)}",
        "{'descr': '<f4', 'fortran_order': None, 'shape': ()}",
        "{'descr': '<f4', 'fortran_order': False, 'shape': [1]}",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (-1,)}",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (1.5,)}",
        "{'descr': '<f4', 'fortran_order': False, 'shape': ()",
    ] {
        let error = refused(npy(text, &[0; 4]));
        assert!(matches!(error, NpyError::Header(_)), "{text}: {error:?}");
    }
}

#[test]
fn a_header_that_is_cut_off() {
    let whole = npy(&header("'<f4'", "(2,)"), &[]);
    for len in 0..whole.len() {
        assert!(matches!(refused(&whole[..len]), NpyError::Header("it is cut off")), "{len}");
    }
}

#[test]
fn a_header_of_gigabytes() {
    let error = refused(b"\x93NUMPY\x02\0\xff\xff\xff\xff{");
    assert!(matches!(error, NpyError::Header("it is too long")), "{error:?}");
}

#[test]
fn too_many_axes() {
    let shape = format!("({})", "1, ".repeat(65));
    assert!(matches!(refused(npy(&header("'<f4'", &shape), &[0; 4])), NpyError::Header(_)));
}

#[test]
fn another_format() {
    assert!(matches!(refused(b"\x80\x04\x95pickle of something"), NpyError::NotNpy));
    assert!(matches!(refused(b"\x93NUMPY\x09\0\x01\0{}"), NpyError::Version(9)));
}

#[test]
fn a_shape_larger_than_memory() {
    for shape in ["(4294967296, 4294967296, 2)", "(9223372036854775807,)", "(0, 9223372036854775807, 4)"] {
        let error = refused(npy(&header("'<f8'", shape), &[0; 8]));
        assert!(matches!(error, NpyError::Overflow), "{shape}: {error:?}");
    }
    let error = refused(npy(&header("'<f4'", "(1000000000000,)"), &[0; 4]));
    assert!(matches!(error, NpyError::WrongSize { expected: 4_000_000_000_000, found: 4 }), "{error:?}");
}

#[test]
fn more_or_less_data_than_the_shape() {
    for len in [0, 7, 9] {
        let error = refused(npy(&header("'<f4'", "(2,)"), &vec![0; len]));
        assert!(matches!(error, NpyError::WrongSize { expected: 8, .. }), "{error:?}");
    }
}

#[test]
fn bools_that_are_none() {
    assert!(matches!(refused(npy(&header("'|b1'", "(2,)"), &[1, 2])), NpyError::Element(_)));
}

#[test]
fn characters_that_are_none() {
    let surrogate = 0xd800u32.to_le_bytes();
    assert!(matches!(refused(npy(&header("'<U1'", "(1,)"), &surrogate)), NpyError::Element(_)));
    assert!(matches!(refused(npy(&header("'<U1'", "(1,)"), &[0xff; 4])), NpyError::Element(_)));
}

#[test]
fn members_that_are_neither_inputs_nor_outputs() {
    for name in ["x.npy", "input/x", "other/x.npy", "input.npy"] {
        let error = read_member(name, npy(&header("'<f4'", "()"), &[0; 4])).unwrap_err();
        assert!(matches!(error.problem(), Problem::TestDataMember), "{error:?}");
        assert_eq!(error.entry(), Some(name));
    }
}

#[test]
fn no_zip_file_within_the_package() {
    let unpacking = Unpacking::begin();
    for entry in [Entry::stored("test_data.npz", "pickle"), Entry::deflated("test_data.npz", "pickle")] {
        let package = open_bytes(&with([entry]).bytes(), OpenOptions::new()).unwrap();
        assert_refused!(package.test_data().unwrap_err(), Problem::NotAZip, Some("test_data.npz"));
    }
    unpacking.assert_nothing_left();
}

#[test]
fn a_bomb_within_the_package() {
    let array = npy(&header("'<f4'", "(1000000,)"), &vec![0; 4_000_000]);
    let npz = Zip::of([Entry::deflated("input/x.npy", array)]).bytes();
    let package =
        open_bytes(&with([Entry::stored("test_data.npz", npz)]).bytes(), OpenOptions::new()).unwrap();
    let error = package.test_data().unwrap_err();
    assert_refused!(error, Problem::ExpansionRatio { .. }, Some("test_data.npz/input/x.npy"));
}

#[test]
fn damage_within_the_package() {
    let array = npy(&header("'<f4'", "(1,)"), &[0; 4]);
    let npz = Zip::of([Entry::stored("output/x.npy", array).both(|header| header.crc ^= 1)]).bytes();
    let package =
        open_bytes(&with([Entry::stored("test_data.npz", npz)]).bytes(), OpenOptions::new()).unwrap();
    let error = package.test_data().unwrap_err();
    assert_refused!(error, Problem::WrongCrc { .. }, Some("test_data.npz/output/x.npy"));
}
