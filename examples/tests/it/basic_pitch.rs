//! A real model of TensorFlow: what Neuropod returns is what TensorFlow returns, and the notes that were
//! played are found.

use std::fs;
use std::path::{Path, PathBuf};

use neuropod::{Device, Neuropod, Tensor};
use neuropod_examples::basic_pitch::{self, Posteriors};
use neuropod_examples::{melody, notes};

use crate::support::{furthest, python, variable};

#[test]
fn outputs_equal_those_of_tensorflow() {
    let folder = tempfile::tempdir().unwrap();
    let (saved_model, model) = load(folder.path());
    let samples = melody::play(&melody::ode_to_joy(), basic_pitch::SAMPLE_RATE);
    let windows: Vec<Tensor> = basic_pitch::windows(&model, &samples).map(Result::unwrap).collect();

    // TensorFlow gets the windows as one batch, so Neuropod does.
    let sound: Vec<f32> =
        windows.iter().flat_map(|window| window.as_slice::<f32>().unwrap()).copied().collect();
    let batch = Tensor::from_vec([windows.len(), basic_pitch::WINDOW, 1], sound).unwrap();
    let outputs = model.infer([("input_2", &batch)]).unwrap();
    let found: Vec<f32> = ["contour", "note", "onset"]
        .iter()
        .flat_map(|name| outputs[*name].as_slice::<f32>().unwrap())
        .copied()
        .collect();

    let file = folder.path().join("windows");
    fs::write(&file, batch.bytes()).unwrap();
    let expected = python("basic_pitch_outputs.py", &[&saved_model, &file]);
    let furthest = furthest(&found, &expected);
    println!("{} posteriors differ by at most {furthest:e}", found.len());
    assert!(furthest <= 1e-5, "a posterior is {furthest} away from TensorFlow's");
    // Some notes sound and most do not, so that agreement means something.
    assert!(expected.iter().any(|p| *p > 0.7) && expected.iter().any(|p| *p < 0.1));
}

#[test]
fn the_notes_that_were_played_are_found() {
    let folder = tempfile::tempdir().unwrap();
    let (_, model) = load(folder.path());
    let played = melody::ode_to_joy();
    let samples = melody::play(&played, basic_pitch::SAMPLE_RATE);
    let found = Posteriors::of(&model, &samples).unwrap().notes();
    assert_eq!(notes::count_found(&played, &found), played.len(), "{found:?}");
    assert_eq!(found.len(), played.len(), "{found:?}");
}

#[test]
fn the_signature_gives_the_specs() {
    let folder = tempfile::tempdir().unwrap();
    let (_, model) = load(folder.path());
    let specs = |specs: &[neuropod::TensorSpec]| specs.iter().map(ToString::to_string).collect::<Vec<_>>();
    assert_eq!(specs(model.inputs()), ["input_2: float32[null, 43844, 1]"]);
    let outputs =
        ["contour: float32[null, 172, 264]", "note: float32[null, 172, 88]", "onset: float32[null, 172, 88]"];
    assert_eq!(specs(model.outputs()), outputs);
}

/// The SavedModel, and its package loaded.
fn load(folder: &Path) -> (PathBuf, Neuropod) {
    let saved_model = variable("NEUROPOD_BASIC_PITCH_MODEL");
    let package = folder.join("basic-pitch.neuropod");
    basic_pitch::pack(&saved_model, &package).unwrap();
    (saved_model, Neuropod::options().device(Device::Cpu).load(&package).unwrap())
}
