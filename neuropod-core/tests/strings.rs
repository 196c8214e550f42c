//! Strings: packed, in UTF-8 or not.

use neuropod_core::{DType, ErrorKind, Tensor, TensorView};
use proptest::prelude::*;

#[test]
fn strings_of_any_length_come_back() {
    let strings = ["", "a", "日本語", "", "a\0b"];
    let tensor = Tensor::from_strings([5], &strings).unwrap();
    assert_eq!(tensor.dtype(), DType::String);
    assert_eq!(tensor.as_strings().unwrap(), strings);
    assert_eq!(tensor.offsets(), [0, 0, 1, 10, 10, 13]);
    assert_eq!(tensor.bytes(), "a日本語a\0b".as_bytes());
    assert_eq!(tensor.as_byte_strings().unwrap().len(), 5);
    assert_eq!(tensor.reshape([5, 1]).unwrap().as_strings().unwrap(), strings);
}

#[test]
fn bytes_that_are_not_utf8_are_carried_and_named_when_read_as_text() {
    let tensor = Tensor::from_strings([2], &[&b"ok"[..], b"\xff\xfe"]).unwrap();
    let bytes: Vec<&[u8]> = tensor.as_byte_strings().unwrap().collect();
    assert_eq!(bytes, [&b"ok"[..], b"\xff\xfe"]);
    let error = tensor.as_strings().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidArgument);
    assert_eq!(error.message(), "the string at index 1 is not UTF-8");
}

#[test]
fn zeros_of_strings_are_empty_strings() {
    let tensor = Tensor::zeros(DType::String, [2, 2]).unwrap();
    assert_eq!(tensor.as_strings().unwrap(), [""; 4]);
    assert_eq!(Tensor::zeros(DType::String, [0]).unwrap().as_strings().unwrap().len(), 0);
}

#[test]
fn a_string_scalar_has_rank_0() {
    let tensor = Tensor::from_strings([0usize; 0], &["one"]).unwrap();
    assert_eq!((tensor.rank(), tensor.as_strings().unwrap()), (0, vec!["one"]));
}

#[test]
fn offsets_must_split_the_bytes() {
    let wrong: [&[u64]; 6] = [&[], &[0, 1], &[0, 1, 2, 3], &[0, 2, 1], &[0, 1, 4], &[0, u64::MAX, 2]];
    for offsets in wrong {
        let error = Tensor::from_packed_strings([2], b"abc".to_vec(), offsets.to_vec()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidArgument, "{offsets:?}");
        assert!(TensorView::from_packed_strings(&[2], b"abc", offsets).is_err(), "{offsets:?}");
    }
    // A part of a longer run of strings is fine: bytes before and after it belong to others.
    let view = TensorView::from_packed_strings(&[1], b"abc", &[1, 2]).unwrap();
    assert_eq!(view.as_strings().unwrap(), ["b"]);
    assert_eq!(view.to_tensor().as_strings().unwrap(), ["b"]);
}

#[test]
fn equality_is_that_of_the_strings_and_not_of_their_packing() {
    let packed = |bytes: &str, offsets: &[u64]| {
        Tensor::from_packed_strings([2], bytes.as_bytes().to_vec(), offsets.to_vec()).unwrap()
    };
    assert_eq!(packed("ab", &[0, 1, 2]), packed("xaby", &[1, 2, 3]));
    assert_ne!(packed("ab", &[0, 1, 2]), packed("ab", &[0, 0, 2]));
}

proptest! {
    #[test]
    fn any_bytes_come_back(strings: Vec<Vec<u8>>) {
        let tensor = Tensor::from_strings([strings.len()], &strings).unwrap();
        let read: Vec<Vec<u8>> = tensor.as_byte_strings().unwrap().map(<[u8]>::to_vec).collect();
        prop_assert_eq!(&read, &strings);
        prop_assert_eq!(tensor.as_strings().is_ok(), strings.iter().all(|string| std::str::from_utf8(string).is_ok()));
    }

    #[test]
    fn no_offsets_make_the_reader_panic(bytes: Vec<u8>, offsets in prop::collection::vec(0u64..40, 0..6)) {
        let dims = [offsets.len().saturating_sub(1)];
        if let Ok(view) = TensorView::from_packed_strings(&dims, &bytes, &offsets) {
            prop_assert_eq!(view.as_byte_strings().unwrap().count(), dims[0]);
            let _ = (view.to_string(), view.as_strings());
        }
    }
}
