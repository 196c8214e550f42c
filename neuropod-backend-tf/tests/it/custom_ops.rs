//! Packages that carry operators of their own.

use neuropod_core::{ErrorKind, ModelSource};

use crate::support::{cpu, f32s, file, files, infer, load_source, load_with, numbers, source_of, vector};

const LIBRARY: &str = "libfancy_add.so";

fn package(library: impl Into<Vec<u8>>) -> ModelSource {
    package_with(LIBRARY, library)
}

fn package_with(name: &str, library: impl Into<Vec<u8>>) -> ModelSource {
    let files = files("CustomOp").file(format!("0/ops/{name}"), library);
    let mut source = source_of("custom", files, &[f32s("a", 1), f32s("b", 1)], &[f32s("sum", 1)]);
    source.custom_ops = vec![name.to_owned()];
    source
}

fn assert_adds(source: ModelSource) {
    let model = load_source(source).unwrap();
    let outputs = infer(&*model, [("a", &vector(&[1.0, 2.0])), ("b", &vector(&[10.0, 20.0]))]).unwrap();
    assert_eq!(numbers(&outputs, "sum"), [11.0, 22.0]);
}

#[test]
fn an_operator_is_loaded_once_and_serves_every_model() {
    for _ in 0..3 {
        assert_adds(package(file(LIBRARY)));
    }
    // TensorFlow would refuse to run an operator that two libraries registered.
    assert_adds(package_with("another_name.so", file(LIBRARY)));
}

#[test]
fn an_error_of_an_operator_is_the_models_own() {
    let model = load_source(package(file(LIBRARY))).unwrap();
    let error = infer(&*model, [("a", &vector(&[1.0])), ("b", &vector(&[1.0, 2.0]))]).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Model);
    assert!(error.message().contains("a and b differ in shape"), "{error}");
}

#[test]
fn operators_that_are_not_allowed_are_not_loaded() {
    let error = load_with(package("never looked at"), &cpu().allow_custom_ops(false)).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Forbidden);
    assert!(error.message().contains(LIBRARY), "{error}");
    assert!(error.message().contains("allow_custom_ops(true)"), "{error}");
}

#[test]
fn a_library_that_cannot_be_loaded_is_an_error_that_names_it() {
    let error = load_source(package("no shared library")).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Load);
    assert!(error.message().contains("`libfancy_add.so`"), "{error}");
    assert!(error.message().contains("invalid ELF header") || error.message().contains("file too short"));

    let whole = file(LIBRARY);
    let error = load_source(package(&whole[..whole.len() / 2])).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Load);
    assert!(error.message().contains("`libfancy_add.so`"), "{error}");
}

#[test]
fn a_library_that_is_not_in_the_package_is_not_found() {
    let mut source = package(file(LIBRARY));
    source.custom_ops = vec!["other.so".to_owned()];
    let error = load_source(source).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound);
    assert_eq!(error.context("file"), Some("0/ops/other.so"));
}
