//! Threads that share a model, under ThreadSanitizer: the library, the fake backend and the programs in C and C++ are all
//! built with it. Frameworks cannot be, and it takes what they do for races.

use std::env::consts::{DLL_PREFIX, DLL_SUFFIX};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};

use super::project::Project;
use super::{C_TESTS, CPP_TESTS, Kit, fixtures};
use crate::install::{C_LIBRARY, install_library};
use crate::process::Process;

/// Rust's standard library comes without it, so that a lock that a thread had to wait for goes unseen. Debug builds of
/// the library have a lock that every call takes: it would cause false reports, and hide true ones from one another.
const FLAGS: &str = "-Zsanitizer=thread -Cunsafe-allow-abi-mismatch=sanitizer -Cdebug-assertions=off";

/// The program in C, and the report that it causes on demand.
const PROGRAM: &str = "threads";
const REPORT: &str = "WARNING: ThreadSanitizer: data race";

/// The program in C++.
const CPP_PROGRAM: &str = "threads_test";

pub(super) fn run(kit: &Kit<'_>) -> Result<()> {
    let built = build_library(kit)?;
    let prefix = kit.folder.join("thread-sanitizer/prefix");
    let library = |name: &str| built.join(name);
    let shared = library(&format!("{DLL_PREFIX}neuropod{DLL_SUFFIX}"));
    install_library(&kit.workspace.root, &prefix, shared, library("libneuropod.a"))?;
    let plugins = kit.folder.join("thread-sanitizer/plugins");
    let plugin = format!("examples/{DLL_PREFIX}{}{DLL_SUFFIX}", fixtures::PLUGIN);
    fixtures::put_plugin(&plugins, &library(&plugin))?;

    let compiler = kit.zig("-mcpu=baseline -fsanitize=thread")?;
    let build = |source, name| {
        let project = Project::new(kit, source, name).prefix(&prefix).compiler(&compiler);
        project.option("CMAKE_BUILD_TYPE", "Debug")
    };
    let c = build(C_TESTS, "thread-sanitizer/c").target(PROGRAM).build()?;
    let cpp = build(CPP_TESTS, "thread-sanitizer/cpp").target(CPP_PROGRAM).build()?;
    let program = |file: PathBuf| kit.program(&file).env("NEUROPOD_PLUGIN_PATH", &plugins);
    shows_a_race(program(c.join(PROGRAM)).arg("race"))?;
    program(c.join(PROGRAM)).run()?;
    program(cpp.join(CPP_PROGRAM)).run()
}

/// A sanitizer that is silently off passes every test: make sure that this one finds what is there, in the library.
fn shows_a_race(program: Process) -> Result<()> {
    let line = program.line();
    let finished = program.finish()?;
    let found = finished.stderr.contains(REPORT) && finished.stderr.contains("NP_TensorsEqual");
    ensure!(
        !finished.status.success() && found,
        "the sanitizer missed a race of the library's:\n{}\n  {line}",
        finished.stderr.trim_end()
    );
    eprintln!("the sanitizer is on: it found the race that was put there for it");
    Ok(())
}

/// Builds the library and the fake backend. The answer is the folder that has them.
fn build_library(kit: &Kit<'_>) -> Result<PathBuf> {
    let version = Process::new("rustc").arg("-vV").stdout()?;
    let host = crate::steps::sanitizer::host(&version).context("`rustc -vV` names no host")?;
    let target = Path::new("target/sanitizer/thread");
    kit.workspace
        .cargo(["build", "--target", host, "--package", C_LIBRARY, "--package", "neuropod"])
        .args(["--lib", "--example", fixtures::PLUGIN])
        .env("RUSTC_BOOTSTRAP", "1")
        .env("RUSTFLAGS", FLAGS)
        .env("CARGO_TARGET_DIR", target)
        .run()?;
    Ok(kit.workspace.root.join(target).join(host).join("debug"))
}
