//! Operators stay registered as long as the process lives.

use neuropod_core::{ErrorKind, ModelSource};

use crate::alone::{as_it_is, succeeds};
use crate::support::{f32s, file, files, infer, load_source, numbers, source_of, vector};

fn package(library: Vec<u8>) -> ModelSource {
    let files = files("CustomOp").file("0/ops/libfancy_add.so", library);
    let mut source = source_of("custom", files, &[f32s("a", 1), f32s("b", 1)], &[f32s("sum", 1)]);
    source.custom_ops = vec!["libfancy_add.so".to_owned()];
    source
}

#[test]
fn another_library_with_the_same_operator_is_an_error() {
    succeeds("custom_ops::another_library_with_the_same_operator_is_an_error", as_it_is, || {
        let library = file("libfancy_add.so");
        let model = load_source(package(library.clone())).unwrap();
        let call = || infer(&*model, [("a", &vector(&[1.0])), ("b", &vector(&[2.0]))]).unwrap();
        assert_eq!(numbers(&call(), "sum"), [3.0]);

        // Another build of it, for all that can be told from outside.
        let error = load_source(package([library, vec![0]].concat())).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Load);
        assert!(error.message().contains("NeuropodTestFancyAdd"), "{error}");
        assert_eq!(numbers(&call(), "sum"), [3.0], "the first model still runs");
    });
}
