//! Reads one entry of a zip file, and checks what comes out.

use std::io::{self, BufReader, Read};
use std::sync::Arc;

use crc32fast::Hasher as Crc;
use flate2::bufread::DeflateDecoder;
use neuropod_core::ReadAt;

use super::entry::Entry;
use crate::pread::{RangeAt, Sequential};
use crate::{PackageError, Problem};

const BUFFER: usize = 128 << 10;

/// What an entry's content is compared with as it is read.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Check {
    /// Its size and its CRC-32.
    Crc,
    /// Its size alone: its SHA-256 is compared by whoever reads, and the CRC-32 would add nothing
    /// to that.
    Size,
}

/// The bytes of one entry. The read that would return 0 checks the declared size and, if asked to, the CRC-32;
/// no more than the declared size is ever returned.
pub(super) struct EntryReader {
    path: String,
    body: Body,
    declared: u64,
    left: u64,
    expected: u32,
    /// `None` if the reader's user compares a stronger hash.
    crc: Option<Crc>,
    finished: bool,
}

enum Body {
    Stored(Sequential<RangeAt>),
    Deflated(DeflateDecoder<BufReader<Sequential<RangeAt>>>),
}

impl EntryReader {
    /// The data must lie within the file.
    pub(super) fn new(entry: &Entry, source: Arc<dyn ReadAt>, data_start: u64, check: Check) -> Self {
        let data = Sequential::new(RangeAt::new(source, data_start, entry.compressed));
        let body = match entry.is_deflated {
            false => Body::Stored(data),
            true => Body::Deflated(DeflateDecoder::new(BufReader::with_capacity(BUFFER, data))),
        };
        EntryReader {
            path: entry.path.clone(),
            body,
            declared: entry.size,
            left: entry.size,
            expected: entry.crc,
            crc: (check == Check::Crc).then(Crc::new),
            finished: false,
        }
    }

    fn next(&mut self, buffer: &mut [u8]) -> Result<usize, Problem> {
        let wanted = usize::try_from(self.left).unwrap_or(usize::MAX).min(buffer.len());
        let read = self.body.read(&mut buffer[..wanted])?;
        if read == 0 {
            return Err(Problem::WrongSize { declared: self.declared });
        }
        if let Some(crc) = &mut self.crc {
            crc.update(&buffer[..read]);
        }
        self.left -= read as u64;
        Ok(read)
    }

    fn finish(&mut self) -> Result<(), Problem> {
        if self.body.read(&mut [0])? != 0 || !self.body.is_consumed() {
            return Err(Problem::WrongSize { declared: self.declared });
        }
        let expected = self.expected;
        match self.crc.clone().map(Crc::finalize) {
            Some(found) if found != expected => return Err(Problem::WrongCrc { expected, found }),
            _ => self.finished = true,
        }
        Ok(())
    }
}

impl Read for EntryReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = match self.left {
            _ if buffer.is_empty() || self.finished => Ok(0),
            0 => self.finish().map(|()| 0),
            _ => self.next(buffer),
        };
        read.map_err(|problem| match problem {
            Problem::Read(error) if error.kind() == io::ErrorKind::Interrupted => error,
            problem => PackageError::into_io(problem.at(&self.path)),
        })
    }
}

impl Body {
    fn read(&mut self, buffer: &mut [u8]) -> Result<usize, Problem> {
        match self {
            Body::Stored(data) => data.read(buffer).map_err(Problem::Read),
            Body::Deflated(data) => data.read(buffer).map_err(|error| match error.kind() {
                io::ErrorKind::InvalidInput | io::ErrorKind::InvalidData | io::ErrorKind::UnexpectedEof => {
                    Problem::Inflate(error)
                }
                _ => Problem::Read(error),
            }),
        }
    }

    /// Whether the data has no bytes that were not needed.
    fn is_consumed(&self) -> bool {
        match self {
            Body::Stored(data) => data.position() == data.size(),
            Body::Deflated(data) => data.total_in() == data.get_ref().get_ref().size(),
        }
    }
}
