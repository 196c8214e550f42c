//! Tests that have a process to themselves.

use std::env;
use std::ffi::OsString;
use std::process::{Command, Output};
use std::time::{SystemTime, UNIX_EPOCH};

/// Names the test that a process was started for.
const ALONE: &str = "NEUROPOD_TEST_ALONE";

/// Runs a test's work in a process of its own that is to succeed and to end soon after, and returns what that
/// wrote. In that process, it does the work on the main thread and returns `None`: then the test's end is the end
/// of the program.
pub(crate) fn succeeds(
    test: &str,
    prepare: impl FnOnce(&mut Command),
    work: impl FnOnce(),
) -> Option<Output> {
    let (output, took) = runs(test, prepare, work)?;
    assert!(took < 1000, "the program ended {took} ms after its work");
    Some(output)
}

/// Like [`succeeds`], for a process that may take its time to end: gives the milliseconds as well.
pub(crate) fn runs(
    test: &str,
    prepare: impl FnOnce(&mut Command),
    work: impl FnOnce(),
) -> Option<(Output, u128)> {
    if env::var_os(ALONE).is_some() {
        work();
        println!("\nended at {}", now());
        return None;
    }
    let mut command = Command::new(env::current_exe().expect("this program has a path"));
    command.args(["--exact", test, "--nocapture", "--test-threads=1"]);
    prepare(&mut command);
    let output = command.env(ALONE, test).output().expect("this program can be started");
    let exited = now();
    assert!(output.status.success(), "{}: {}{}", output.status, text(&output.stdout), text(&output.stderr));
    let stdout = text(&output.stdout);
    assert!(stdout.contains("1 passed"), "the work was not done: {stdout}");
    let ended = stdout.lines().find_map(|line| line.strip_prefix("ended at ")?.parse().ok());
    let took = exited - ended.unwrap_or(0);
    Some((output, took))
}

/// Milliseconds since a time that both processes know.
fn now() -> u128 {
    SystemTime::now().duration_since(UNIX_EPOCH).expect("a time").as_millis()
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
