//! Strings in both directions.

use neuropod_core::{DType, ErrorKind, Tensor};

use crate::support::{any, assert_says, call, f32s, infer, load, numbers, returns, strings};

fn words(name: &str) -> neuropod_core::TensorSpec {
    any(name, DType::String, 1)
}

fn kind_of(strings: &[&[u8]]) -> (String, Tensor) {
    let model = load(
        "def model(x): return {'kind': x.dtype.kind, 'same': x}",
        &[words("x")],
        &[any("kind", DType::String, 0), words("same")],
    );
    let x = Tensor::from_strings([strings.len()], strings).unwrap();
    let mut outputs = infer(&*model, [("x", &x)]).unwrap();
    let kind = outputs["kind"].as_strings().unwrap()[0].to_owned();
    (kind, outputs.take("same").unwrap())
}

#[test]
fn strings_arrive_as_numpys_own_or_as_objects_and_come_back_the_same() {
    let long = vec![b'x'; 1 << 16];
    let mut uneven = vec![&b"y"[..]; 1000];
    uneven[0] = &long;
    for (strings, expected) in [
        (vec![&b"one"[..], "größer \u{1f600}".as_bytes(), b""], "U"),
        (vec![b"a\0b"], "U"),
        (vec![], "U"),
        (vec![b"", b""], "U"),
        (vec![b"end\0", b"x"], "O"),
        (vec![b"\0"], "O"),
        (vec![b"\xff\xfe", b"x"], "O"),
        (vec![b"\xc3", b"\xb6"], "O"),
        (uneven, "O"),
    ] {
        let (kind, same) = kind_of(&strings);
        assert_eq!(kind, expected, "{:?}", strings.first());
        assert_eq!(same, Tensor::from_strings([strings.len()], &strings).unwrap());
    }
}

#[test]
fn the_model_sees_the_text() {
    let model = load(
        "def model(x):\n    assert x.tolist() == ['größer', 'b\\udcff', ''], x.tolist()\n    \
         return {'lengths': numpy.array([len(s) for s in x], 'int64')}",
        &[words("x")],
        &[any("lengths", DType::Int64, 1)],
    );
    let x = Tensor::from_strings([3], &["größer".as_bytes(), b"b\xff", b""]).unwrap();
    assert_eq!(numbers::<i64>(&infer(&*model, [("x", &x)]).unwrap(), "lengths"), [6, 2, 0]);
}

#[test]
fn arrays_of_strings_can_be_written_as_they_are_copies() {
    let model = load("def model(x):\n    x[0] = 'z'\n    return {'out': x}", &[words("x")], &[words("out")]);
    for text in ["a", "b\0"] {
        let x = Tensor::from_strings([2], &[text, "c"]).unwrap();
        assert_eq!(strings(&infer(&*model, [("x", &x)]).unwrap(), "out"), ["z", "c"]);
        assert_eq!(x.as_strings().unwrap(), [text, "c"]);
    }
}

#[test]
fn strings_of_any_rank_cross() {
    for rank in [0, 2] {
        let model = load(
            "def model(x): return {'out': numpy.char.upper(x)}",
            &[any("x", DType::String, rank)],
            &[any("out", DType::String, rank)],
        );
        let dims = vec![2; rank];
        let texts = vec!["a"; 1 << rank];
        let outputs = infer(&*model, [("x", Tensor::from_strings(dims.clone(), &texts).unwrap())]).unwrap();
        assert_eq!(outputs["out"], Tensor::from_strings(dims, &vec!["A"; 1 << rank]).unwrap());
    }
}

#[test]
fn every_kind_of_text_is_an_output() {
    let expected = ["one", "größer", ""];
    for value in [
        "numpy.array(['one', 'größer', ''])",
        "numpy.array(['one', 'größer', ''], dtype='>U6')",
        "numpy.array(['one', 'x', 'größer', 'x', '', 'x'])[::2]",
        "numpy.array(['one'.encode(), 'größer'.encode(), b''])",
        "numpy.array(['one', 'größer'.encode(), ''], dtype=object)",
        "numpy.array([numpy.str_('one'), numpy.bytes_('größer'.encode()), b''], dtype=object)",
        "['one', 'größer', '']",
        "('one', 'größer'.encode(), '')",
        "list(numpy.array(['one'.encode(), 'größer'.encode(), b'']))",
        "list(numpy.array(['one', 'größer', '']))",
        // NumPy 1 has no such type.
        "numpy.array(['one', 'größer', '']).astype(numpy.dtypes.StringDType() if numpy.__version__ >= '2' else 'U')",
        "numpy.char.array(['one', 'größer', ''])",
    ] {
        let outputs =
            call(&*returns(value, DType::String, 1)).unwrap_or_else(|error| panic!("{value}: {error:?}"));
        assert_eq!(outputs["out"].dims(), [3], "{value}");
        assert_eq!(strings(&outputs, "out"), expected, "{value}");
    }
}

#[test]
fn texts_are_tensors_without_axes() {
    for value in [
        "'größer'",
        "'größer'.encode()",
        "numpy.str_('größer')",
        "numpy.bytes_('größer'.encode())",
        "numpy.array('größer')",
    ] {
        let outputs =
            call(&*returns(value, DType::String, 0)).unwrap_or_else(|error| panic!("{value}: {error:?}"));
        assert!(outputs["out"].dims().is_empty(), "{value}");
        assert_eq!(strings(&outputs, "out"), ["größer"], "{value}");
    }
}

#[test]
fn lists_of_lists_have_two_axes() {
    let outputs = call(&*returns("[['a', 'b', b'c\\0'], ('d', 'e', '')]", DType::String, 2)).unwrap();
    assert_eq!(outputs["out"].dims(), [2, 3]);
    assert_eq!(strings(&outputs, "out"), ["a", "b", "c\0", "d", "e", ""]);
    for (value, dims) in [("[]", &[0][..]), ("[[], []]", &[2, 0])] {
        let outputs = call(&*returns(value, DType::String, dims.len())).unwrap();
        assert_eq!(outputs["out"].dims(), dims, "{value}");
    }
}

#[test]
fn surrogates_become_the_bytes_that_they_stand_for() {
    for value in ["['a\\udcff']", "numpy.array(['a\\udcff'])", "numpy.array(['a\\udcff'], dtype=object)"] {
        let outputs = call(&*returns(value, DType::String, 1)).unwrap();
        assert_eq!(outputs["out"].bytes(), b"a\xff", "{value}");
    }
}

#[test]
fn a_surrogate_that_stands_for_no_byte_does_no_harm() {
    for value in ["['a\\ud800']", "numpy.array(['a\\ud800'], dtype=object)"] {
        match call(&*returns(value, DType::String, 1)) {
            Ok(outputs) => assert!(outputs["out"].bytes().starts_with(b"a"), "{value}"),
            Err(error) => assert_says(&error, ErrorKind::Model, &["UnicodeEncodeError"]),
        }
    }
    let outputs = call(&*returns("numpy.array(['a\\ud800'])", DType::String, 1)).unwrap();
    assert_eq!(strings(&outputs, "out"), ["a\u{fffd}"]);
}

#[test]
fn what_is_no_text_is_an_error_that_names_it() {
    for (value, parts) in [
        ("['a', 1]", &["`out` should hold strings", "int (1)"][..]),
        ("['a', None]", &["should hold strings", "None"]),
        ("numpy.array(['a', 2.5], dtype=object)", &["should hold strings", "float (2.5)"]),
        ("numpy.array(['a', None], dtype=object)", &["should hold strings", "None"]),
        ("['a', ['b']]", &["should hold strings", "list"]),
        ("[['a'], ['b', 'c']]", &["list"]),
        ("1", &["string", "int (1)"]),
        ("endless", &["string", "list ([[...]])"]),
        ("{'a', 'b'}", &["string", "set"]),
    ] {
        let lines = format!("endless = []\nendless.append(endless)\ndef model(): return {{'out': {value}}}");
        let error = call(&*load(&lines, &[], &[words("out")])).expect_err(value);
        assert_says(&error, ErrorKind::InvalidOutput, parts);
    }
}

#[test]
fn many_strings_cross_in_order() {
    let model = load(
        "def model(x): return {'reversed': x[::-1], 'lists': x.tolist(), 'n': numpy.float32(len(x))}",
        &[words("x")],
        &[words("reversed"), words("lists"), f32s("n", 0)],
    );
    let texts: Vec<String> = (0..5000).map(|i| "ä".repeat(i % 7) + &i.to_string()).collect();
    let outputs = infer(&*model, [("x", Tensor::from_strings([5000], &texts).unwrap())]).unwrap();
    assert_eq!(strings(&outputs, "lists"), texts);
    assert!(strings(&outputs, "reversed").iter().rev().eq(texts.iter()));
}
