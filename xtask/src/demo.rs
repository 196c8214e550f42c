//! `cargo xtask demo`: real models, packaged and run.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

use crate::process::Process;
use crate::setup;

/// Sets up what is missing, makes the addition model and runs the demo program.
///
/// # Errors
///
/// The setup, the build or the program failed; the error says which and how to repeat it.
pub(crate) fn run(root: &Path) -> Result<()> {
    let environment = setup::run(root)?;
    let out = root.join("target/demo");
    fs::create_dir_all(&out).with_context(|| format!("cannot make {}", out.display()))?;

    let addition = out.join("addition.pt");
    eprintln!("making the addition model with PyTorch");
    Process::new(environment.python())
        .arg(root.join("examples/python/make_addition_model.py"))
        .arg(&addition)
        .inside(&environment)
        .run()?;

    eprintln!("building the demo (the first time takes some minutes)\n");
    let (silero, recording) = (&environment.data.silero_model, &environment.data.recording);
    Process::cargo()
        .args(["run", "--quiet", "--release", "--package", "neuropod-examples"])
        .args(["--all-features", "--bin", "demo", "--"])
        .args(["--addition-model".as_ref(), addition.as_os_str()])
        .args(["--silero-model".as_ref(), silero.as_os_str()])
        .args(["--recording".as_ref(), recording.as_os_str()])
        .args(["--out".as_ref(), out.as_os_str()])
        .current_dir(root)
        .inside(&environment)
        .run()
}
