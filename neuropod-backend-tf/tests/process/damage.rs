//! Damaged models are errors, or run all the same; they do not end the process.

use neuropod_core::ErrorKind;
use neuropod_test_utils::MemoryFiles;

use crate::alone::{as_it_is, succeeds};
use crate::support::{f32s, file, files, infer, load_source, source_of, vector};

/// Loads and runs a model, with one byte changed here and there in a file of its package.
fn damage(name: &str, path: &str, whole: &[u8], output: &str, rounds: usize) {
    for position in (0..whole.len()).step_by(whole.len() / rounds + 1) {
        let mut damaged = whole.to_vec();
        damaged[position] ^= 0x5a;
        try_files(files(name).file(path, damaged), output);
    }
}

fn try_files(files: MemoryFiles, output: &str) {
    match load_source(source_of("damaged", files, &[f32s("x", 1)], &[f32s(output, 1)])) {
        // Some damage is in bytes that do not matter.
        Ok(model) => drop(infer(&*model, [("x", &vector(&[1.0; 3]))])),
        Err(error) => {
            let expected = matches!(error.kind(), ErrorKind::Load | ErrorKind::InvalidSpec);
            assert!(expected && !error.message().is_empty(), "{error}");
        }
    }
}

#[test]
fn damaged_graphs_do_no_harm() {
    succeeds("damage::damaged_graphs_do_no_harm", as_it_is, || {
        for name in ["Addition", "V1Cond", "V1Loop", "V2Cond", "V2Loop", "TwoOutputs"] {
            let output = if name == "TwoOutputs" { "values" } else { "out" };
            damage(name, "0/data/model.pb", &file(&format!("{name}.pb")), output, 100);
        }
    });
}

#[test]
fn damaged_saved_models_do_no_harm() {
    succeeds("damage::damaged_saved_models_do_no_harm", as_it_is, || {
        let folder = "0/data/savedmodel";
        for part in ["saved_model.pb", "variables/variables.index", "variables/variables.data-00000-of-00001"]
        {
            let whole = file(&format!("VariablesSaved/{part}"));
            damage("VariablesSaved", &format!("{folder}/{part}"), &whole, "out", 100);
        }
    });
}

#[test]
fn a_constant_of_a_function_that_lost_its_value_does_no_harm() {
    succeeds("damage::a_constant_of_a_function_that_lost_its_value_does_no_harm", as_it_is, || {
        // The key of a constant's value, and the start of the value.
        let key = b"value\x12";
        let whole = file("V2Cond.pb");
        let places: Vec<_> = (0..whole.len()).filter(|at| whole[*at..].starts_with(key)).collect();
        assert!(!places.is_empty(), "the functions have constants");
        for at in places {
            let mut damaged = whole.clone();
            damaged[at] = b'w';
            let files = files("V2Cond").file("0/data/model.pb", damaged);
            let source = source_of("damaged", files, &[f32s("x", 1)], &[f32s("out", 1)]);
            let error = load_source(source).unwrap_err();
            assert!(error.message().contains("has no value"), "{error}");
        }
    });
}
