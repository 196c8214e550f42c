//! Running an interpreter's pip.

use std::ffi::OsStr;
use std::fs;
use std::io;
use std::path::Path;
use std::process::{Command, Stdio};

use super::advice;
use crate::library::Interpreter;

/// What would move files elsewhere, ask for more or less, or start another Python. The variables that
/// say where distributions come from stay: users set them on purpose.
const REMOVED: [&str; 21] = [
    "PYTHONHOME",
    "PYTHONPATH",
    "PIP_TARGET",
    "PIP_PREFIX",
    "PIP_ROOT",
    "PIP_SRC",
    "PIP_PYTHON",
    "PIP_PLATFORM",
    "PIP_PYTHON_VERSION",
    "PIP_IMPLEMENTATION",
    "PIP_ABI",
    "PIP_REQUIREMENT",
    "PIP_REQUIREMENTS_FROM_SCRIPT",
    "PIP_EDITABLE",
    "PIP_GROUP",
    "PIP_NO_DEPS",
    "PIP_NO_DEPENDENCIES",
    "PIP_DRY_RUN",
    "PIP_REPORT",
    "PIP_QUIET",
    "PIP_VERBOSE",
];

/// The pip of an interpreter.
pub(super) struct Pip<'a> {
    python: &'a Interpreter,
    /// As if this process had them.
    variables: Variables<'a>,
}

/// Environment variables, with their values.
pub(super) type Variables<'a> = &'a [(&'a str, &'a OsStr)];

impl<'a> Pip<'a> {
    pub(super) fn new(python: &'a Interpreter, variables: Variables<'a>) -> Self {
        Self { python, variables }
    }

    /// Runs `pip install <arguments>` with `input`, which pip does not read. `folder` is an empty one for
    /// its temporary files. The error says what to do, and ends with pip's last lines.
    pub(super) fn install(
        &self,
        arguments: &[&OsStr],
        folder: &Path,
        input: impl Into<Stdio>,
    ) -> Result<(), String> {
        let mut command = self
            .command(folder)
            .map_err(|error| format!("the folder {} cannot be written to ({error})", folder.display()))?;
        let output = command
            .args(arguments)
            .stdin(input)
            .output()
            .map_err(|error| format!("{} does not start ({error})", self.python.executable.display()))?;
        if output.status.success() { Ok(()) } else { Err(advice::failure(self.python, &output)) }
    }

    fn command(&self, folder: &Path) -> io::Result<Command> {
        let (temporary, empty) = (folder.join("tmp"), folder.join("empty"));
        fs::create_dir(&temporary)?;
        fs::create_dir(&empty)?;
        let mut command = Command::new(&self.python.executable);
        command.envs(self.variables.iter().copied());
        for variable in REMOVED {
            command.env_remove(variable);
        }
        command
            .args(["-m", "pip", "install", "--no-input", "--disable-pip-version-check"])
            .args(["--no-color", "--progress-bar=off", "--no-warn-script-location"])
            // Set rather than removed: a pip.conf can ask for them too.
            .envs([("PIP_USER", "0"), ("PIP_REQUIRE_VIRTUALENV", "0")])
            // On the disk that has the room, and removed with the folder even if pip is killed.
            .env("TMPDIR", temporary)
            // Python would take a file in the current folder for a module of pip's, and pip for a wheel.
            .current_dir(empty);
        Ok(command)
    }
}
