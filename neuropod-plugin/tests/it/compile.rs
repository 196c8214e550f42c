//! Compiles plugins that are written in C and C++, as their authors would.

use std::env::consts::{DLL_PREFIX, DLL_SUFFIX};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

use tempfile::TempDir;

/// The libraries stay until the process ends, as what is loaded does.
static FOLDER: LazyLock<TempDir> = LazyLock::new(|| tempfile::tempdir().unwrap());

/// Compiles a file of this crate into a shared library of that name.
pub(crate) fn library(source: &str, name: &str, flags: &[&str]) -> PathBuf {
    let crate_folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    let is_cpp = source.ends_with(".cpp");
    let library = FOLDER.path().join(format!("{DLL_PREFIX}{name}{DLL_SUFFIX}"));
    let mut command = compiler(is_cpp);
    command
        .arg(if is_cpp { "-std=c++17" } else { "-std=c11" })
        .args(["-Wall", "-Wextra", "-Werror", "-O1", "-shared", "-fPIC"])
        .args(flags)
        .arg("-I")
        .arg(crate_folder.join("include"))
        .arg(crate_folder.join(source))
        .arg("-o")
        .arg(&library);
    let output = command.output().unwrap();
    assert!(output.status.success(), "{source} {flags:?}: {}", String::from_utf8_lossy(&output.stderr));
    library
}

/// The system's compiler, as `cc` finds it for build scripts.
fn compiler(is_cpp: bool) -> Command {
    let target = format!("{}-unknown-linux-gnu", std::env::consts::ARCH);
    let mut build = cc::Build::new();
    build.cpp(is_cpp).target(&target).host(&target).opt_level(0).cargo_metadata(false).no_default_flags(true);
    build.get_compiler().to_command()
}
