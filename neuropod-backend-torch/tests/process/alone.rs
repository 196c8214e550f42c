//! Tests that have a process to themselves.

use std::env;
use std::process::Command;

/// Names the test that a process was started for.
const ALONE: &str = "NEUROPOD_TEST_ALONE";

/// Runs a test's work in a process of its own, where it must succeed.
pub(crate) fn succeeds(test: &str, work: impl FnOnce()) {
    if env::var_os(ALONE).is_some() {
        return work();
    }
    let mut command = Command::new(env::current_exe().expect("this program has a path"));
    command.args(["--exact", test, "--nocapture", "--test-threads=1"]).env(ALONE, test);
    let output = command.output().expect("this program can be started");
    let [stdout, stderr] = [&output.stdout, &output.stderr].map(|bytes| String::from_utf8_lossy(bytes));
    assert!(output.status.success(), "{}: {stdout}{stderr}", output.status);
    assert!(stdout.contains("1 passed"), "the work was not done: {stdout}");
}
