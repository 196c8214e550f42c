//! What was written is read.

use std::io::{self, Cursor, Read};

use neuropod_core::{ALIGNMENT, DType, ErrorKind, Tensor, serialize};
use proptest::collection::vec;
use proptest::prelude::*;

use crate::support::{any_tensor, is_same, sample, samples};

#[test]
fn tensors_of_every_type_come_back() {
    for (name, tensor) in samples() {
        let bytes = serialize::tensor_to_bytes(&tensor).unwrap();
        assert_eq!(bytes.len() as u64, serialize::tensor_size(&tensor).unwrap(), "{name}");
        let mut read = serialize::tensor_from_bytes(&bytes).unwrap();
        assert!(is_same(&read, &tensor), "{name}");
        assert_eq!(read.bytes().as_ptr().align_offset(ALIGNMENT), 0, "{name}");
        assert!(tensor.dtype() == DType::String || read.as_mut_bytes().is_ok(), "{name}");
    }
}

#[test]
fn named_tensors_come_back_in_their_order() {
    let samples = samples();
    let pairs = || samples.iter().rev().map(|(name, tensor)| (name, tensor));
    let bytes = serialize::tensors_to_bytes(pairs()).unwrap();
    assert_eq!(bytes.len() as u64, serialize::tensors_size(pairs()).unwrap());
    let read = serialize::tensors_from_bytes(&bytes).unwrap();
    assert_eq!(read.len(), samples.len());
    for ((name, tensor), (found_name, found)) in pairs().zip(&read) {
        assert_eq!(name, found_name);
        assert!(is_same(tensor, found), "{name}");
    }
    let none: [(&str, &Tensor); 0] = [];
    assert_eq!(serialize::tensors_from_bytes(&serialize::tensors_to_bytes(none).unwrap()).unwrap(), []);
}

#[test]
fn strings_are_written_without_what_lies_around_them() {
    let part = Tensor::from_packed_strings([2], b"xaby".to_vec(), vec![1, 2, 3]).unwrap();
    let whole = Tensor::from_strings([2], &["a", "b"]).unwrap();
    assert_eq!(serialize::tensor_to_bytes(&part).unwrap(), serialize::tensor_to_bytes(&whole).unwrap());
    let none = Tensor::from_packed_strings([0], b"xy".to_vec(), vec![1]).unwrap();
    let read = serialize::tensor_from_bytes(&serialize::tensor_to_bytes(&none).unwrap()).unwrap();
    assert_eq!((read.offsets(), read.bytes()), (&[0][..], &b""[..]));
}

#[test]
fn streams_follow_each_other() {
    let (a, b) = (sample(DType::Float64, &[3]), sample(DType::Bool, &[2]));
    let mut stream = Vec::new();
    serialize::write_tensor(&mut stream, &a).unwrap();
    serialize::write_tensors(&mut stream, [("b", &b)]).unwrap();
    let mut reader = Cursor::new(stream);
    assert!(is_same(&serialize::read_tensor(&mut reader).unwrap(), &a));
    assert_eq!(serialize::read_tensors(&mut reader).unwrap(), [("b".to_owned(), b)]);
    assert_eq!(reader.position(), reader.get_ref().len() as u64);
}

#[test]
fn large_tensors_are_read_from_streams_of_unknown_length_in_small_pieces() {
    for dtype in [DType::Float32, DType::String] {
        let tensor = sample(dtype, &[100_003]);
        let bytes = serialize::tensor_to_bytes(&tensor).unwrap();
        let read = serialize::read_tensor(Pieces(&bytes, 0)).unwrap();
        assert!(is_same(&read, &tensor), "{dtype}");
    }
}

/// Gives a few bytes at a time, and is interrupted in between.
struct Pieces<'a>(&'a [u8], usize);

impl Read for Pieces<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.1 += 1;
        if self.1.is_multiple_of(3) {
            return Err(io::ErrorKind::Interrupted.into());
        }
        let len = buffer.len().min(self.1 % 1000 + 1);
        self.0.read(&mut buffer[..len])
    }
}

#[test]
fn the_names_must_differ() {
    let tensor = Tensor::scalar(1i32);
    let error = serialize::tensors_to_bytes([("x", &tensor), ("y", &tensor), ("x", &tensor)]).unwrap_err();
    assert_eq!(
        error.to_string(),
        "invalid argument: two tensors have this name: expected another one for each (tensor: x)"
    );
}

#[test]
fn more_axes_than_the_format_has_are_refused() {
    let (most, more) = (Tensor::scalar(1u8).reshape([1; 255]), Tensor::scalar(1u8).reshape([1; 256]));
    let most = most.unwrap();
    let read = serialize::tensor_from_bytes(&serialize::tensor_to_bytes(&most).unwrap()).unwrap();
    assert!(is_same(&read, &most));
    let error = serialize::tensor_size(&more.unwrap()).unwrap_err();
    assert_eq!(
        error.to_string(),
        "invalid argument: a tensor of 256 axes cannot be serialized, the most are 255"
    );
}

#[test]
fn failures_of_the_stream_are_passed_on() {
    let tensor = sample(DType::Int8, &[8]);
    let error = serialize::write_tensor(&mut [0u8; 16][..], &tensor).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Io);
    let error = serialize::read_tensor(Broken).unwrap_err();
    assert_eq!((error.kind(), error.message()), (ErrorKind::Io, "the line is dead"));
}

struct Broken;

impl Read for Broken {
    fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
        Err(io::Error::other("the line is dead"))
    }
}

proptest! {
    #[test]
    fn any_tensor_comes_back(tensor in any_tensor()) {
        let bytes = serialize::tensor_to_bytes(&tensor).unwrap();
        prop_assert!(is_same(&serialize::tensor_from_bytes(&bytes).unwrap(), &tensor));
        prop_assert!(is_same(&serialize::read_tensor(&bytes[..]).unwrap(), &tensor));
    }

    #[test]
    fn any_named_tensors_come_back(tensors in prop::collection::hash_map(".{0,8}", any_tensor(), 0..5)) {
        let bytes = serialize::tensors_to_bytes(&tensors).unwrap();
        let read = serialize::tensors_from_bytes(&bytes).unwrap();
        prop_assert_eq!(read.len(), tensors.len());
        for ((name, found), (expected_name, expected)) in read.iter().zip(&tensors) {
            prop_assert_eq!(name, expected_name);
            prop_assert!(is_same(found, expected));
        }
    }

    /// There is one way to write a tensor: whatever is read is written again as it was.
    #[test]
    fn what_is_read_from_damaged_bytes_is_written_alike(damage in vec((any::<prop::sample::Index>(), any::<u8>()), 1..4)) {
        let mut bytes = crate::support::named_bytes();
        for (index, byte) in damage {
            let index = index.index(bytes.len());
            bytes[index] = byte;
        }
        if let Ok(read) = serialize::tensors_from_bytes(&bytes) {
            let pairs = read.iter().map(|(name, tensor)| (name, tensor));
            prop_assert_eq!(serialize::tensors_to_bytes(pairs).unwrap(), bytes);
        }
    }
}
