//! Writing.

use std::collections::HashSet;
use std::io::Write;

use super::format::{HEAD, Kind, MAGIC, MAX_RANK, VERSION, dtype_code, padding, swap_to_little_endian};
use crate::{Error, ErrorKind, Result, Tensor, TensorView};

/// So many bytes are turned into another order at a time.
const CHUNK: usize = 1 << 16;

/// Writes a stream, and counts its bytes.
pub(super) struct Writer<W> {
    inner: W,
    position: u64,
}

impl<W: Write> Writer<W> {
    pub(super) fn new(inner: W) -> Self {
        Writer { inner, position: 0 }
    }

    /// How many bytes were written.
    pub(super) fn position(&self) -> u64 {
        self.position
    }

    /// Writes what a stream starts with.
    pub(super) fn head(&mut self, kind: Kind, count: usize) -> Result<()> {
        let mut head = Vec::with_capacity(HEAD);
        head.extend_from_slice(&MAGIC);
        head.extend_from_slice(&VERSION.to_le_bytes());
        head.extend_from_slice(&(kind as u32).to_le_bytes());
        head.extend_from_slice(&(count as u64).to_le_bytes());
        self.put(&head)
    }

    /// Writes one tensor.
    pub(super) fn tensor(&mut self, name: &str, tensor: &Tensor) -> Result<()> {
        let view = tensor.view();
        let head = tensor_head(name, &view)?;
        self.put(&head)?;
        self.put(&[0; 64][..padding(self.position)])?;
        match view.dtype().size() {
            Some(size) => self.numbers(view.bytes(), size),
            None => self.strings(&view),
        }
    }

    fn numbers(&mut self, bytes: &[u8], size: usize) -> Result<()> {
        if cfg!(target_endian = "little") {
            return self.put(bytes);
        }
        for chunk in bytes.chunks(CHUNK) {
            let mut chunk = chunk.to_vec();
            swap_to_little_endian(&mut chunk, size);
            self.put(&chunk)?;
        }
        Ok(())
    }

    /// Writes where each string ends, counted from the first one's start, and the strings.
    fn strings(&mut self, view: &TensorView<'_>) -> Result<()> {
        let start = text(view).0;
        for chunk in view.offsets().chunks(CHUNK / size_of::<u64>()) {
            let bytes: Vec<u8> =
                chunk.iter().flat_map(|offset| (offset - start as u64).to_le_bytes()).collect();
            self.put(&bytes)?;
        }
        self.put(text(view).1)
    }

    fn put(&mut self, bytes: &[u8]) -> Result<()> {
        self.inner.write_all(bytes)?;
        self.position += bytes.len() as u64;
        Ok(())
    }
}

/// What comes before the padding: element type, shape, name, and the size of the data.
fn tensor_head(name: &str, view: &TensorView<'_>) -> Result<Vec<u8>> {
    let dims = view.dims();
    if dims.len() > MAX_RANK {
        let message =
            format!("a tensor of {} axes cannot be serialized, the most are {MAX_RANK}", dims.len());
        let error = Error::new(ErrorKind::InvalidArgument, message);
        return Err(if name.is_empty() { error } else { error.with("tensor", name) });
    }
    let mut head = Vec::with_capacity(HEAD + size_of_val(dims) + name.len());
    head.extend_from_slice(&dtype_code(view.dtype()).to_le_bytes());
    head.extend_from_slice(&(dims.len() as u32).to_le_bytes());
    head.extend_from_slice(&(name.len() as u64).to_le_bytes());
    head.extend_from_slice(&data_size(view).to_le_bytes());
    head.extend(dims.iter().flat_map(|size| (*size as u64).to_le_bytes()));
    head.extend_from_slice(name.as_bytes());
    Ok(head)
}

fn data_size(view: &TensorView<'_>) -> u64 {
    match view.dtype().is_fixed_size() {
        true => view.bytes().len() as u64,
        false => (size_of_val(view.offsets()) + text(view).1.len()) as u64,
    }
}

/// Where the first string starts, and all strings: the tensor's memory may hold other bytes before and after.
fn text<'a>(view: &TensorView<'a>) -> (usize, &'a [u8]) {
    match *view.offsets() {
        [start, .., end] => (start as usize, &view.bytes()[start as usize..end as usize]),
        _ => (view.offsets().first().map_or(0, |start| *start as usize), &[]),
    }
}

/// Readers make dictionaries of them.
pub(super) fn check_names<'a>(names: impl Iterator<Item = &'a str>) -> Result<()> {
    let mut seen = HashSet::new();
    for name in names {
        if !seen.insert(name) {
            let message = "two tensors have this name: expected another one for each";
            return Err(Error::new(ErrorKind::InvalidArgument, message).with("tensor", name));
        }
    }
    Ok(())
}
