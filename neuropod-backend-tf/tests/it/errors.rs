//! What a user reads when something is wrong.

use std::error::Error as _;

use neuropod_backend_tf::TensorFlowError;
use neuropod_core::{DType, Error, ErrorKind, TensorSpec};
use neuropod_test_utils::MemoryFiles;

use crate::support::{
    any, cpu, f32s, file, files, infer, load_source, load_with, source, source_of, source_with_config,
    vector, words,
};

/// Loading `x + y = out` with another `0/config.json`.
fn addition(config: &str, inputs: &[TensorSpec], outputs: &[TensorSpec]) -> Error {
    load_source(source_with_config("Addition", config, inputs, outputs)).unwrap_err()
}

fn mapped(mapping: &str) -> Error {
    let config = format!(r#"{{"node_name_mapping": {{{mapping}}}}}"#);
    addition(&config, &[f32s("x", 1), f32s("y", 1)], &[f32s("out", 1)])
}

fn graph_of(bytes: impl Into<Vec<u8>>) -> Error {
    let files = files("Addition").file("0/data/model.pb", bytes);
    load_source(source_of("broken", files, &[f32s("x", 1), f32s("y", 1)], &[f32s("out", 1)])).unwrap_err()
}

fn assert_says(error: &Error, kind: ErrorKind, parts: &[&str]) {
    assert_eq!(error.kind(), kind, "{error}");
    for part in parts {
        assert!(error.message().contains(part), "{part:?} in: {error}");
    }
}

#[test]
fn a_mapping_that_does_not_fit_the_graph_is_an_error_that_names_both() {
    for (mapping, parts) in [
        (r#""x": "x", "y": "y", "out": "sum""#, &["output `out`", "`sum`", "no node `sum`"][..]),
        (r#""x": "a/b:0", "y": "y", "out": "out""#, &["input `x`", "`a/b:0`", "no node `a/b`"]),
        (r#""x": "x", "y": "y", "out": "out:1""#, &["output `out`", "`out:1`", "has 1 output(s)"]),
        (r#""x": "x", "y": "y", "out": "out:99999999999""#, &["`out:99999999999`", "has 1 output(s)"]),
        (r#""x": "x", "y": "y", "out": "out:first""#, &["output `out`", "`out:first`", "`node:0`"]),
        (r#""x": "", "y": "y", "out": "out""#, &["input `x`", "no name of a tensor"]),
        (r#""x": "x", "out": "out""#, &["input `y` has no node", "`out`, `x`"]),
        (r#""x": "x", "y": "x:0", "out": "out""#, &["inputs `x` and `y`", "both", "`x:0`"]),
    ] {
        let error = mapped(mapping);
        assert_says(&error, ErrorKind::InvalidSpec, parts);
        assert_eq!(error.context("file"), Some("0/data/model.pb"));
    }
}

#[test]
fn a_dtype_that_contradicts_the_graph_is_an_error_that_names_both() {
    let (x, y, out) = (f32s("x", 1), f32s("y", 1), f32s("out", 1));
    let load = |inputs: &[TensorSpec], outputs: &[TensorSpec]| {
        load_source(source("Addition", inputs, outputs)).unwrap_err()
    };
    let error = load(&[any("x", DType::Int64, 1), y.clone()], std::slice::from_ref(&out));
    assert_says(&error, ErrorKind::InvalidSpec, &["input `x` is int64", "`x:0` is float32"]);
    let error = load(&[x.clone(), y.clone()], &[words("out")]);
    assert_says(&error, ErrorKind::InvalidSpec, &["output `out` is string", "`out:0` is float32"]);

    let error = load_source(source("UnsupportedOutput", &[x], &[out])).unwrap_err();
    assert_says(&error, ErrorKind::InvalidSpec, &["output `out`", "`out:0` is complex64"]);
}

#[test]
fn a_signature_without_a_name_of_the_spec_is_an_error_that_lists_its_names() {
    let error = load_source(source("AdditionSaved", &[f32s("a", 1)], &[f32s("out", 1)])).unwrap_err();
    assert_says(&error, ErrorKind::InvalidSpec, &["input `a`", "`x`, `y`"]);
    assert_eq!(error.context("folder"), Some("0/data/savedmodel"));
}

#[test]
fn a_graph_without_a_mapping_says_what_is_missing() {
    let bare = MemoryFiles::new().file("0/data/model.pb", file("Addition.pb"));
    let error = load_source(source_of("bare", bare, &[f32s("x", 1)], &[f32s("out", 1)])).unwrap_err();
    assert_says(&error, ErrorKind::InvalidPackage, &["no `0/config.json`", "`node_name_mapping`"]);
    for config in ["{}", r#"{"node_name_mapping": null, "init_op_names": []}"#] {
        let error = addition(config, &[f32s("x", 1)], &[f32s("out", 1)]);
        assert_says(&error, ErrorKind::InvalidPackage, &["`0/config.json` has no `node_name_mapping`"]);
    }
}

#[test]
fn a_configuration_that_cannot_be_read_is_an_error_that_names_the_file() {
    for config in ["", "{", r#"{"node_name_mapping": ["x"]}"#, r#"{"node_name_mapping": {"x": 1}}"#] {
        let error = addition(config, &[f32s("x", 1)], &[f32s("out", 1)]);
        assert_says(&error, ErrorKind::InvalidPackage, &["the configuration for TensorFlow"]);
        assert_eq!(error.context("file"), Some("0/config.json"));
    }
}

#[test]
fn an_initial_operation_that_is_missing_or_fails_is_an_error_that_names_it() {
    let init = |name: &str| {
        let mapping = r#"{"x": "x", "y": "y", "out": "out"}"#;
        let config = format!(r#"{{"node_name_mapping": {mapping}, "init_op_names": ["{name}"]}}"#);
        addition(&config, &[f32s("x", 1), f32s("y", 1)], &[f32s("out", 1)])
    };
    assert_says(&init("prepare"), ErrorKind::Load, &["no operation `prepare`", "run first"]);
    assert_says(&init("out"), ErrorKind::Load, &["initial operation `out` failed", "placeholder"]);
}

#[test]
fn files_that_are_no_graph_say_so() {
    let whole = file("Addition.pb");
    for bytes in [&b"no protocol buffer"[..], b"\x08\x96\x01", &whole[..whole.len() / 2], b"\xff"] {
        let error = graph_of(bytes);
        assert_says(&error, ErrorKind::Load, &["cannot load the TensorFlow model"]);
        assert_eq!(error.context("file"), Some("0/data/model.pb"));
        assert_eq!(error.context("model"), Some("broken"));
    }
    assert_says(&graph_of(Vec::new()), ErrorKind::Load, &["the graph is empty"]);
}

#[test]
fn an_operator_that_tensorflow_does_not_know_is_named() {
    let whole = file("Addition.pb");
    let known = b"Placeholder";
    let position = whole.windows(known.len()).position(|bytes| bytes == known).unwrap();
    let mut renamed = whole;
    renamed[position..position + known.len()].copy_from_slice(b"Placewarmer");
    assert_says(&graph_of(renamed), ErrorKind::Load, &["Placewarmer"]);
}

#[test]
fn a_package_without_a_model_says_where_it_would_be() {
    let source = source_of("empty", MemoryFiles::new(), &[], &[]);
    let error = load_source(source).unwrap_err();
    assert_says(&error, ErrorKind::NotFound, &["0/data/model.pb", "0/data/savedmodel/saved_model.pb"]);
}

#[test]
fn an_error_of_an_operator_arrives_without_the_graphs_traceback() {
    for executor in ["pool", "auto", "caller"] {
        let source = source("Addition", &[f32s("x", 1), f32s("y", 1)], &[f32s("out", 1)]);
        let model = load_with(source, &cpu().backend_option("tensorflow.executor", executor)).unwrap();
        let error = infer(&*model, [("x", &vector(&[1.0; 2])), ("y", &vector(&[1.0; 3]))]).unwrap_err();
        assert_says(&error, ErrorKind::Model, &["[2] vs. [3]"]);
        assert!(!error.to_string().contains('\n'), "{error}");
        // The single-threaded executor does not say which node it was.
        let whole = format!("{error:?}");
        assert!(
            whole.contains("{{node out}}") || executor == "auto",
            "{executor}: it is in the source: {whole}"
        );
        assert!(infer(&*model, [("x", &vector(&[1.0])), ("y", &vector(&[1.0]))]).is_ok());
    }
}

#[test]
fn the_precise_error_is_the_source_of_the_general_one() {
    let error = graph_of(Vec::new());
    let source = error.source().and_then(|source| source.downcast_ref::<TensorFlowError>());
    assert!(matches!(source, Some(TensorFlowError::Load(_))));
}
