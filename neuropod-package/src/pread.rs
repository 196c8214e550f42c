//! Files, and ranges of them, that several threads read at once.

use std::fs::File;
use std::io::{self, Read};
use std::sync::Arc;

use neuropod_core::ReadAt;
use tempfile::TempDir;

/// An open file. Its size is that of the moment it was opened.
#[derive(Debug)]
pub(crate) struct FileAt {
    file: File,
    size: u64,
    /// Where the file lies, if it was unpacked: kept until nobody reads it any more.
    _folder: Option<Arc<TempDir>>,
}

impl FileAt {
    pub(crate) fn new(file: File, size: u64) -> Self {
        FileAt { file, size, _folder: None }
    }

    pub(crate) fn in_folder(file: File, size: u64, folder: Arc<TempDir>) -> Self {
        FileAt { file, size, _folder: Some(folder) }
    }
}

impl ReadAt for FileAt {
    fn size(&self) -> u64 {
        self.size
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
        let buffer = within(buffer, offset, self.size);
        if buffer.is_empty() {
            return Ok(0);
        }
        match system_read_at(&self.file, buffer, offset)? {
            0 => Err(shrunk()),
            read => Ok(read),
        }
    }
}

/// A range of another file.
#[derive(Debug)]
pub(crate) struct RangeAt {
    whole: Arc<dyn ReadAt>,
    start: u64,
    size: u64,
}

impl RangeAt {
    /// The range must lie within the file.
    pub(crate) fn new(whole: Arc<dyn ReadAt>, start: u64, size: u64) -> Self {
        RangeAt { whole, start, size }
    }
}

impl ReadAt for RangeAt {
    fn size(&self) -> u64 {
        self.size
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
        let buffer = within(buffer, offset, self.size);
        if buffer.is_empty() {
            return Ok(0);
        }
        self.whole.read_at(self.start + offset, buffer)
    }
}

/// Reads a file, or a range of it, from start to end.
#[derive(Debug)]
pub(crate) struct Sequential<R> {
    source: R,
    position: u64,
}

impl<R: ReadAt> Sequential<R> {
    pub(crate) fn new(source: R) -> Self {
        Sequential { source, position: 0 }
    }

    /// How many bytes were read.
    pub(crate) fn position(&self) -> u64 {
        self.position
    }

    /// How many bytes there are.
    pub(crate) fn size(&self) -> u64 {
        self.source.size()
    }
}

impl<R: ReadAt> Read for Sequential<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.source.read_at(self.position, buffer)?;
        self.position += read as u64;
        Ok(read)
    }
}

/// Fills the buffer from `offset`.
pub(crate) fn read_exact_at(source: &dyn ReadAt, mut offset: u64, mut buffer: &mut [u8]) -> io::Result<()> {
    while !buffer.is_empty() {
        match source.read_at(offset, buffer) {
            Ok(0) => return Err(io::ErrorKind::UnexpectedEof.into()),
            Ok(read) => {
                buffer = &mut buffer[read..];
                offset += read as u64;
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

/// The part of the buffer that can be filled from `offset`.
fn within(buffer: &mut [u8], offset: u64, size: u64) -> &mut [u8] {
    let left = usize::try_from(size.saturating_sub(offset)).unwrap_or(usize::MAX);
    let len = buffer.len().min(left);
    &mut buffer[..len]
}

fn shrunk() -> io::Error {
    io::Error::other("the file was truncated while it was in use")
}

#[cfg(unix)]
fn system_read_at(file: &File, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
    std::os::unix::fs::FileExt::read_at(file, buffer, offset)
}

#[cfg(windows)]
fn system_read_at(file: &File, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
    std::os::windows::fs::FileExt::seek_read(file, buffer, offset)
}
