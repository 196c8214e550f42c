//! `neuropod test`

use std::fs;

use crate::support::{ADDITION, Folder, PACK_ADDITION, TESTED, append};

#[test]
fn a_model_that_returns_what_is_expected() {
    let folder = Folder::with_addition();
    let text = folder.run(&["test", "addition.neuropod", "--device=cpu"]).assert_success();
    assert!(
        text.starts_with("addition.neuropod: the model returns the expected output (`python` 3."),
        "{text}"
    );
}

#[test]
fn a_model_that_returns_something_else() {
    let folder = Folder::with_addition();
    folder.run(&[PACK_ADDITION, TESTED, &["--directory", "directory"]].concat()).assert_success();
    let code = folder.path("directory/0/code/addition.py");
    fs::write(&code, ADDITION.replace('+', "-")).unwrap();
    folder
        .run(&["test", "directory", "--skip-verification"])
        .assert_failure(1, &["element 0 should be 4, but is -2\n  output: out\n"]);
    append(&code, "\n1 / 0\n");
    folder.run(&["test", "directory", "--skip-verification"]).assert_failure(1, &["ZeroDivisionError"]);
    folder.run(&["test", "directory"]).assert_failure(1, &["error: the SHA-256 should be "]);
}

#[test]
fn test_data_that_does_not_fit_is_the_packages_fault() {
    let folder = Folder::with_addition();
    folder.run(&[PACK_ADDITION, TESTED, &["--directory", "directory"]].concat()).assert_success();
    folder.python(
        "import numpy; numpy.savez('directory/test_data.npz', **{'input/x': numpy.ones(2, 'int64')})",
    );
    folder.run(&["test", "directory", "--skip-verification"]).assert_failure(
        1,
        &["the input has the wrong dtype\n  tensor: x\n  expected: float32\n  found: int64\n"],
    );
}
