//! Packages that carry operators of their own.

use std::sync::Arc;

use neuropod_core::{ErrorKind, ModelSource, Tensor};
use neuropod_test_utils::MemoryFiles;

use crate::support::{cpu, f32s, file, infer, load_source};

fn package(library: Vec<u8>) -> ModelSource {
    package_of("CustomOp.pt", library)
}

fn package_of(model: &str, library: Vec<u8>) -> ModelSource {
    let files =
        MemoryFiles::new().file("0/data/model.pt", file(model)).file("0/ops/libfancy_add.so", library);
    let mut source = ModelSource::new("custom", "torchscript", Arc::new(files));
    source.inputs = vec![f32s("x", 1)];
    source.outputs = vec![f32s("out", 1)];
    source.custom_ops = vec!["libfancy_add.so".to_owned()];
    source
}

#[test]
fn an_operator_is_loaded_once_and_serves_every_model() {
    let x = Tensor::from_vec([1], vec![20.0f32]).unwrap();
    for _ in 0..3 {
        let model = load_source(package(file("libfancy_add.so"))).unwrap();
        let outputs = infer(&*model, [("x", &x)]).unwrap();
        assert_eq!(outputs["out"].as_scalar::<f32>().unwrap(), 41.0);
    }
}

#[test]
fn an_operator_that_writes_without_saying_so_does_not_reach_the_callers_memory() {
    let x = Tensor::from_vec([3], vec![1.0f32, 2.0, 3.0]).unwrap();
    let model = load_source(package_of("ScribblingOp.pt", file("libfancy_add.so"))).unwrap();
    let outputs = infer(&*model, [("x", &x)]).unwrap();
    assert_eq!(outputs["out"].as_slice::<f32>().unwrap(), [100.0, 200.0]);
    assert_eq!(x.as_slice::<f32>().unwrap(), [1.0, 2.0, 3.0]);
}

#[test]
fn operators_that_are_not_allowed_are_not_loaded() {
    let options = cpu().allow_custom_ops(false);
    let source = package(b"never looked at".to_vec());
    let error = neuropod_backend_torch::backend().load(Arc::new(source), &options).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Forbidden);
    assert!(error.message().contains("libfancy_add.so"), "{error}");
    assert!(error.message().contains("allow_custom_ops(true)"), "{error}");
}

#[test]
fn a_library_that_cannot_be_loaded_is_an_error_that_names_it() {
    let error = load_source(package(b"no shared library".to_vec())).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Load);
    assert!(error.message().contains("`libfancy_add.so`"), "{error}");
    assert!(error.message().contains("invalid ELF header") || error.message().contains("file too short"));
}

#[test]
fn a_library_that_is_cut_off_is_an_error_and_not_the_end() {
    let mut library = file("libfancy_add.so");
    library.truncate(library.len() * 3 / 4);
    let error = load_source(package(library)).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Load);
    assert!(error.message().contains("`libfancy_add.so`") && error.message().contains("cut off"), "{error}");
}

#[test]
fn an_operator_that_is_not_in_the_package_is_not_found() {
    let mut source = package(file("libfancy_add.so"));
    source.custom_ops = vec!["other.so".to_owned()];
    assert_eq!(load_source(source).unwrap_err().kind(), ErrorKind::NotFound);
}
