//! Bytes that are damaged, cut off, of something else, or made to do harm.

use neuropod_core::{DType, ErrorKind, Tensor, serialize};
use proptest::prelude::*;

use crate::support::{named_bytes, sample};

/// The bytes of `[1, -2]` as int16, with some of them replaced from an offset.
fn numbers_with(offset: usize, replacement: &[u8]) -> Vec<u8> {
    let mut bytes = serialize::tensor_to_bytes(&Tensor::from_slice([2], &[1i16, -2]).unwrap()).unwrap();
    bytes[offset..offset + replacement.len()].copy_from_slice(replacement);
    bytes
}

/// The bytes of `["a", "bc"]`, with some of them replaced from an offset.
fn strings_with(offset: usize, replacement: &[u8]) -> Vec<u8> {
    let mut bytes = serialize::tensor_to_bytes(&Tensor::from_strings([2], &["a", "bc"]).unwrap()).unwrap();
    bytes[offset..offset + replacement.len()].copy_from_slice(replacement);
    bytes
}

/// The same message for bytes in memory and for a stream.
fn message(bytes: &[u8]) -> String {
    let error = serialize::tensor_from_bytes(bytes).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidArgument);
    assert_eq!(serialize::read_tensor(bytes).unwrap_err().to_string(), error.to_string());
    error.to_string().strip_prefix("invalid argument: ").unwrap().to_owned()
}

#[test]
fn what_is_cut_off_anywhere_is_refused() {
    let bytes = named_bytes();
    for end in 0..bytes.len() {
        let error = serialize::tensors_from_bytes(&bytes[..end]).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidArgument, "{end}");
        assert!(error.message().starts_with("the serialized tensors are cut off in "), "{end}: {error}");
        assert_eq!(error.context("offset"), Some(&*end.to_string()));
        let of_stream = serialize::read_tensors(&bytes[..end]).unwrap_err();
        assert_eq!(of_stream.to_string(), error.to_string(), "{end}");
    }
    assert_eq!(
        message(&numbers_with(0, &[])[..67]),
        "the serialized tensors are cut off in the numbers of a tensor: expected 4 bytes of it, found 3 (offset: 67)"
    );
}

#[test]
fn what_follows_is_refused_if_it_is_given() {
    let mut bytes = numbers_with(0, &[]);
    bytes.extend([0; 3]);
    let error = serialize::tensor_from_bytes(&bytes).unwrap_err();
    assert_eq!(
        error.to_string(),
        "invalid argument: 3 bytes follow the last tensor: expected the end there (offset: 68)"
    );
    let mut bytes = named_bytes();
    bytes.push(0);
    assert!(serialize::tensors_from_bytes(&bytes).is_err());
}

#[test]
fn other_formats_are_told_apart() {
    assert_eq!(
        message(b"\x93NUMPY\x01\x00"),
        "these are no serialized tensors: expected the bytes [89, 4e, 50, 54, 0d, 0a, 1a, 0a] first, found [93, 4e, 55, \
         4d, 50, 59, 01, 00] (offset: 0)"
    );
    let boost = "these tensors were serialized by the original Neuropod, as a Boost archive, which cannot be read: save \
                 them as .npy files there, and serialize them again (offset: 0)";
    assert_eq!(message(b"\x16\0\0\0\0\0\0\0serialization::archive\x11\0\x04\x08"), boost);
    assert_eq!(message(b"\x16\0\0\0serialization::archive\x11\0\x04\x04"), boost);
    assert_eq!(
        message(&numbers_with(8, &[2])),
        "version 2 of serialized tensors is unknown, expected 1: read them with the Neuropod that wrote them, or a newer \
         one (offset: 8)"
    );
}

#[test]
fn one_tensor_is_not_named_ones() {
    assert_eq!(
        message(&named_bytes()),
        "expected one tensor without a name, found 2 with names: use the function that reads named tensors (offset: 12)"
    );
    let error = serialize::tensors_from_bytes(&numbers_with(0, &[])).unwrap_err();
    assert_eq!(
        error.message(),
        "expected tensors with names, found one without: use the function that reads one tensor"
    );
    assert_eq!(
        message(&numbers_with(12, &[9])),
        "the kind of content is 9, expected 1 (one tensor) or 2 (named tensors) (offset: 12)"
    );
    assert_eq!(message(&numbers_with(16, &[2])), "the number of tensors is 2, expected 1 (offset: 12)");
    assert_eq!(message(&numbers_with(32, &[1])), "the tensor has a name, expected none (offset: 24)");
}

#[test]
fn the_parts_of_a_tensor_must_fit() {
    let cases = [
        (numbers_with(24, &[14]), "the element type is 14, expected a number from 0 to 13 (offset: 24)"),
        (numbers_with(28, &[0, 1]), "the tensor has 256 axes, expected at most 255 (offset: 24)"),
        (numbers_with(40, &[6]), "the shape [2] of int16 asks for 4 bytes of data, found 6 (offset: 24)"),
        (
            numbers_with(48, &[0xff; 8]),
            "the shape [18446744073709551615] has more elements than memory can hold (offset: 48)",
        ),
        (
            numbers_with(48, &[0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f]),
            "the shape [9223372036854775807] of int16 asks for 18446744073709551614 bytes of data, found 4 (offset: 24)",
        ),
        (numbers_with(60, &[7]), "expected 8 zeros before the data, found other bytes (offset: 56)"),
        (numbers_with(24, &[0]), "the shape [2] of bool asks for 2 bytes of data, found 4 (offset: 24)"),
        (
            strings_with(40, &[23]),
            "the shape [2] of string asks for at least 24 bytes of data, found 23 (offset: 24)",
        ),
        (
            strings_with(64, &[1]),
            "the offsets of strings must start with 0 and end with 3, their bytes' number (offset: 64)",
        ),
        (
            strings_with(80, &[2]),
            "the offsets of strings must start with 0 and end with 3, their bytes' number (offset: 64)",
        ),
        (strings_with(72, &[9]), "string offsets must rise and end within the 3 bytes of text (offset: 64)"),
    ];
    for (bytes, expected) in cases {
        assert_eq!(message(&bytes), expected);
    }
}

#[test]
fn bools_are_0_or_1() {
    let mut bytes = serialize::tensor_to_bytes(&Tensor::from_slice([2], &[true, false]).unwrap()).unwrap();
    bytes[65] = 2;
    assert_eq!(
        message(&bytes),
        "these bytes cannot be read as bool: an element is neither 0 nor 1 (offset: 64)"
    );
}

#[test]
fn names_are_told_and_must_be_text_and_differ() {
    let tensor = sample(DType::Int8, &[1]);
    let mut bytes = serialize::tensors_to_bytes([("a", &tensor), ("b", &tensor)]).unwrap();
    let names: Vec<_> = (0..bytes.len()).filter(|place| b"ab".contains(&bytes[*place])).collect();
    bytes[names[1]] = b'a';
    let error = serialize::tensors_from_bytes(&bytes).unwrap_err();
    assert_eq!(error.message(), "two tensors have one name, expected another for each");
    assert_eq!(error.context("tensor"), Some("a"));
    bytes[names[1]] = 0xff;
    let error = serialize::tensors_from_bytes(&bytes).unwrap_err();
    assert_eq!(error.message(), "the name of a tensor is not UTF-8");
    bytes[names[1]] = b'b';
    let last = bytes.len() - 2;
    bytes[last] = 1;
    let error = serialize::tensors_from_bytes(&bytes).unwrap_err();
    assert_eq!(error.context("tensor"), Some("b"));
}

/// Lengths that promise more than there is: memory for them would end the process, or be refused as such.
#[test]
fn no_memory_is_allocated_for_what_is_not_there() {
    let size = 1u64 << 46;
    let mut numbers = numbers_with(48, &(size / 2).to_le_bytes());
    numbers[40..48].copy_from_slice(&size.to_le_bytes());
    let cut_off = "the serialized tensors are cut off in the numbers of a tensor: expected 70368744177664 bytes of it, \
                   found 4 (offset: 68)";
    assert_eq!(message(&numbers), cut_off);

    let mut strings = strings_with(40, &size.to_le_bytes());
    assert!(
        message(&strings)
            .contains("cut off in the bytes of strings: expected 70368744177640 bytes of it, found 3")
    );
    strings[48..56].copy_from_slice(&(size / 8 - 1).to_le_bytes());
    assert!(message(&strings).contains("cut off in the offsets of strings"));

    let mut named = named_bytes();
    named[16..24].copy_from_slice(&u64::MAX.to_le_bytes());
    assert!(
        serialize::tensors_from_bytes(&named)
            .unwrap_err()
            .message()
            .contains("cut off in the head of a tensor")
    );
    named[32..40].copy_from_slice(&u64::MAX.to_le_bytes());
    assert!(
        serialize::tensors_from_bytes(&named)
            .unwrap_err()
            .message()
            .contains("cut off in the name of a tensor")
    );
}

proptest! {
    #[test]
    fn no_bytes_make_the_reader_panic(bytes: Vec<u8>) {
        let _ = (serialize::tensor_from_bytes(&bytes), serialize::tensors_from_bytes(&bytes));
        let mut with_head = numbers_with(0, &[])[..24].to_vec();
        with_head.extend(&bytes);
        let _ = serialize::tensor_from_bytes(&with_head);
        with_head[12] = 2;
        let _ = serialize::tensors_from_bytes(&with_head);
    }
}
