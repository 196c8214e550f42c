//! Tests that have a process to themselves.

use std::env;
use std::ffi::OsString;
use std::process::{Command, Output};

use crate::support::path;

/// Names the test that a process was started for.
const ALONE: &str = "NEUROPOD_TEST_ALONE";

/// Runs a test's work in a process of its own, and returns what that wrote and how it ended. In that
/// process, it does the work and returns `None`: then the test's end is the end of the program.
pub(crate) fn alone(test: &str, prepare: impl FnOnce(&mut Command), work: impl FnOnce()) -> Option<Output> {
    if env::var_os(ALONE).is_some() {
        work();
        return None;
    }
    path("Addition.pb"); // written now, with the environment that can do it
    let mut command = Command::new(env::current_exe().expect("this program has a path"));
    command.args(["--exact", test, "--nocapture", "--test-threads=1"]);
    prepare(&mut command);
    Some(command.env(ALONE, test).output().expect("this program can be started"))
}

/// Runs work that is to succeed.
pub(crate) fn succeeds(
    test: &str,
    prepare: impl FnOnce(&mut Command),
    work: impl FnOnce(),
) -> Option<Output> {
    let output = alone(test, prepare, work)?;
    assert!(output.status.success(), "{}: {}{}", output.status, text(&output.stdout), text(&output.stderr));
    assert!(text(&output.stdout).contains("1 passed"), "the work was not done: {}", text(&output.stdout));
    Some(output)
}

pub(crate) fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// An environment without any variable but these.
pub(crate) fn only(variables: impl FnOnce() -> Vec<(&'static str, OsString)>) -> impl FnOnce(&mut Command) {
    move |command| {
        command.env_clear().envs(variables());
    }
}

pub(crate) fn as_it_is(_: &mut Command) {}
