//! Child processes that can say how to repeat them by hand.

use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Command, ExitStatus, Stdio};

use anyhow::{Context, Result, bail};

use crate::environment::Environment;

/// A command under construction.
pub(crate) struct Process {
    command: Command,
    /// What stands before the program when the command is shown.
    prefix: String,
    assignments: Vec<String>,
}

/// A finished process whose output was caught.
pub(crate) struct Finished {
    pub(crate) status: ExitStatus,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Process {
    pub(crate) fn new(program: impl AsRef<OsStr>) -> Self {
        Self { command: Command::new(program), prefix: String::new(), assignments: Vec::new() }
    }

    /// The cargo that runs this program.
    pub(crate) fn cargo() -> Self {
        Self::new(std::env::var_os("CARGO").unwrap_or_else(|| OsString::from("cargo")))
    }

    pub(crate) fn arg(mut self, argument: impl AsRef<OsStr>) -> Self {
        self.command.arg(argument);
        self
    }

    pub(crate) fn args(mut self, arguments: impl IntoIterator<Item = impl AsRef<OsStr>>) -> Self {
        self.command.args(arguments);
        self
    }

    pub(crate) fn current_dir(mut self, folder: &Path) -> Self {
        self.command.current_dir(folder);
        self
    }

    /// Sets a variable that is shown with the command, because repeating it needs it.
    pub(crate) fn env(mut self, name: &str, value: impl AsRef<OsStr>) -> Self {
        self.command.env(name, &value);
        let value = quoted(value.as_ref());
        self.assignments.push(format!("{name}={value}"));
        self
    }

    /// Sets or removes a variable that `cargo xtask exec` sets or removes too.
    pub(crate) fn hidden_env(mut self, name: &str, value: Option<&OsStr>) -> Self {
        match value {
            Some(value) => self.command.env(name, value),
            None => self.command.env_remove(name),
        };
        self
    }

    /// Runs inside the prepared Python environment.
    pub(crate) fn inside(self, environment: &Environment) -> Self {
        let mut process = environment.apply(self);
        process.prefix = "cargo xtask exec -- ".to_string();
        process
    }

    /// The command line, ready to be pasted into a shell.
    pub(crate) fn line(&self) -> String {
        let program = Path::new(self.command.get_program());
        // A rustup toolchain's full path says no more than `cargo`.
        let program = match program.file_name() {
            Some(name) if name == "cargo" => quoted(name),
            _ => quoted(program.as_os_str()),
        };
        let mut words = Vec::new();
        if !self.assignments.is_empty() {
            words.push("env".to_string());
            words.extend(self.assignments.iter().cloned());
        }
        words.push(program);
        words.extend(self.command.get_args().map(quoted));
        format!("{}{}", self.prefix, words.join(" "))
    }

    /// Runs with this program's own output; a failure is an error that shows the command.
    pub(crate) fn run(self) -> Result<()> {
        let line = self.line();
        let status = self.status()?;
        if !status.success() {
            bail!("{status}; to repeat it:\n  {line}");
        }
        Ok(())
    }

    /// Runs with this program's own output.
    pub(crate) fn status(mut self) -> Result<ExitStatus> {
        let line = self.line();
        self.command.status().with_context(|| format!("cannot start `{line}`"))
    }

    /// Runs with an empty input and catches both outputs, whatever the exit status.
    pub(crate) fn finish(mut self) -> Result<Finished> {
        let line = self.line();
        let output =
            self.command.stdin(Stdio::null()).output().with_context(|| format!("cannot start `{line}`"))?;
        Ok(Finished {
            status: output.status,
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        })
    }

    /// Runs, and returns what was printed; a failure is an error with what went to stderr.
    pub(crate) fn stdout(self) -> Result<String> {
        let line = self.line();
        let finished = self.finish()?;
        if !finished.status.success() {
            let (status, stderr) = (finished.status, finished.stderr.trim_end());
            bail!("{status}; to repeat it:\n  {line}\n{stderr}");
        }
        Ok(finished.stdout)
    }

    /// Runs, shows what goes to stderr, and returns what was printed.
    pub(crate) fn shown_stdout(mut self) -> Result<String> {
        let line = self.line();
        self.command.stdin(Stdio::null()).stderr(Stdio::inherit());
        let output = self.command.output().with_context(|| format!("cannot start `{line}`"))?;
        if !output.status.success() {
            bail!("{}; to repeat it:\n  {line}", output.status);
        }
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    }

    /// Runs with an empty input and shows what `progress` makes of each line, while everything goes
    /// to `log`.
    pub(crate) fn logged(mut self, log: &Path, progress: fn(&str) -> Option<String>) -> Result<ExitStatus> {
        let line = self.line();
        let mut file = File::create(log).with_context(|| format!("cannot write {}", log.display()))?;
        let complaints = file.try_clone().with_context(|| format!("cannot write {}", log.display()))?;
        let mut child = self
            .command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(complaints)
            .spawn()
            .with_context(|| format!("cannot start `{line}`"))?;
        for line in BufReader::new(child.stdout.take().context("a piped stdout")?).split(b'\n') {
            let line = String::from_utf8_lossy(&line?).into_owned();
            writeln!(file, "{line}").with_context(|| format!("cannot write {}", log.display()))?;
            if let Some(news) = progress(line.trim()) {
                eprintln!("    {news}");
            }
        }
        child.wait().with_context(|| format!("cannot wait for `{line}`"))
    }
}

/// A word as a POSIX shell reads it back.
fn quoted(word: &OsStr) -> String {
    let word = word.to_string_lossy();
    let plain = |character: char| character.is_ascii_alphanumeric() || "-_=./:,+@%".contains(character);
    if !word.is_empty() && word.chars().all(plain) {
        return word.into_owned();
    }
    format!("'{}'", word.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_shows_the_command_that_repeats_it() {
        let failure = Process::new("sh").args(["-c", "exit 3"]).env("FLAGS", "-D warnings").run();
        let message = failure.unwrap_err().to_string();
        assert!(message.contains("exit status: 3"), "{message}");
        assert!(message.ends_with("env FLAGS='-D warnings' sh -c 'exit 3'"), "{message}");
    }

    #[test]
    fn a_program_that_is_not_there_is_named() {
        let message = Process::new("no-such-program").run().unwrap_err().to_string();
        assert_eq!(message, "cannot start `no-such-program`");
    }

    #[test]
    fn both_outputs_are_logged_whole() {
        let folder = tempfile::tempdir().unwrap();
        let log = folder.path().join("log");
        // More than a pipe holds.
        let script = "echo first; head -c 300000 /dev/zero | tr '\\0' x >&2; echo last; exit 3";
        let status = Process::new("sh").args(["-c", script]).logged(&log, |_| None).unwrap();
        assert_eq!(status.code(), Some(3));
        let logged = std::fs::read_to_string(&log).unwrap();
        assert!(logged.contains("first\n") && logged.contains("last\n"));
        assert_eq!(logged.matches('x').count(), 300_000);
    }

    #[test]
    fn quotes_survive_a_shell() {
        assert_eq!(quoted(OsStr::new("plain-1.0")), "plain-1.0");
        assert_eq!(quoted(OsStr::new("it's")), r"'it'\''s'");
        assert_eq!(quoted(OsStr::new("")), "''");
    }
}
