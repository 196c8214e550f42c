//! A C++ exception in a plugin is an error.

use neuropod_core::ErrorKind;
use neuropod_test_utils::MemoryFiles;

use crate::compile;
use crate::support::{floats, infer, load_addition};

#[test]
fn exceptions_are_errors() {
    let library = compile::library("tests/plugins/throwing.cpp", "throwing", &[]);
    let backend = neuropod_plugin::load(&library, None).unwrap();
    let model = load_addition(&backend, MemoryFiles::new()).unwrap();
    let error = infer(&*model, &[("x", &floats(&[1.0]))]).unwrap_err();
    assert_eq!((error.kind(), error.message()), (ErrorKind::Model, "cannot digest x"));
    let error = infer(&*model, &[]).unwrap_err();
    assert_eq!(error.message(), "an unknown C++ exception");
}
