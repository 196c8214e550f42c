//! Building what is installed.

use std::env::consts::DLL_SUFFIX;
use std::fs;
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

/// Builds a crate's example that is a library, as the tests do. The answer is the library.
///
/// # Errors
///
/// The build failed.
pub(crate) fn example(root: &Path, environment: &Environment, package: &str, name: &str) -> Result<PathBuf> {
    let process = cargo(root, environment, "build").args(["--package", package, "--example", name]);
    build(process, |artifact| library(artifact, name))
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

/// The library for C and C++.
pub(super) struct LibraryFiles {
    pub(super) shared: PathBuf,
    pub(super) archive: PathBuf,
    /// What a program that links the static one must link too: `-lpthread -ldl` for instance.
    pub(super) system_libraries: String,
}

/// Builds the library for C and C++.
pub(super) fn c_library(root: &Path, environment: &Environment, profile: Profile) -> Result<LibraryFiles> {
    // rustc writes what the static library needs into a file, as it says so only when it builds.
    let folder = root.join("target");
    fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
    let needs = folder.join(format!("native-static-libs-{profile:?}").to_lowercase());
    let told = format!("native-static-libs={}", needs.display());
    let process = cargo(root, environment, "rustc").args(["--package", C_LIBRARY, "--lib"]);
    let process = match profile {
        Profile::Tests => process.args(["--", "--print", &told]),
        Profile::Release => process.arg("--release").args(STRIP).args(["--print", &told]),
    };
    let [shared, archive] = build(process, |artifact| {
        let own = |end| library_that_ends(artifact, "neuropod", end);
        own(DLL_SUFFIX).zip(own(".a")).map(|(shared, archive)| [shared, archive])
    })?;
    let archive = match profile {
        Profile::Tests => archive,
        Profile::Release => without_debug_info(&archive)?,
    };
    let system_libraries = fs::read_to_string(&needs).with_context(|| {
        format!("cannot read {}: `cargo clean --package {C_LIBRARY}` makes it be written", needs.display())
    })?;
    Ok(LibraryFiles { shared, archive, system_libraries: system_libraries.trim().to_owned() })
}

/// A copy of a static library, from which `rustc` strips nothing: it is not linked.
fn without_debug_info(archive: &Path) -> Result<PathBuf> {
    let stripped = archive.with_extension("stripped.a");
    let process = Process::new("strip").args(["-S", "-o"]).arg(&stripped).arg(archive);
    process.stdout().context("`strip` is needed, which comes with the C compiler")?;
    Ok(stripped)
}

/// The crate of the library for C and C++.
pub(crate) const C_LIBRARY: &str = "neuropod-c";

/// What `cargo test` tests together: all but the command and the library for C, which every feature would link to
/// libtorch, and the Python package's module, which has no tests in Rust.
pub(crate) const TESTED: [&str; 8] = [
    "--workspace",
    "--all-features",
    "--exclude",
    "neuropod-cli",
    "--exclude",
    C_LIBRARY,
    "--exclude",
    PYTHON_MODULE,
];

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
fn build<Files>(process: Process, files: impl Fn(&Value) -> Option<Files>) -> Result<Files> {
    let line = process.line();
    let messages = process.shown_stdout()?;
    let artifacts = messages.lines().filter_map(|message| serde_json::from_str::<Value>(message).ok());
    let mut artifacts = artifacts.filter(|message| message["reason"] == "compiler-artifact");
    artifacts
        .find_map(|artifact| files(&artifact))
        .with_context(|| format!("cargo did not say what it built; to repeat it:\n  {line}"))
}

/// The file of a shared library that cargo says it has built.
fn library(artifact: &Value, name: &str) -> Option<PathBuf> {
    library_that_ends(artifact, name, DLL_SUFFIX)
}

/// The file of a library whose name ends like this.
fn library_that_ends(artifact: &Value, name: &str, end: &str) -> Option<PathBuf> {
    let mut files = artifact["filenames"].as_array()?.iter().filter_map(Value::as_str);
    let is_own = artifact["target"]["name"] == name;
    files.find(|file| is_own && file.ends_with(end)).map(PathBuf::from)
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
        assert_eq!(library_that_ends(&artifact, "_native", ".a"), None);
    }
}
