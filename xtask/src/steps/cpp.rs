//! The bindings for C and C++, as their user has them: built by CMake and pkg-config from an installation, with the
//! compilers and standard libraries that there are, under sanitizers and valgrind.

mod fixtures;
mod leaks;
mod pkg_config;
mod project;
mod races;
mod snippets;

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::{Context, Result, bail};

use self::fixtures::Fixtures;
use self::project::{Compiler, Project};
use super::Workspace;
use crate::duration::readable;
use crate::environment::{Environment, without_frameworks};
use crate::install::{Profile, files_below, headers, install};
use crate::process::Process;
use crate::{cache, venv};

/// The tests of the C API.
const C_TESTS: &str = "bindings/c/tests/c";

/// The tests of the C++ API.
const CPP_TESTS: &str = "bindings/c/tests/cpp";

/// The example project, which stands outside as a user's would.
const EXAMPLE: &str = "examples/cpp";

/// Errors and leaks fail the program.
const VALGRIND: [&str; 6] = [
    "valgrind",
    "--quiet",
    "--error-exitcode=1",
    "--leak-check=full",
    // What a library keeps for the life of the process is no leak.
    "--show-leak-kinds=definite,indirect",
    "--errors-for-leak-kinds=definite,indirect",
];

/// The option of the C++ tests for the folder of Eigen's headers. They take the longest of all to compile.
const EIGEN: &str = "NEUROPOD_EIGEN_INCLUDE";

const SANITIZERS: &str = "-fsanitize=address,undefined -fno-sanitize-recover=all";

/// What the parts of the step share.
struct Kit<'a> {
    workspace: &'a Workspace,
    environment: &'a Environment,
    /// What is built is kept from run to run.
    folder: PathBuf,
    /// The installation.
    prefix: PathBuf,
    fixtures: Fixtures,
}

pub(crate) fn run(workspace: &Workspace) -> Result<()> {
    check_programs()?;
    let environment = workspace.environment.as_ref().context("the step needs the frameworks")?;
    let folder = workspace.root.join("target/cpp");
    let prefix = folder.join("prefix");
    timed("the installation", || install_again(workspace, environment, &prefix))?;
    let make = || Fixtures::make(workspace, environment, &prefix, &folder);
    let fixtures = timed("the packages of the tests", make)?;
    let kit = Kit { workspace, environment, folder, prefix, fixtures };

    timed("C, under valgrind", || valgrind(&kit))?;
    timed("C, with pkg-config", || pkg_config::run(&kit))?;
    timed("a leak is found", || leaks::are_found(&kit))?;
    timed("C and C++, under ThreadSanitizer", || races::run(&kit))?;
    timed("C++20 and later, with clang and libc++", || with_clang(&kit))?;
    timed("C++17, with GCC, under AddressSanitizer and UndefinedBehaviorSanitizer", || with_gcc(&kit))?;
    timed("the programs of the guides", || snippets::run(&kit))?;
    timed("the example", || example(&kit))
}

/// Says how long a part took.
fn timed<T>(part: &str, run: impl FnOnce() -> Result<T>) -> Result<T> {
    let started = Instant::now();
    let result = run().with_context(|| part.to_owned())?;
    eprintln!("{part}: {}\n", readable(started.elapsed()));
    Ok(result)
}

/// The programs that no wheel holds are there.
fn check_programs() -> Result<()> {
    let missing = |program: &&&str| {
        let finished = Process::new(program).arg("--version").finish();
        !finished.is_ok_and(|finished| finished.status.success())
    };
    let programs: Vec<_> = ["gcc", "g++", "valgrind", "pkg-config"].iter().filter(missing).copied().collect();
    if programs.is_empty() {
        return Ok(());
    }
    bail!(
        "the step needs {}, which cannot be started. To install all that it needs:\n  \
         Debian, Ubuntu: apt install g++ valgrind pkg-config\n  \
         Fedora: dnf install gcc-c++ libasan libubsan valgrind pkgconf-pkg-config",
        programs.join(", ")
    )
}

/// Installs what the tests have built. Files that are the same stay, so that no test is built anew for them.
fn install_again(workspace: &Workspace, environment: &Environment, prefix: &Path) -> Result<()> {
    let include = prefix.join("include");
    if include.exists() {
        // A header that is no more must not be found.
        let known = headers(&workspace.root)?;
        for header in files_below(&include)?.into_iter().filter(|header| !known.contains(header)) {
            let path = include.join(header);
            fs::remove_file(&path).with_context(|| format!("cannot remove {}", path.display()))?;
        }
    }
    install(&workspace.root, environment, prefix, Profile::Tests)
}

/// The C API under valgrind.
fn valgrind(kit: &Kit<'_>) -> Result<()> {
    Project::new(kit, C_TESTS, "c")
        .compiler(&Compiler::new("gcc", "g++"))
        .option("CMAKE_BUILD_TYPE", "Debug")
        .option("CMAKE_TEST_LAUNCHER", VALGRIND.join(";"))
        .variable("NEUROPOD_TEST_DEBUG_LIBRARY", "1")
        .test()
}

/// A build of the C++ tests.
fn cpp_tests<'a>(kit: &'a Kit<'a>, name: &str) -> Project<'a> {
    Project::new(kit, CPP_TESTS, name)
}

fn with_clang(kit: &Kit<'_>) -> Result<()> {
    let clang = kit.zig("-mcpu=baseline")?;
    let project = cpp_tests(kit, "clang").compiler(&clang);
    project.option("CMAKE_CXX_STANDARD", "20").option(EIGEN, kit.eigen()?).test()?;
    let newest = cpp_tests(kit, "clang-23").compiler(&clang).option("CMAKE_CXX_STANDARD", "23");
    newest.target("cpp23_test").test()
}

/// Without the sanitizers, GCC builds the programs of the guides and the example.
fn with_gcc(kit: &Kit<'_>) -> Result<()> {
    let (name, value) = leaks::options(kit);
    cpp_tests(kit, "gcc")
        .compiler(&Compiler::new("gcc", "g++").flags(SANITIZERS))
        .option("CMAKE_CXX_STANDARD", "17")
        .option("CMAKE_BUILD_TYPE", "Debug")
        .variable(name, value)
        .variable("UBSAN_OPTIONS", "print_stacktrace=1")
        .test()
}

/// The example project builds and runs, and its shortest program with the package of every platform.
fn example(kit: &Kit<'_>) -> Result<()> {
    let project = |platform: &str| {
        let package = kit.fixtures.packages.join(format!("addition-{platform}.neuropod"));
        let project = Project::new(kit, EXAMPLE, &format!("example/{platform}"));
        project.compiler(&Compiler::new("gcc", "g++")).option("ADDITION_MODEL_PATH", package)
    };
    project("torchscript").test()?;
    ["tensorflow", "python"].iter().try_for_each(|platform| project(platform).target("addition").test())
}

impl Kit<'_> {
    /// The headers of Eigen that come with TensorFlow.
    fn eigen(&self) -> Result<PathBuf> {
        Ok(venv::site_packages(&venv::programs(&self.environment.venv))?.join("tensorflow/include"))
    }

    /// The clang and the libc++ of Zig's wheel.
    ///
    /// It compiles for the processor that it runs on unless told otherwise, with which headers of others may not reckon.
    fn zig(&self, flags: &'static str) -> Result<Compiler> {
        let zig = venv::programs(&self.environment.venv).join("python-zig");
        let zig = zig.display();
        Ok(Compiler::new(format!("{zig};cc"), format!("{zig};c++"))
            .flags(flags)
            // The standard library is built once for all checkouts.
            .variable("ZIG_GLOBAL_CACHE_DIR", cache::root()?.join("zig"))
            .variable("ZIG_LOCAL_CACHE_DIR", self.folder.join("zig")))
    }

    /// A program that sees no framework but those that the plugins find, and that finds the tests' packages.
    fn program(&self, program: &Path) -> Process {
        without_frameworks(&self.workspace.root, Process::new(program))
            .env("NEUROPOD_TEST_PACKAGES", &self.fixtures.packages)
            .env("NEUROPOD_PLUGIN_PATH", &self.fixtures.plugins)
    }
}
