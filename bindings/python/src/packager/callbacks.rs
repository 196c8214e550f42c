//! Python's functions that are called while a package is written without the interpreter's lock.

use std::io;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use neuropod::{Error, ErrorKind, Packager, Result, TestData};
use pyo3::prelude::*;
use pyo3::types::PyBytes;

use super::test_data::encode;
use crate::errors::OrRaise;

/// How long nothing is told of progress after something was.
const INTERVAL: Duration = Duration::from_millis(100);

/// The functions, and the exception that one of them raised.
pub(super) struct Callbacks {
    test: Arc<Py<PyAny>>,
    progress: Option<Arc<Py<PyAny>>>,
    raised: Raised,
}

/// Why a package was not written.
pub(super) enum Failure {
    /// A function raised this.
    Raised(PyErr),
    Error(Error),
}

type Raised = Arc<Mutex<Option<PyErr>>>;

impl Callbacks {
    pub(super) fn new(test: Py<PyAny>, progress: Option<Py<PyAny>>) -> Self {
        Callbacks { test: Arc::new(test), progress: progress.map(Arc::new), raised: Raised::default() }
    }

    /// Has the packager call them.
    pub(super) fn add_to(&self, packager: Packager) -> Packager {
        let (test, raised) = (Arc::clone(&self.test), Arc::clone(&self.raised));
        let packager = packager.tester(move |staged, data| {
            Python::attach(|py| call_test(py, &test, staged, data)).map_err(|exception| {
                keep(&raised, exception);
                Error::new(ErrorKind::SelfTest, "the self-test failed")
            })
        });
        let (progress, raised) = (self.progress.clone(), Arc::clone(&self.raised));
        let last = Mutex::new(None);
        packager.progress(move |written, size| {
            if written < size && !is_due(&last) {
                return Ok(());
            }
            Python::attach(|py| call_progress(py, progress.as_deref(), written, size)).map_err(|exception| {
                keep(&raised, exception);
                io::ErrorKind::Interrupted.into()
            })
        })
    }

    /// What a packager that called them returned.
    pub(super) fn outcome(self, written: Result<()>) -> std::result::Result<(), Failure> {
        let raised = self.raised.lock().unwrap_or_else(PoisonError::into_inner).take();
        written.map_err(|error| raised.map_or(Failure::Error(error), Failure::Raised))
    }
}

fn keep(raised: &Raised, exception: PyErr) {
    *raised.lock().unwrap_or_else(PoisonError::into_inner) = Some(exception);
}

fn is_due(last: &Mutex<Option<Instant>>) -> bool {
    let mut last = last.lock().unwrap_or_else(PoisonError::into_inner);
    let is_due = last.is_none_or(|last| last.elapsed() >= INTERVAL);
    if is_due {
        *last = Some(Instant::now());
    }
    is_due
}

fn call_test(py: Python<'_>, test: &Py<PyAny>, staged: &Path, data: &TestData) -> PyResult<()> {
    let data = encode(data).or_raise(py)?;
    test.call1(py, (staged, PyBytes::new(py, &data))).map(drop)
}

/// Tells of the progress, and raises what a signal asks for, `KeyboardInterrupt` for instance.
fn call_progress(py: Python<'_>, progress: Option<&Py<PyAny>>, written: u64, size: u64) -> PyResult<()> {
    py.check_signals()?;
    progress.map_or(Ok(()), |progress| progress.call1(py, (written, size)).map(drop))
}
