//! Files, and ranges of them, that several threads read at once.

use std::fs::File;
use std::io::{self, Read};
use std::mem::MaybeUninit;
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

    #[cfg(unix)]
    fn read_uninit_at<'a>(&self, offset: u64, buffer: &'a mut [MaybeUninit<u8>]) -> io::Result<&'a mut [u8]> {
        let buffer = within(buffer, offset, self.size);
        if buffer.is_empty() {
            return Ok(&mut []);
        }
        match rustix::io::pread(&self.file, buffer, offset)? {
            ([], _) => Err(shrunk()),
            (read, _) => Ok(read),
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

    fn read_uninit_at<'a>(&self, offset: u64, buffer: &'a mut [MaybeUninit<u8>]) -> io::Result<&'a mut [u8]> {
        let buffer = within(buffer, offset, self.size);
        if buffer.is_empty() {
            return Ok(&mut []);
        }
        self.whole.read_uninit_at(self.start + offset, buffer)
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
fn within<T>(buffer: &mut [T], offset: u64, size: u64) -> &mut [T] {
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

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    #[test]
    fn memory_that_is_not_initialised_is_filled_alike() {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(b"0123456789").unwrap();
        let whole: Arc<dyn ReadAt> = Arc::new(FileAt::new(file, 10));
        let range = RangeAt::new(Arc::clone(&whole), 2, 6);
        for file in [&*whole, &range] {
            for offset in [0, 3, 5, 6, 9, 10, 11, u64::MAX] {
                let (mut plain, mut uninit) = ([0; 4], [const { MaybeUninit::uninit() }; 4]);
                let read = file.read_at(offset, &mut plain).unwrap();
                assert_eq!(file.read_uninit_at(offset, &mut uninit).unwrap(), &plain[..read], "{offset}");
            }
        }
    }

    #[test]
    fn a_file_that_shrank_is_noticed() {
        let file = FileAt::new(tempfile::tempfile().unwrap(), 10);
        let plain = file.read_at(0, &mut [0; 4]).unwrap_err().to_string();
        let uninit = file.read_uninit_at(0, &mut [MaybeUninit::uninit(); 4]).unwrap_err().to_string();
        assert_eq!([&*plain, &*uninit], ["the file was truncated while it was in use"; 2]);
    }
}
