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
///
/// # Errors
///
/// The build failed.
pub(crate) fn command(root: &Path, environment: &Environment, profile: Profile) -> Result<PathBuf> {
    let process = match profile {
        Profile::Tests => cargo(root, environment, "test").args(["--no-run", "--package", "neuropod-cli"]),
        Profile::Release => {
            let chosen = ["--release", "--package", "neuropod-cli", "--bin", "neuropod"];
            cargo(root, environment, "rustc").args(chosen).args(STRIP)
        }
    };
    build(process, |artifact| {
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
    let process = match profile {
        Profile::Tests => cargo(root, environment, "test").arg("--no-run").args(TESTED),
        Profile::Release => {
            // Without the type for Rust, which tests need, it is optimized across crates.
            let chosen = ["--release", "--package", name, "--lib", "--crate-type", "cdylib"];
            cargo(root, environment, "rustc").args(chosen).args(STRIP)
        }
    };
    build(process, |artifact| library(artifact, &name.replace('-', "_")))
}

/// Builds the module of the Python package, without optimizing it. The answer is its library.
///
/// # Errors
///
/// The build failed.
pub(crate) fn python_module(root: &Path, environment: &Environment) -> Result<PathBuf> {
    let process = cargo(root, environment, "build").args(["--package", PYTHON_MODULE]);
    build(process.env(UNLINKED.0, UNLINKED.1), |artifact| library(artifact, "_native"))
}

/// What `cargo test` tests together: all but the command, which every feature would link to libtorch, and the Python
/// package's module, which has no tests in Rust.
pub(crate) const TESTED: [&str; 6] =
    ["--workspace", "--all-features", "--exclude", "neuropod-cli", "--exclude", PYTHON_MODULE];

/// The crate of the Python package's module.
const PYTHON_MODULE: &str = "neuropod-python";

/// The variable that keeps PyO3 from linking to libpython, as a module of Python must be: it is loaded by a Python,
/// whichever that is. Where the module is checked, it is set too, so that PyO3 is not built anew each time.
pub(crate) const UNLINKED: (&str, &str) = ("PYO3_BUILD_EXTENSION_MODULE", "1");

/// Leaves symbols out.
const STRIP: [&str; 3] = ["--", "-C", "strip=symbols"];

/// A command of cargo's that says in JSON what it builds.
fn cargo(root: &Path, environment: &Environment, command: &str) -> Process {
    let process = Process::cargo().args([command, "--message-format=json-render-diagnostics"]);
    process.current_dir(root).inside(environment)
}

/// Runs cargo, and finds what it built.
fn build(process: Process, file: impl Fn(&Value) -> Option<PathBuf>) -> Result<PathBuf> {
    let line = process.line();
    let messages = process.shown_stdout()?;
    let artifacts = messages.lines().filter_map(|message| serde_json::from_str::<Value>(message).ok());
    let mut files = artifacts.filter(|message| message["reason"] == "compiler-artifact");
    files
        .find_map(|artifact| file(&artifact))
        .with_context(|| format!("cargo did not say what it built; to repeat it:\n  {line}"))
}

/// The file of a shared library that cargo says it has built.
fn library(artifact: &Value, name: &str) -> Option<PathBuf> {
    let files = artifact["filenames"].as_array()?.iter().filter_map(Value::as_str);
    let is_own = artifact["target"]["name"] == name;
    files.map(PathBuf::from).find(|file| is_own && file.to_string_lossy().ends_with(DLL_SUFFIX))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_library_is_told_from_other_files() {
        let library_file = format!("/target/debug/lib_native{DLL_SUFFIX}");
        let artifact = json!({ "target": { "name": "_native" }, "filenames": ["/target/debug/lib_native.rlib", library_file] });
        assert_eq!(library(&artifact, "_native"), Some(PathBuf::from(library_file)));
        assert_eq!(library(&artifact, "neuropod"), None);
    }
}
