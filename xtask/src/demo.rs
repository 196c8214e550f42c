//! `cargo xtask demo`: real models, packaged and run, and the tutorial of the Python package.

mod tutorial;

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::environment::Environment;
use crate::process::Process;
use crate::setup;

/// Sets up what is missing, makes the addition models, and runs the demo program and the tutorial.
///
/// # Errors
///
/// The setup, a script, the build or the program failed; the error says which and how to repeat it.
pub(crate) fn run(root: &Path) -> Result<()> {
    let environment = setup::run(root)?;
    let out = root.join("target/demo");
    fs::create_dir_all(&out).with_context(|| format!("cannot make {}", out.display()))?;

    eprintln!("making the addition model with PyTorch");
    let model = make(root, &environment, "examples/python/make_addition_model.py", out.join("addition.pt"))?;
    eprintln!("making the addition graph with TensorFlow");
    let graph = make(root, &environment, "examples/python/make_addition_graph.py", out.join("addition.pb"))?;

    eprintln!("building the demo (the first time takes some minutes)\n");
    let data = &environment.data;
    Process::cargo()
        .args(["run", "--quiet", "--release", "--package", "neuropod-examples"])
        .args(["--all-features", "--bin", "demo", "--"])
        .args(["--addition-model".as_ref(), model.as_os_str()])
        .args(["--addition-graph".as_ref(), graph.as_os_str()])
        .args(["--silero-model".as_ref(), data.silero_model.as_os_str()])
        .args(["--recording".as_ref(), data.recording.as_os_str()])
        .args(["--basic-pitch-model".as_ref(), data.basic_pitch_model.as_os_str()])
        .args(["--speaker-encoder-weights".as_ref(), data.speaker_encoder_weights.as_os_str()])
        .args(["--python-code".as_ref(), root.join("examples/python").as_os_str()])
        .args(["--out".as_ref(), out.as_os_str()])
        .current_dir(root)
        .inside(&environment)
        .run()?;
    tutorial::run(root, &environment, &out.join("python"))
}

/// Runs a Python script of the checkout, which writes `file`.
pub(crate) fn make(root: &Path, environment: &Environment, script: &str, file: PathBuf) -> Result<PathBuf> {
    Process::new(environment.python()).arg(root.join(script)).arg(&file).inside(environment).run()?;
    Ok(file)
}
