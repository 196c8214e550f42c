//! What pkg-config says serves a compiler, for the shared library and the static one.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};

use super::{C_TESTS, Kit};
use crate::process::Process;

/// The program that is compiled.
const SOURCE: &str = "smoke.c";

pub(super) fn run(kit: &Kit<'_>) -> Result<()> {
    let shared = compile(kit, "smoke-shared", &[])?;
    let archive = compile_static(kit, "smoke-static")?;
    [shared, archive].iter().try_for_each(|program| {
        let ran = kit.program(program).run();
        ran.context("it was compiled with what lib/pkgconfig/neuropod.pc says")
    })
}

/// Compiles the program with the shared library, and with flags of the caller's. The answer is its file.
pub(super) fn compile(kit: &Kit<'_>, name: &str, flags: &[&str]) -> Result<PathBuf> {
    let told = told(&kit.prefix, &["--cflags", "--libs"])?;
    let path = format!("-Wl,-rpath,{}", kit.prefix.join("lib").display());
    gcc(kit, name, told.iter().map(String::as_str).chain([&*path]).chain(flags.iter().copied()))
}

/// Compiles the program with the static library.
fn compile_static(kit: &Kit<'_>, name: &str) -> Result<PathBuf> {
    let told = told(&kit.prefix, &["--static", "--cflags", "--libs"])?;
    ensure!(told.iter().any(|flag| flag == "-lneuropod"), "pkg-config names no library: {told:?}");
    // Beside the shared library, a linker takes the static one if it is named by its file.
    let flags = told.iter().map(|flag| if flag == "-lneuropod" { "-l:libneuropod.a" } else { flag });
    gcc(kit, name, flags)
}

/// What pkg-config says of the installation.
fn told(prefix: &Path, options: &[&str]) -> Result<Vec<String>> {
    let process = Process::new("pkg-config").args(options).arg("neuropod");
    let told = process.env("PKG_CONFIG_PATH", prefix.join("lib/pkgconfig")).stdout()?;
    Ok(told.split_whitespace().map(str::to_owned).collect())
}

fn gcc<'a>(kit: &Kit<'_>, name: &str, flags: impl Iterator<Item = &'a str>) -> Result<PathBuf> {
    let program = kit.folder.join(name);
    let source = kit.workspace.root.join(C_TESTS).join(SOURCE);
    Process::new("gcc").args(["-std=c11", "-o"]).arg(&program).arg(source).args(flags).run()?;
    Ok(program)
}
