//! A real model on a real recording: what Neuropod returns is what PyTorch returns.
//!
//! Needs PyTorch, the model and the recording, which `cargo xtask test` provides.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

use neuropod::{Device, Neuropod};
use neuropod_examples::{recording, silero_vad};

#[test]
fn probabilities_equal_those_of_pytorch() {
    let (model, sound) = (variable("NEUROPOD_SILERO_MODEL"), variable("NEUROPOD_SPEECH_RECORDING"));
    let folder = tempfile::tempdir().unwrap();
    let package = folder.path().join("silero-vad.neuropod");
    silero_vad::pack(&model, &package).unwrap();
    let loaded = Neuropod::options().device(Device::Cpu).intra_op_threads(1).load(&package).unwrap();
    let samples = recording::read(&sound).unwrap();

    let found = silero_vad::probabilities(&loaded, &samples).unwrap();

    let expected = from_pytorch(&model, &sound);
    assert_eq!(found.len(), expected.len());
    assert!(found.len() > 1000, "a minute of sound has more than {} chunks", found.len());
    let furthest = found.iter().zip(&expected).map(|(f, e)| (f - e).abs()).fold(0.0, f32::max);
    println!("{} probabilities differ by at most {furthest:e}", found.len());
    assert!(furthest <= 1e-6, "a probability is {furthest} away from PyTorch's");
    // The recording holds both speech and silence, so that agreement means something.
    assert!(expected.iter().any(|p| *p > 0.9) && expected.iter().any(|p| *p < 0.1));
}

fn from_pytorch(model: &Path, sound: &Path) -> Vec<f32> {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("python/silero_probabilities.py");
    let python = variable("VIRTUAL_ENV").join("bin/python");
    let output = Command::new(python).args([&script, model, sound]).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    output.stdout.chunks_exact(4).map(|bytes| f32::from_le_bytes(bytes.try_into().unwrap())).collect()
}

fn variable(name: &str) -> PathBuf {
    env::var_os(name)
        .map(PathBuf::from)
        .unwrap_or_else(|| panic!("{name} is not set; run `cargo xtask test`"))
}
