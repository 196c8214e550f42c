//! Plugins that break a rule: each is an error that says what is wrong.

use neuropod_core::{Error, ErrorKind, Tensor};
use neuropod_test_utils::MemoryFiles;

use crate::compile;
use crate::support::{floats, infer, load_addition};

/// Loads the plugin with this mistake, and runs it; gives the error of whatever fails first.
fn run(mistake: &str) -> Result<Tensor, Error> {
    let name = format!("misbehaving_{}", mistake.to_lowercase());
    let library = compile::library("tests/plugins/misbehaving.c", &name, &[&format!("-DMISTAKE={mistake}")]);
    let backend = neuropod_plugin::load(&library, None)?;
    backend.check()?;
    let model = load_addition(&backend, MemoryFiles::new())?;
    let mut outputs = infer(&*model, &[("x", &floats(&[1.0, 2.0]))])?;
    assert_eq!(outputs["out"].dims(), [2]);
    Ok(outputs.take("out").unwrap())
}

#[track_caller]
fn check(kind: ErrorKind, cases: &[(&str, &str)]) {
    for (mistake, expected) in cases {
        let error = run(mistake).expect_err(mistake);
        assert_eq!(error.kind(), kind, "{mistake}: {error}");
        assert!(error.message().contains(expected), "{mistake}: {error}");
    }
}

#[test]
fn without_a_mistake_it_runs() {
    run("NO_MISTAKE").unwrap();
}

#[test]
fn wrong_tables_are_refused() {
    check(
        ErrorKind::Load,
        &[
            ("OTHER_ABI", "the plugin has version 2 of the plugin interface, and this program version 1"),
            ("SMALL_TABLE", "the plugin's table has 24 bytes"),
            ("NULL_NAME", "the plugin's name cannot be read"),
            ("EMPTY_PLATFORM", "the plugin has no platform"),
            ("WRONG_VERSION", "the plugin's version `two` is not a semantic version"),
            ("NO_LOAD", "no function `load`"),
            ("NO_FRAMEWORK", "the framework is not there"),
        ],
    );
    check(
        ErrorKind::Internal,
        &[
            ("NULL_WITHOUT_REASON", "starting the plugin failed with the code 1 and told no reason"),
            ("LOAD_FAILS_SILENTLY", "loading a model with the plugin failed with the code 5"),
            ("NO_INFER", "without the function `infer`"),
            ("NO_DESTROY", "without the function `destroy`"),
        ],
    );
}

#[test]
fn wrong_outputs_are_refused() {
    check(
        ErrorKind::InvalidOutput,
        &[
            ("WRONG_OUTPUT", "returned the output `other` where `out` was expected"),
            ("OUTPUT_TWICE", "returned the output `out` where no more was expected"),
            ("NO_OUTPUT", "did not return the output `out`"),
        ],
    );
    check(
        ErrorKind::Internal,
        &[("NULL_TENSOR", "is null"), ("NULL_OUTPUT_NAME", "a text of length 3 is null")],
    );
}

#[test]
fn lying_tensors_are_refused() {
    check(
        ErrorKind::InvalidOutput,
        &[
            ("UNKNOWN_DTYPE", "the element type 99"),
            ("HUGE_RANK", "1099511627776 axes"),
            ("NULL_DIMS", "the array of a tensor's sizes of length 1 is null"),
            ("HUGE_SHAPE", "more elements than memory can hold"),
            ("SHORT_DATA", "2 elements of 4 bytes, but 7 bytes were given"),
            ("HUGE_LENGTH", "which no memory holds"),
            ("NULL_DATA", "a tensor's memory of length 8 is null"),
            ("MISALIGNED_DATA", "align"),
            ("WRONG_BOOL", "malformed tensor"),
            ("NO_OFFSETS", "no offsets"),
            ("FALLING_OFFSETS", "offsets must rise"),
            ("FAR_OFFSETS", "offsets must rise and end within"),
            ("NO_RELEASE", "lacks the function `release`"),
            ("PUSHES_ON", "7 bytes were given"),
        ],
    );
}

#[test]
fn memory_that_may_be_somebody_elses_is_read_only_whatever_is_said_of_it() {
    for mistake in ["WRITABLE_INPUT", "UNCOUNTED_OWNER"] {
        assert!(run(mistake).unwrap().as_mut_bytes().is_err(), "{mistake}");
    }
}

#[test]
fn odd_errors_are_read_as_they_can_be() {
    check(ErrorKind::Internal, &[("UNKNOWN_ERROR_KIND", "odd")]);
    check(ErrorKind::Model, &[("NOT_UTF8_MESSAGE", "caf\u{fffd}")]);
}
