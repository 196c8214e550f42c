//! Where results are written.

use std::fs::File;
use std::io::{self, Write};

use anstream::AutoStream;
use serde::Serialize;

use crate::failure::Failure;

/// The standard output. Colours are left out where there is no terminal, or `NO_COLOR` is set.
pub(crate) struct Output(AutoStream<File>);

impl Output {
    pub(crate) fn new() -> Result<Self, Failure> {
        let stdout = rustix::io::fcntl_dupfd_cloexec(rustix::stdio::stdout(), 3).map_err(io::Error::from)?;
        Ok(Output(AutoStream::auto(File::from(stdout))))
    }

    /// The standard output for results alone: what a model prints goes to the standard error from
    /// now on.
    pub(crate) fn apart_from_models() -> Result<Self, Failure> {
        let output = Output::new()?;
        rustix::stdio::dup2_stdout(rustix::stdio::stderr()).map_err(io::Error::from)?;
        Ok(output)
    }

    pub(crate) fn text(&mut self, text: &str) -> Result<(), Failure> {
        self.0.write_all(text.as_bytes())?;
        Ok(self.0.flush()?)
    }

    /// Writes JSON on one line.
    pub(crate) fn json(&mut self, value: &impl Serialize) -> Result<(), Failure> {
        self.text(&(serde_json::to_string(value).map_err(io::Error::from)? + "\n"))
    }

    /// Writes JSON for people, on many lines.
    pub(crate) fn pretty_json(&mut self, value: &impl Serialize) -> Result<(), Failure> {
        self.text(&(serde_json::to_string_pretty(value).map_err(io::Error::from)? + "\n"))
    }
}
