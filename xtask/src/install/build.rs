//! Building what is installed.

use std::env::consts::DLL_SUFFIX;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde_json::Value;

use crate::environment::Environment;
use crate::process::Process;

/// How it is built.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Profile {
    Debug,
    /// Optimized across crates, and without symbols.
    Release,
}

/// Builds the command. The answer is its file.
pub(super) fn command(root: &Path, environment: &Environment, profile: Profile) -> Result<PathBuf> {
    let arguments = ["--package", "neuropod-cli", "--bin", "neuropod"];
    build(root, environment, profile, &arguments, |artifact| {
        artifact["executable"].as_str().map(PathBuf::from)
    })
}

/// Builds the plugin whose crate has that name. The answer is its library.
pub(super) fn plugin(
    folder: &Path,
    environment: &Environment,
    profile: Profile,
    name: &str,
) -> Result<PathBuf> {
    // Without the type for Rust, which tests need, it is optimized across crates.
    let arguments = ["--package", name, "--lib", "--crate-type", "cdylib"];
    build(folder, environment, profile, &arguments, |artifact| {
        let files = artifact["filenames"].as_array()?.iter().filter_map(Value::as_str);
        let crate_name = name.replace('-', "_");
        let is_own = artifact["target"]["name"].as_str() == Some(&crate_name);
        files.map(PathBuf::from).find(|file| is_own && file.to_string_lossy().ends_with(DLL_SUFFIX))
    })
}

/// Builds one crate: each gets the features that it asks for, and not those of the others.
fn build(
    folder: &Path,
    environment: &Environment,
    profile: Profile,
    arguments: &[&str],
    file: impl Fn(&Value) -> Option<PathBuf>,
) -> Result<PathBuf> {
    let process = Process::cargo()
        .args(["rustc", "--message-format=json-render-diagnostics"])
        .args(arguments)
        .current_dir(folder);
    let process = match profile {
        Profile::Debug => process,
        Profile::Release => process.args(["--release", "--", "-C", "strip=symbols"]),
    };
    let process = process.inside(environment);
    let line = process.line();
    let messages = process.shown_stdout()?;
    let artifacts = messages.lines().filter_map(|message| serde_json::from_str::<Value>(message).ok());
    let mut files = artifacts.filter(|message| message["reason"] == "compiler-artifact");
    files
        .find_map(|artifact| file(&artifact))
        .with_context(|| format!("cargo did not say what it built; to repeat it:\n  {line}"))
}
