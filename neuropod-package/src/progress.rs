//! Tells how far the writing of a package is.

use std::sync::Arc;
use std::{fmt, io};

use crate::Problem;
use crate::contents::Sink;

type Report = dyn Fn(u64, u64) -> io::Result<()> + Send + Sync;

/// What is told; nothing by default.
#[derive(Clone, Default)]
pub(crate) struct Progress(Option<Arc<Report>>);

impl Progress {
    pub(crate) fn new(report: impl Fn(u64, u64) -> io::Result<()> + Send + Sync + 'static) -> Self {
        Progress(Some(Arc::new(report)))
    }

    /// A sink that tells what goes through it, of `size` bytes in all.
    pub(crate) fn count<'a>(&'a self, sink: &'a mut dyn Sink, size: u64) -> Counted<'a> {
        Counted { sink, progress: self, written: 0, size }
    }

    fn report(&self, written: u64, size: u64) -> Result<(), Problem> {
        match &self.0 {
            None => Ok(()),
            // A file may grow or shrink while it is read, which is told as an error of its own.
            Some(report) => report(written.min(size), size).map_err(Problem::Write),
        }
    }
}

impl fmt::Debug for Progress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0.is_some() { "Progress(told)" } else { "Progress(not told)" })
    }
}

/// A sink whose bytes are counted.
pub(crate) struct Counted<'a> {
    sink: &'a mut dyn Sink,
    progress: &'a Progress,
    written: u64,
    size: u64,
}

impl Sink for Counted<'_> {
    fn start(&mut self, path: &str, size: u64) -> Result<(), Problem> {
        self.sink.start(path, size)
    }

    fn append(&mut self, bytes: &[u8]) -> Result<(), Problem> {
        self.sink.append(bytes)?;
        self.written += bytes.len() as u64;
        self.progress.report(self.written, self.size)
    }
}
