//! The benchmarks in C++ and Python, which use what their users have: an installation, and the wheel.

use std::path::{Path, PathBuf};

use anyhow::Result;

use crate::environment::Environment;
use crate::install::{Profile, install};
use crate::process::Process;
use crate::venv;
use crate::wheel::{self, PACKAGE, Venv};

/// The project of the benchmarks in C++.
const CPP: &str = "bindings/c/benchmarks";

/// The benchmarks in Python, below the package's folder.
const OVERHEAD: &str = "benchmarks/overhead.py";

/// TensorFlow prints what it finds in the processor otherwise.
const ERRORS_ALONE: (&str, &str) = ("TF_CPP_MIN_LOG_LEVEL", "3");

/// The benchmarks in C++, a program for each backend.
pub(super) struct Cpp<'a> {
    environment: &'a Environment,
    folder: PathBuf,
}

/// The benchmarks in Python, and an environment with the wheel.
pub(super) struct Python<'a> {
    venv: Venv<'a>,
    script: PathBuf,
}

/// Installs the library for C++ below a folder, and builds the benchmarks against it. What has not changed is not built
/// again.
///
/// # Errors
///
/// The installation failed, or the benchmarks cannot be built.
pub(super) fn cpp<'a>(root: &Path, environment: &'a Environment, folder: &Path) -> Result<Cpp<'a>> {
    let prefix = folder.join("prefix");
    install(root, environment, &prefix, Profile::Release)?;

    let folder = folder.join("cpp");
    let programs = venv::programs(&environment.venv);
    let packages = venv::site_packages(&programs)?;
    let tool = || Process::new(programs.join("cmake")).inside(environment);
    let setting = |name: &str, value: &Path| format!("-D{name}={}", value.display());
    tool()
        .args(["-G", "Ninja", "-S"])
        .arg(root.join(CPP))
        .arg("-B")
        .arg(&folder)
        .arg(setting("CMAKE_MAKE_PROGRAM", &programs.join("ninja")))
        .arg(setting("CMAKE_PREFIX_PATH", &prefix))
        // After an update of the frameworks they are in another environment, and CMake keeps what it is not told anew.
        .arg(setting("Python_EXECUTABLE", &environment.python()))
        .arg(setting("TORCH", &packages.join("torch")))
        .arg(setting("TENSORFLOW", &packages.join("tensorflow")))
        .arg("-DCMAKE_CXX_COMPILER=g++")
        .run()?;
    tool().arg("--build").arg(&folder).run()?;
    Ok(Cpp { environment, folder })
}

/// Builds the wheel, and installs it into an environment below a folder.
///
/// # Errors
///
/// The wheel cannot be built or installed.
pub(super) fn python<'a>(root: &Path, environment: &'a Environment, folder: &Path) -> Result<Python<'a>> {
    let folder = folder.join("python");
    let wheel = wheel::build(root, environment, &folder.join("wheel"), Profile::Release)?;
    let venv = Venv::make(environment, &folder.join("environment"), &wheel, None)?;
    Ok(Python { venv, script: root.join(PACKAGE).join(OVERHEAD) })
}

impl Cpp<'_> {
    /// Measures a backend with the models in a folder.
    ///
    /// # Errors
    ///
    /// The program failed.
    pub(super) fn run(&self, backend: &str, models: &Path, variables: &[(&str, String)]) -> Result<()> {
        let program = Process::new(self.folder.join(format!("overhead_{backend}"))).arg(models);
        // What is measured is what is installed.
        let program = program.inside(self.environment).hidden_env("NEUROPOD_PLUGIN_PATH", None);
        with(program, variables).run()
    }
}

impl Python<'_> {
    /// Measures a backend with the models in a folder.
    ///
    /// # Errors
    ///
    /// The program failed.
    pub(super) fn run(&self, backend: &str, models: &Path, variables: &[(&str, String)]) -> Result<()> {
        let program = self.venv.python(&[]).arg(&self.script).arg(backend).arg(models);
        with(program.hidden_env("NEUROPOD_PLUGIN_PATH", None), variables).run()
    }
}

fn with(program: Process, variables: &[(&str, String)]) -> Process {
    let program = program.env(ERRORS_ALONE.0, ERRORS_ALONE.1);
    variables.iter().fold(program, |program, (name, value)| program.env(name, value))
}
