//! Bytes that are read one after the other.

use std::io::{self, Read};

use super::format::swap_to_little_endian;
use super::wrong::{self, wrong_at};
use crate::{Buffer, Error, ErrorKind, Result};

/// So much memory is allocated for bytes of which it is not known whether they are there.
const UNCERTAIN: usize = 1 << 16;

/// Reads a stream, and counts its bytes.
pub(super) struct Source<R> {
    inner: R,
    position: u64,
    /// How many bytes are known to be there, from the stream's start.
    known: usize,
}

impl<'a> Source<&'a [u8]> {
    pub(super) fn of_slice(bytes: &'a [u8]) -> Self {
        Source { inner: bytes, position: 0, known: bytes.len() }
    }

    /// Checks that nothing follows.
    pub(super) fn end(&self) -> Result<()> {
        match self.inner.len() {
            0 => Ok(()),
            rest => {
                let message = format!("{rest} bytes follow the last tensor: expected the end there");
                Err(wrong_at(self.position, message))
            }
        }
    }
}

impl<R: Read> Source<R> {
    pub(super) fn new(inner: R) -> Self {
        Source { inner, position: 0, known: 0 }
    }

    /// How many bytes were read.
    pub(super) fn position(&self) -> u64 {
        self.position
    }

    /// Fills the buffer with what `part` names.
    pub(super) fn fill(&mut self, buffer: &mut [u8], part: &str) -> Result<()> {
        let found = self.read_up_to(buffer)?;
        self.check(part, buffer.len() as u64, found as u64)
    }

    /// Reads until the buffer is full or the stream ends.
    pub(super) fn read_up_to(&mut self, buffer: &mut [u8]) -> Result<usize> {
        let mut filled = 0;
        while filled < buffer.len() {
            match self.inner.read(&mut buffer[filled..]) {
                Ok(0) => break,
                Ok(count) => filled += count,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error.into()),
            }
        }
        self.position += filled as u64;
        Ok(filled)
    }

    /// Reads text into memory that grows with what is there.
    pub(super) fn text(&mut self, size: u64, part: &str) -> Result<String> {
        let (start, mut bytes) = (self.position, Vec::new());
        let found = self.inner.by_ref().take(size).read_to_end(&mut bytes)? as u64;
        self.position += found;
        self.check(part, size, found)?;
        String::from_utf8(bytes)
            .map_err(|error| wrong_at(start, format!("{part} is not UTF-8")).with_source(error))
    }

    /// Reads numbers of `element` bytes into aligned memory, which grows with what is there.
    pub(super) fn numbers(&mut self, size: usize, element: usize, part: &str) -> Result<Buffer> {
        let rest = self.known.saturating_sub(self.position as usize);
        let mut buffer = Buffer::zeroed(size.min(rest.max(UNCERTAIN)))?;
        let mut filled = 0;
        loop {
            let bytes = writable(&mut buffer)?;
            filled += self.read_up_to(&mut bytes[filled..])?;
            if filled == size {
                swap_to_little_endian(bytes, element);
                return Ok(buffer);
            }
            if filled < bytes.len() {
                return Err(wrong::cut_off(self.position, part, size as u64, filled as u64));
            }
            let mut larger = Buffer::zeroed(size.min(filled.saturating_mul(2)))?;
            writable(&mut larger)?[..filled].copy_from_slice(bytes);
            buffer = larger;
        }
    }

    fn check(&self, part: &str, expected: u64, found: u64) -> Result<()> {
        if found == expected { Ok(()) } else { Err(wrong::cut_off(self.position, part, expected, found)) }
    }
}

fn writable(buffer: &mut Buffer) -> Result<&mut [u8]> {
    buffer.as_mut_slice().ok_or_else(|| Error::new(ErrorKind::Internal, "new memory cannot be written"))
}
