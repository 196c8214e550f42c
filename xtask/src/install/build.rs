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
    /// As the tests are: nothing is built that they have not built.
    Tests,
    /// Optimized across crates, and without symbols.
    Release,
}

/// Builds the command. The answer is its file.
pub(super) fn command(root: &Path, environment: &Environment, profile: Profile) -> Result<PathBuf> {
    let arguments: &[&str] = match profile {
        Profile::Tests => &["test", "--no-run", "--package", "neuropod-cli"],
        Profile::Release => &[
            "rustc",
            "--release",
            "--package",
            "neuropod-cli",
            "--bin",
            "neuropod",
            "--",
            STRIP[0],
            STRIP[1],
        ],
    };
    build(root, environment, arguments, |artifact| {
        let is_program = artifact["target"]["kind"][0] == "bin" && artifact["profile"]["test"] == false;
        artifact["executable"].as_str().filter(|_| is_program).map(PathBuf::from)
    })
}

/// Builds the plugin whose crate has that name. The answer is its library.
pub(super) fn plugin(
    root: &Path,
    environment: &Environment,
    profile: Profile,
    name: &str,
) -> Result<PathBuf> {
    let arguments: &[&str] = match profile {
        Profile::Tests => &["test", "--no-run", "--workspace", "--exclude", "neuropod-cli", "--all-features"],
        // Without the type for Rust, which tests need, it is optimized across crates.
        Profile::Release => &[
            "rustc",
            "--release",
            "--package",
            name,
            "--lib",
            "--crate-type",
            "cdylib",
            "--",
            STRIP[0],
            STRIP[1],
        ],
    };
    build(root, environment, arguments, |artifact| {
        let files = artifact["filenames"].as_array()?.iter().filter_map(Value::as_str);
        let crate_name = name.replace('-', "_");
        let is_own = artifact["target"]["name"].as_str() == Some(&crate_name);
        files.map(PathBuf::from).find(|file| is_own && file.to_string_lossy().ends_with(DLL_SUFFIX))
    })
}

/// Leaves symbols out.
const STRIP: [&str; 2] = ["-C", "strip=symbols"];

/// Runs cargo, and finds what it built.
fn build(
    root: &Path,
    environment: &Environment,
    arguments: &[&str],
    file: impl Fn(&Value) -> Option<PathBuf>,
) -> Result<PathBuf> {
    let process = Process::cargo()
        .arg(arguments[0])
        .arg("--message-format=json-render-diagnostics")
        .args(&arguments[1..])
        .current_dir(root)
        .inside(environment);
    let line = process.line();
    let messages = process.shown_stdout()?;
    let artifacts = messages.lines().filter_map(|message| serde_json::from_str::<Value>(message).ok());
    let mut files = artifacts.filter(|message| message["reason"] == "compiler-artifact");
    files
        .find_map(|artifact| file(&artifact))
        .with_context(|| format!("cargo did not say what it built; to repeat it:\n  {line}"))
}
