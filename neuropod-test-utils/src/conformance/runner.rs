//! Runs cases and reports.

use std::any::Any;
use std::fmt;
use std::io::{self, Write};
use std::sync::Arc;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

use neuropod_core::Backend;

use super::{CASES, Case, CaseResult, Fixtures, Stop};

/// How long a case may take. The slowest need seconds on a loaded machine; only a hang needs this.
const TIMEOUT: Duration = Duration::from_secs(120);

/// Runs every case, and prints a line for each to standard error: `ok`, `skipped` with the reason,
/// or `FAILED` with what was found. The lines appear in the output of `cargo test` as well.
///
/// A panic of the backend, or a call that does not return within two minutes, fails its case; the
/// others run. Call [`Report::assert`] on the result.
pub fn run(backend: Arc<dyn Backend>, fixtures: Arc<dyn Fixtures>) -> Report {
    let info = backend.info();
    print(&format!("conformance of {info}\n"));
    let mut report = Report { backend: info.to_string(), cases: Vec::with_capacity(CASES.len()) };
    for case in CASES {
        print(&format!("  {} ... ", case.name));
        let start = Instant::now();
        let result = run_case(case, Arc::clone(&backend), Arc::clone(&fixtures), TIMEOUT);
        let done = CaseReport { name: case.name, result, duration: start.elapsed() };
        print(&format!("{done}\n"));
        report.cases.push(done);
    }
    print(&format!("{}\n", report.summary()));
    report
}

/// Runs one case in a thread of its own. A panic, or `timeout` running out, is a failure.
///
/// A thread that hangs is left behind: there is no way to end it.
pub fn run_case(
    case: &Case,
    backend: Arc<dyn Backend>,
    fixtures: Arc<dyn Fixtures>,
    timeout: Duration,
) -> CaseResult {
    let run = case.run;
    let (sender, receiver) = mpsc::channel();
    let spawned = thread::Builder::new().name(case.name.to_owned()).spawn(move || {
        let result = run(&*backend, &*fixtures);
        // Before the result is known: the next case must find what this one held released.
        drop((backend, fixtures));
        // The receiver is gone if time ran out.
        let _ = sender.send(result);
    });
    let thread = match spawned {
        Ok(thread) => thread,
        Err(error) => return Err(Stop::Failed(format!("cannot start a thread: {error}"))),
    };
    match receiver.recv_timeout(timeout) {
        Ok(result) => result,
        Err(RecvTimeoutError::Timeout) => {
            Err(Stop::Failed(format!("did not return within {timeout:?}; its thread is left behind")))
        }
        Err(RecvTimeoutError::Disconnected) => match thread.join() {
            Ok(()) => Err(Stop::Failed("ended without a result".to_owned())),
            Err(payload) => Err(Stop::Failed(format!("panicked: {}", panic_message(&*payload)))),
        },
    }
}

/// What a run of all cases found.
#[derive(Clone, Debug)]
#[must_use = "a failure is reported by `assert` alone"]
pub struct Report {
    /// The backend's name, version and platform.
    pub backend: String,
    /// The cases, in the order they ran.
    pub cases: Vec<CaseReport>,
}

/// What one case found.
#[derive(Clone, Debug)]
pub struct CaseReport {
    /// The case's name.
    pub name: &'static str,
    /// How it ended.
    pub result: CaseResult,
    /// How long it took.
    pub duration: Duration,
}

impl Report {
    /// The cases that failed.
    pub fn failed(&self) -> impl Iterator<Item = &CaseReport> {
        self.cases.iter().filter(|case| matches!(case.result, Err(Stop::Failed(_))))
    }

    /// The cases that were skipped.
    pub fn skipped(&self) -> impl Iterator<Item = &CaseReport> {
        self.cases.iter().filter(|case| matches!(case.result, Err(Stop::Skipped(_))))
    }

    /// The cases whose property holds.
    pub fn passed(&self) -> impl Iterator<Item = &CaseReport> {
        self.cases.iter().filter(|case| case.result.is_ok())
    }

    /// Nothing, if no case failed.
    ///
    /// # Panics
    ///
    /// If a case failed, naming each and what it found: this is for tests.
    pub fn assert(&self) {
        let failures: Vec<_> = self.failed().map(|case| format!("\n  {}: {case}", case.name)).collect();
        assert!(failures.is_empty(), "{}{}", self.summary(), failures.concat());
    }

    fn summary(&self) -> String {
        format!(
            "{}: {} ok, {} skipped, {} failed",
            self.backend,
            self.passed().count(),
            self.skipped().count(),
            self.failed().count()
        )
    }
}

impl fmt::Display for CaseReport {
    /// `ok`, `skipped: why` or `FAILED: what`, and the time if it is worth mentioning.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.result {
            Ok(()) => f.write_str("ok")?,
            Err(Stop::Skipped(why)) => write!(f, "skipped: {why}")?,
            Err(Stop::Failed(what)) => write!(f, "FAILED: {what}")?,
        }
        if self.duration > Duration::from_secs(1) {
            write!(f, " ({:.1} s)", self.duration.as_secs_f64())?;
        }
        Ok(())
    }
}

/// Prints past the test harness, which would swallow the lines of a test that passes.
fn print(text: &str) {
    // Without a standard error there is nobody to read the lines; the report holds them all.
    let _ = io::stderr().write_all(text.as_bytes());
}

fn panic_message(payload: &(dyn Any + Send)) -> &str {
    match (payload.downcast_ref::<&str>(), payload.downcast_ref::<String>()) {
        (Some(text), _) => text,
        (_, Some(text)) => text,
        _ => "with a value that is not text",
    }
}
