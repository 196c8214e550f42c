//! Strings arrive byte for byte, whatever their length and content.

use neuropod_core::{DType, Tensor};

use crate::support::{any, infer, load, words};

/// TensorFlow keeps up to 22 bytes of a string in place, and longer ones elsewhere.
const IN_PLACE: usize = 22;

/// Every kind of content and length that could be treated in a way of its own.
fn samples() -> Vec<Vec<u8>> {
    let lengths = [0, 1, 7, 8, IN_PLACE - 1, IN_PLACE, IN_PLACE + 1, 127, 128, 255, 256, 65_536, 1 << 20];
    let texts = lengths.iter().map(|len| (0..*len).map(|index| index as u8).collect());
    let others = [&b"\0"[..], b"a\0b", b"\xff\xfe", "größe \u{1F980}".as_bytes(), b"line\nline\r\n"];
    texts.chain(others.map(<[u8]>::to_vec)).collect()
}

#[test]
fn strings_of_any_length_and_content_are_kept_byte_for_byte() {
    let model = load("Identity_string", &[words("x")], &[words("y")]);
    let samples = samples();
    let x = Tensor::from_strings([samples.len()], &samples).unwrap();
    for outputs in [infer(&*model, [("x", &x)]), infer(&*model, [("x", x.view())])] {
        let outputs = outputs.unwrap();
        let out: Vec<_> = outputs["y"].as_byte_strings().unwrap().map(<[u8]>::to_vec).collect();
        assert_eq!(out, samples);
    }
}

#[test]
fn strings_have_any_rank() {
    let samples = samples();
    for rank in 0..=5 {
        let specs = |name| [any(name, DType::String, rank)];
        let model = load("Identity_string", &specs("x"), &specs("y"));
        let dims: Vec<usize> = (0..rank).map(|axis| axis % 3 + 1).collect();
        let count = dims.iter().product();
        let strings: Vec<_> = samples.iter().cycle().take(count).collect();
        let x = Tensor::from_strings(&*dims, &strings).unwrap();
        let y = &infer(&*model, [("x", &x)]).unwrap()["y"];
        assert_eq!((y.dims(), y), (&*dims, &x), "rank {rank}");
    }
}

#[test]
fn no_strings_at_all_keep_their_shape() {
    let model = load("Identity_string", &[any("x", DType::String, 2)], &[any("y", DType::String, 2)]);
    for dims in [[0, 3], [3, 0]] {
        let x = Tensor::from_strings::<&str>(dims, &[]).unwrap();
        assert_eq!(infer(&*model, [("x", &x)]).unwrap()["y"], x);
    }
}

#[test]
fn operators_work_on_strings() {
    for name in ["Strings", "StringsSaved"] {
        let model = load(name, &[words("x"), any("suffix", DType::String, 0)], &[words("out")]);
        // The second result just fits in place, and the third does not.
        let x = ["", &"b".repeat(IN_PLACE - 1), &"c".repeat(IN_PLACE)];
        let x = Tensor::from_strings([3], &x).unwrap();
        let suffix = Tensor::from_strings([], &["!"]).unwrap();
        let outputs = infer(&*model, [("x", &x), ("suffix", &suffix)]).unwrap();
        let expected = ["!".to_owned(), "b".repeat(IN_PLACE - 1) + "!", "c".repeat(IN_PLACE) + "!"];
        assert_eq!(outputs["out"].as_strings().unwrap(), expected, "{name}");
    }
}

#[test]
fn rows_of_strings_are_read_in_order() {
    let model = load("StringsJoinRows", &[any("x", DType::String, 2)], &[words("out")]);
    let x = Tensor::from_strings([2, 3], &["a", "b", "c", "d", "e", "f"]).unwrap();
    assert_eq!(infer(&*model, [("x", &x)]).unwrap()["out"].as_strings().unwrap(), ["a b c", "d e f"]);
}
