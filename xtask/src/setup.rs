//! `cargo xtask setup`: a Python environment with the pinned frameworks, and the data.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::Result;

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
    forget_other_libtorch(root, &venv)?;
    eprintln!("  ready in {}\n", readable(started.elapsed()));
    Environment::new(venv, data)
}

/// torch-sys keeps to the libtorch that it was first built against: it watches no variable that
/// changes with the environment, so cargo never builds it anew by itself.
fn forget_other_libtorch(root: &Path, venv: &Path) -> Result<()> {
    let target = env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), PathBuf::from);
    for (profile, folder) in [("dev", "debug"), ("release", "release")] {
        if uses_other_libtorch(&target.join(folder).join("build"), venv) {
            eprintln!("  torch-sys ({profile}) was built against another libtorch: building it anew");
            let clean = ["clean", "--quiet", "--package=torch-sys", "--profile", profile];
            Process::cargo().args(clean).current_dir(root).run()?;
        }
    }
    Ok(())
}

/// Whether a build script of torch-sys found its libtorch outside `venv`.
fn uses_other_libtorch(builds: &Path, venv: &Path) -> bool {
    let builds = fs::read_dir(builds).into_iter().flatten().flatten();
    let ours = builds.filter(|build| build.file_name().to_string_lossy().starts_with("torch-sys-"));
    let outputs = ours.filter_map(|build| fs::read_to_string(build.path().join("output")).ok());
    outputs.into_iter().any(|output| {
        let folders = output.lines().filter_map(|line| line.strip_prefix("cargo:libtorch_lib="));
        folders.into_iter().any(|folder| !Path::new(folder).starts_with(venv))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_build_against_another_libtorch_is_noticed() {
        let builds = tempfile::tempdir().unwrap();
        let venv = Path::new("/cache/venvs/1");
        assert!(!uses_other_libtorch(&builds.path().join("none"), venv));
        // Cargo keeps a folder without an output for the build script itself.
        fs::create_dir(builds.path().join("torch-sys-1")).unwrap();
        let folder = builds.path().join("torch-sys-2");
        fs::create_dir(&folder).unwrap();
        for (libtorch, expected) in [("/cache/venvs/1/lib", false), ("/opt/libtorch", true)] {
            let output = format!("cargo:rerun-if-changed=x\ncargo:libtorch_lib={libtorch}\n");
            fs::write(folder.join("output"), output).unwrap();
            assert_eq!(uses_other_libtorch(builds.path(), venv), expected, "{libtorch}");
        }
    }
}
