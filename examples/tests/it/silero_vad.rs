//! A real model on a real recording: what Neuropod returns is what PyTorch returns.

use neuropod::{Device, Neuropod};
use neuropod_examples::{recording, silero_vad};

use crate::support::{furthest, python, variable};

#[test]
fn probabilities_equal_those_of_pytorch() {
    let (model, sound) = (variable("NEUROPOD_SILERO_MODEL"), variable("NEUROPOD_SPEECH_RECORDING"));
    let folder = tempfile::tempdir().unwrap();
    let package = folder.path().join("silero-vad.neuropod");
    silero_vad::pack(&model, &package).unwrap();
    let loaded = Neuropod::options().device(Device::Cpu).intra_op_threads(1).load(&package).unwrap();
    let samples = recording::read(&sound).unwrap();

    let found = silero_vad::probabilities(&loaded, &samples).unwrap();

    let expected = python("silero_probabilities.py", &[&model, &sound]);
    assert!(found.len() > 1000, "a minute of sound has more than {} chunks", found.len());
    let furthest = furthest(&found, &expected);
    println!("{} probabilities differ by at most {furthest:e}", found.len());
    assert!(furthest <= 1e-6, "a probability is {furthest} away from PyTorch's");
    // The recording holds both speech and silence, so that agreement means something.
    assert!(expected.iter().any(|p| *p > 0.9) && expected.iter().any(|p| *p < 0.1));
}
