//! The steps of `cargo xtask test`.

mod cpp;
mod custom_backend;
mod framework_free;
mod install;
mod instructions;
mod metadata;
mod models;
mod packages;
mod python;
mod sanitizer;

use std::path::{Path, PathBuf};

use anyhow::Result;

use crate::environment::{Environment, without_frameworks};
use crate::install::{C_LIBRARY, TESTED, UNLINKED};
use crate::process::Process;

/// One step.
#[derive(Debug)]
pub(crate) struct Step {
    pub(crate) name: &'static str,
    pub(crate) about: &'static str,
    /// Whether it needs the frameworks or the data.
    pub(crate) needs_setup: bool,
    pub(crate) run: fn(&Workspace) -> Result<()>,
}

/// In the order in which they run: quick ones that often fail come first.
pub(crate) const STEPS: &[Step] = &[
    Step {
        name: "fmt",
        about: "every crate is formatted, and Cargo.lock is up to date",
        needs_setup: false,
        run: fmt,
    },
    Step {
        name: "clippy",
        about: "no warning in any target with every feature",
        needs_setup: true,
        run: clippy,
    },
    Step { name: "docs", about: "the documentation builds without a warning", needs_setup: true, run: docs },
    Step {
        name: "tests",
        about: "unit, property, conformance and documentation tests with every feature",
        needs_setup: true,
        run: tests,
    },
    Step {
        name: "install",
        about: "the installed command links no framework, finds its plugins and runs models with no variable set",
        needs_setup: true,
        run: install::run,
    },
    Step {
        name: "cpp",
        about: "the C and C++ bindings, built from an installation with g++ and clang++, under sanitizers and valgrind",
        needs_setup: true,
        run: cpp::run,
    },
    Step {
        name: "python",
        about: "the Python package's wheel has what it must have, and passes its tests where it is installed",
        needs_setup: true,
        run: python::run,
    },
    Step {
        name: "framework-free",
        about: "the default crates build with no framework in sight and depend on none",
        needs_setup: false,
        run: framework_free::run,
    },
    Step {
        name: "custom-backend",
        about: "the third-party example stands on neuropod-core alone and passes the conformance kit",
        needs_setup: false,
        run: custom_backend::run,
    },
    Step {
        name: "sanitizer",
        about: "tensors, plugins, and backends in the conformance kit under AddressSanitizer, which is shown to be on",
        needs_setup: true,
        run: sanitizer::run,
    },
    Step {
        name: "instructions",
        about: "calls take the instructions and allocations of the baseline, counted with callgrind",
        needs_setup: false,
        run: instructions::run,
    },
    Step {
        name: "package",
        about: "every crate packages, in publish-order.txt's order",
        needs_setup: true,
        run: packages::run,
    },
    Step { name: "fuzz", about: "the fuzz targets compile", needs_setup: false, run: fuzz },
];

/// Crates that stand outside the workspace.
const OUTSIDERS: [&str; 2] = ["examples/custom-backend", "fuzz"];

/// The checkout, and the environment when a step that runs needs one.
pub(crate) struct Workspace {
    root: PathBuf,
    environment: Option<Environment>,
}

impl Workspace {
    pub(crate) fn new(root: &Path, environment: Option<Environment>) -> Self {
        let root = root.to_path_buf();
        Self { root, environment }
    }

    /// `cargo <arguments>` at the root, with the frameworks when they are set up.
    fn cargo<'a>(&self, arguments: impl IntoIterator<Item = &'a str>) -> Process {
        let process = Process::cargo().args(arguments).current_dir(&self.root);
        match &self.environment {
            Some(environment) => process.inside(environment),
            None => process,
        }
    }

    /// `cargo <arguments>` at the root, as on a machine without any framework.
    fn bare_cargo<'a>(&self, arguments: impl IntoIterator<Item = &'a str>) -> Process {
        let process = Process::cargo().args(arguments).current_dir(&self.root);
        without_frameworks(&self.root, process)
    }

    /// The same for a crate that stands outside the workspace. What was built for that serves, as it is built alike.
    fn outsider_cargo<'a>(&self, arguments: impl IntoIterator<Item = &'a str>) -> Process {
        let process = self.bare_cargo(arguments).env("CARGO_TARGET_DIR", self.root.join("target"));
        process.env("CARGO_PROFILE_DEV_DEBUG", "line-tables-only")
    }
}

fn fmt(workspace: &Workspace) -> Result<()> {
    workspace.cargo(["fmt", "--all", "--check"]).run()?;
    for folder in OUTSIDERS {
        let manifest = format!("{folder}/Cargo.toml");
        workspace.cargo(["fmt", "--check", "--manifest-path", &manifest]).run()?;
    }
    let locked = ["metadata", "--locked", "--format-version=1"];
    workspace.cargo(locked).stdout().map(drop)
}

fn clippy(workspace: &Workspace) -> Result<()> {
    let arguments = ["clippy", "--workspace", "--all-targets", "--all-features"];
    workspace.cargo(arguments).args(["--", "-D", "warnings"]).env(UNLINKED.0, UNLINKED.1).run()
}

fn docs(workspace: &Workspace) -> Result<()> {
    workspace
        .cargo(["doc", "--workspace", "--no-deps", "--all-features"])
        .env("RUSTDOCFLAGS", "-D warnings")
        .env(UNLINKED.0, UNLINKED.1)
        .run()
}

fn tests(workspace: &Workspace) -> Result<()> {
    workspace.cargo(["test"]).args(TESTED).run()?;
    workspace.cargo(["test", "--package", "neuropod-cli"]).run()?;
    workspace.cargo(["test", "--package", C_LIBRARY]).run()
}

fn fuzz(workspace: &Workspace) -> Result<()> {
    let arguments = ["check", "--manifest-path", "fuzz/Cargo.toml"];
    workspace.outsider_cargo(arguments).run()
}
