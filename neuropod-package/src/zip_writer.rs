//! Zip files of which equal content gives equal bytes.

use std::collections::BTreeSet;
use std::io::{Seek, Write};

use zip::result::ZipError;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, System, ZipWriter};

use crate::Problem;
use crate::contents::Sink;

/// How the files in a zip file are stored.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Compression {
    /// Deflated: smaller, and unpacked to disk when a framework needs a file. The rare file that
    /// shrinks more than a reader accepts, one of zeros alone for instance, is stored as it is.
    #[default]
    Deflate,
    /// As they are: loaded without being unpacked.
    Store,
}

/// Files of this size, or that could reach it when they do not deflate, get 64-bit sizes.
const LARGE: u64 = 0xff00_0000;

/// Writes files to a zip file: one fixed time, one mode, one system, in the order they come.
pub(crate) struct ZipSink<'a, W: Write + Seek> {
    writer: ZipWriter<W>,
    compression: Compression,
    /// Files that are stored in any case.
    stored: &'a BTreeSet<String>,
}

impl<'a, W: Write + Seek> ZipSink<'a, W> {
    pub(crate) fn new(writer: W, compression: Compression, stored: &'a BTreeSet<String>) -> Self {
        ZipSink { writer: ZipWriter::new(writer), compression, stored }
    }

    pub(crate) fn finish(self) -> Result<W, Problem> {
        self.writer.finish().map_err(zip_problem)
    }

    fn options(&self, path: &str, size: u64) -> Result<SimpleFileOptions, Problem> {
        let method = match self.compression {
            Compression::Deflate if !self.stored.contains(path) => CompressionMethod::Deflated,
            _ => CompressionMethod::Stored,
        };
        let time = DateTime::from_date_and_time(2000, 1, 1, 0, 0, 0)
            .map_err(|error| Problem::ZipWriter(error.to_string()))?;
        Ok(SimpleFileOptions::default()
            .compression_method(method)
            .last_modified_time(time)
            .system(System::Unix)
            .unix_permissions(0o644)
            .large_file(size >= LARGE))
    }
}

impl<W: Write + Seek> Sink for ZipSink<'_, W> {
    fn start(&mut self, path: &str, size: u64) -> Result<(), Problem> {
        let options = self.options(path, size)?;
        self.writer.start_file(path, options).map_err(zip_problem)
    }

    fn append(&mut self, bytes: &[u8]) -> Result<(), Problem> {
        self.writer.write_all(bytes).map_err(Problem::Write)
    }
}

fn zip_problem(error: ZipError) -> Problem {
    match error {
        ZipError::Io(error) => Problem::Write(error),
        error => Problem::ZipWriter(error.to_string()),
    }
}
