//! A CMake project that is built and tested.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use super::Kit;
use crate::process::Process;
use crate::venv;

/// A compiler for C and one for C++. Each is a program and, after a `;`, its first argument.
pub(super) struct Compiler {
    c: OsString,
    cxx: OsString,
    flags: &'static str,
    variables: Vec<(&'static str, PathBuf)>,
}

impl Compiler {
    pub(super) fn new(c: impl Into<OsString>, cxx: impl Into<OsString>) -> Self {
        Compiler { c: c.into(), cxx: cxx.into(), flags: "", variables: Vec::new() }
    }

    /// Sets flags for the compilers of both languages.
    pub(super) fn flags(self, flags: &'static str) -> Self {
        Compiler { flags, ..self }
    }

    /// Sets a variable for the compiler.
    pub(super) fn variable(mut self, name: &'static str, value: PathBuf) -> Self {
        self.variables.push((name, value));
        self
    }
}

/// A project and how it is built.
pub(super) struct Project<'a> {
    kit: &'a Kit<'a>,
    source: PathBuf,
    folder: PathBuf,
    prefix: PathBuf,
    options: Vec<(&'static str, OsString)>,
    variables: Vec<(&'static str, OsString)>,
    /// No name stands for all.
    targets: Vec<&'static str>,
}

impl<'a> Project<'a> {
    /// The project in a folder of the checkout, and the name of this build of it.
    pub(super) fn new(kit: &'a Kit<'a>, source: &str, name: &str) -> Self {
        Project {
            kit,
            source: kit.workspace.root.join(source),
            folder: kit.folder.join(name),
            prefix: kit.prefix.clone(),
            options: Vec::new(),
            variables: Vec::new(),
            targets: Vec::new(),
        }
    }

    /// Finds Neuropod in another folder than that of the kit.
    pub(super) fn prefix(mut self, prefix: &Path) -> Self {
        prefix.clone_into(&mut self.prefix);
        self
    }

    pub(super) fn compiler(mut self, compiler: &Compiler) -> Self {
        self.options.push(("CMAKE_C_COMPILER", compiler.c.clone()));
        self.options.push(("CMAKE_CXX_COMPILER", compiler.cxx.clone()));
        self.options.push(("CMAKE_C_FLAGS", compiler.flags.into()));
        self.options.push(("CMAKE_CXX_FLAGS", compiler.flags.into()));
        self.variables.extend(compiler.variables.iter().map(|(name, value)| (*name, value.into())));
        self
    }

    /// Sets an option of CMake's.
    pub(super) fn option(mut self, name: &'static str, value: impl Into<OsString>) -> Self {
        self.options.push((name, value.into()));
        self
    }

    /// Sets a variable for the build and the tests.
    pub(super) fn variable(mut self, name: &'static str, value: impl Into<OsString>) -> Self {
        self.variables.push((name, value.into()));
        self
    }

    /// Builds one program alone. Its test has the same name.
    pub(super) fn target(mut self, target: &'static str) -> Self {
        self.targets.push(target);
        self
    }

    /// Configures, builds and runs the tests.
    pub(super) fn test(self) -> Result<()> {
        let folder = self.build()?;
        let ctest = self.tool("ctest").arg("--test-dir").arg(folder);
        let ctest = ctest.args(["--output-on-failure", "--parallel", "2", "--no-tests=error"]);
        let chosen =
            self.targets.iter().flat_map(|target| ["--tests-regex".to_owned(), format!("^{target}$")]);
        ctest.args(chosen).run()
    }

    /// Configures and builds. The answer is the folder with what is built.
    pub(super) fn build(&self) -> Result<PathBuf> {
        self.configure()?;
        let build = self.tool("cmake").arg("--build").arg(&self.folder);
        let targets = self.targets.iter().flat_map(|target| ["--target", target]);
        build.args(targets).run()?;
        Ok(self.folder.clone())
    }

    /// Another configuration starts from nothing: CMake keeps what is not said anew, the compiler above all.
    fn configure(&self) -> Result<()> {
        let process = self.tool("cmake").arg("-S").arg(&self.source).arg("-B").arg(&self.folder);
        let process = process.args(["-G", "Ninja", "-Wno-unused-cli"]);
        let ninja = venv::programs(&self.kit.environment.venv).join("ninja");
        let fixed = [
            ("CMAKE_MAKE_PROGRAM", ninja.into_os_string()),
            ("CMAKE_PREFIX_PATH", self.prefix.clone().into()),
            // The compiler is not to be silent about the headers, as it is about those of a system.
            ("CMAKE_NO_SYSTEM_FROM_IMPORTED", "ON".into()),
        ];
        let process = fixed.iter().chain(&self.options).fold(process, |process, (name, value)| {
            let mut argument = OsString::from(format!("-D{name}="));
            argument.push(value);
            process.arg(argument)
        });
        let line = process.line();
        let stamp = self.folder.join("configured-by");
        if self.folder.exists() && fs::read_to_string(&stamp).ok().as_ref() != Some(&line) {
            fs::remove_dir_all(&self.folder)
                .with_context(|| format!("cannot remove {}", self.folder.display()))?;
        }
        process.run()?;
        fs::write(&stamp, line).with_context(|| format!("cannot write {}", stamp.display()))
    }

    /// A program of CMake's, with the variables.
    fn tool(&self, name: &str) -> Process {
        let program = venv::programs(&self.kit.environment.venv).join(name);
        let process = self.kit.program(&program);
        self.variables.iter().fold(process, |process, (name, value)| process.env(name, value))
    }
}
