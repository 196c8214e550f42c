//! `cargo xtask setup`: a Python environment with the pinned frameworks, and the data.

use std::fs;
use std::path::Path;
use std::time::Instant;

use anyhow::{Context, Result};

use crate::duration::readable;
use crate::environment::Environment;
use crate::process::Process;
use crate::{cache, compiler, data, python, venv};

/// Prepares what is missing and says what there is.
///
/// # Errors
///
/// Something cannot be had: a compiler, a Python, disk space, the network. The error says what to
/// do about it.
pub(crate) fn run(root: &Path) -> Result<Environment> {
    let started = Instant::now();
    eprintln!("setup");
    compiler::check(root)?;
    let cache = cache::root()?;
    let python = python::find()?;
    eprintln!("  python: {} ({})", python.version, python.executable.display());
    let venv = venv::ensure_venv(root, &cache, &python)?;
    let interpreter = venv::programs(&venv).join("python");
    let data = data::ensure_data(root, &cache, &interpreter)?;
    venv::link(root, &venv)?;
    forget_stale_build(root, &venv)?;
    eprintln!("  ready in {}\n", readable(started.elapsed()));
    Environment::new(venv, data)
}

/// torch-sys remembers the libtorch that it was first built against: it watches no variable that
/// changes with the environment.
fn forget_stale_build(root: &Path, venv: &Path) -> Result<()> {
    let target = root.join("target");
    let note = target.join("torch-environment");
    let venv = venv.to_string_lossy();
    match fs::read_to_string(&note) {
        Ok(noted) if noted == venv => return Ok(()),
        Ok(_) => {
            eprintln!("  the environment changed: torch-sys is built anew");
            for profile in ["dev", "release"] {
                let clean = ["clean", "--quiet", "--package", "torch-sys", "--profile", profile];
                Process::cargo().args(clean).current_dir(root).run()?;
            }
        }
        Err(_) => {}
    }
    fs::create_dir_all(&target)
        .and_then(|()| fs::write(&note, venv.as_bytes()))
        .with_context(|| format!("cannot write {}", note.display()))
}
