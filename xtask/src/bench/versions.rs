//! The versions of what is measured.

use std::path::Path;

use anyhow::{Context, Result};

use crate::environment::Environment;
use crate::process::Process;

/// Reads the versions without importing anything large.
const PACKAGES: &str = "\
import importlib.metadata, platform
print('Python', platform.python_version())
for name, package in (('PyTorch', 'torch'), ('TensorFlow', 'tensorflow-cpu'), ('NumPy', 'numpy')):
    try:
        print(name, importlib.metadata.version(package))
    except importlib.metadata.PackageNotFoundError:
        print(name, importlib.metadata.version(package.removesuffix('-cpu')))
";

/// Names and versions: of the project, the frameworks and the compilers.
///
/// # Errors
///
/// If one of them does not tell its version.
pub(super) fn all(root: &Path, environment: &Environment) -> Result<Vec<(String, String)>> {
    let mut versions = vec![("Neuropod".to_owned(), neuropod(root))];
    let packages = Process::new(environment.python()).args(["-c", PACKAGES]).inside(environment).stdout()?;
    versions.extend(packages.lines().filter_map(pair));
    let rustc = Process::new("rustc").arg("--version").stdout().context("rustc must tell its version")?;
    versions.extend(pair(&rustc).map(|(name, rest)| (name, first_word(&rest))));
    let gcc = Process::new("g++").arg("-dumpfullversion").stdout().context("g++ must tell its version")?;
    versions.push(("GCC".to_owned(), gcc.trim().to_owned()));
    Ok(versions)
}

/// The version, and the revision if the checkout has one.
fn neuropod(root: &Path) -> String {
    let describe = ["rev-parse", "--short", "HEAD"];
    let revision = Process::new("git").args(describe).current_dir(root).stdout();
    let version = env!("CARGO_PKG_VERSION");
    revision.map_or(version.to_owned(), |revision| format!("{version} ({})", revision.trim()))
}

fn pair(line: &str) -> Option<(String, String)> {
    line.trim().split_once(' ').map(|(name, version)| (name.to_owned(), version.to_owned()))
}

fn first_word(text: &str) -> String {
    text.split(' ').next().unwrap_or_default().to_owned()
}
