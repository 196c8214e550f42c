//! A real model whose package holds Python code: what Neuropod returns is what PyTorch returns, and voices
//! are told from other sound.

use std::fs;
use std::path::Path;

use neuropod::{Device, Neuropod};
use neuropod_examples::speaker_encoder::{self, SIZE, WINDOW};
use neuropod_examples::{mel, melody, recording};

use crate::support::{code, furthest, python, variable};

#[test]
fn embeddings_equal_those_of_pytorch() {
    let folder = tempfile::tempdir().unwrap();
    let model = load(folder.path());
    let frames = mel::frames(&speech());

    let found = speaker_encoder::embeddings(&model, &frames).unwrap();

    let file = folder.path().join("windows");
    fs::write(&file, speaker_encoder::windows(&frames).unwrap().bytes()).unwrap();
    let weights = variable("NEUROPOD_SPEAKER_ENCODER");
    let data = weights.parent().unwrap();
    let expected = python("speaker_embeddings.py", &[data, &file, WINDOW.to_string().as_ref()]);
    assert_eq!(found.len(), 74, "a minute of sound has so many windows of 1.6 s that overlap by half");
    let furthest = furthest(found.as_flattened(), &expected);
    println!("{} embeddings differ by at most {furthest:e}", found.len());
    assert!(furthest <= 1e-6, "a number is {furthest} away from PyTorch's");
    // Embeddings differ from window to window, so that agreement means something.
    let spread = (0..SIZE).any(|index| (found[0][index] - found[40][index]).abs() > 0.05);
    assert!(spread, "two windows have the same embedding");
}

#[test]
fn a_voice_is_more_like_itself_than_like_music() {
    let folder = tempfile::tempdir().unwrap();
    let model = load(folder.path());
    let voice = |samples: &[f32]| {
        let embeddings = speaker_encoder::embeddings(&model, &mel::frames(samples)).unwrap();
        speaker_encoder::mean(&embeddings)
    };
    let speech = speech();
    let (first, second) = speech.split_at(speech.len() / 2);
    let music = melody::play(&melody::ode_to_joy(), mel::SAMPLE_RATE);

    let same = speaker_encoder::similarity(&voice(first), &voice(second));
    let other = speaker_encoder::similarity(&voice(first), &voice(&music));
    println!("the voice is {same} similar to itself, and {other} to music");
    assert!(same > 0.9 && other < 0.7, "{same} and {other}");
}

/// The package loaded.
fn load(folder: &Path) -> Neuropod {
    let package = folder.join("speaker-encoder.neuropod");
    let weights = variable("NEUROPOD_SPEAKER_ENCODER");
    speaker_encoder::pack(&code("speaker_encoder.py"), &weights, &package).unwrap();
    Neuropod::options().device(Device::Cpu).intra_op_threads(1).load(&package).unwrap()
}

fn speech() -> Vec<f32> {
    recording::read(&variable("NEUROPOD_SPEECH_RECORDING")).unwrap()
}
