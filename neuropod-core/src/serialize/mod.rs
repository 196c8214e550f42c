//! Tensors as bytes: for files, sockets, queues and other processes.
//!
//! ```
//! use neuropod_core::{Tensor, serialize};
//!
//! let tensor = Tensor::from_vec([2], vec![1.0f32, 2.0])?;
//! let bytes = serialize::tensor_to_bytes(&tensor)?;
//! assert_eq!(serialize::tensor_from_bytes(&bytes)?, tensor);
//! # Ok::<(), neuropod_core::Error>(())
//! ```
//!
//! Several tensors with names, to a file and back:
//!
//! ```
//! use std::fs::File;
//! use neuropod_core::{Tensor, serialize};
//!
//! # let folder = std::env::temp_dir().join(format!("serialize-example-{}", std::process::id()));
//! # std::fs::create_dir_all(&folder)?;
//! # let path = folder.join("tensors");
//! let (x, names) = (Tensor::scalar(1i64), Tensor::from_strings([2], &["a", "b"])?);
//! serialize::write_tensors(File::create(&path)?, [("x", &x), ("names", &names)])?;
//! let read = serialize::read_tensors(File::open(&path)?)?;
//! assert_eq!(read, [("x".to_owned(), x), ("names".to_owned(), names)]);
//! # std::fs::remove_dir_all(folder)?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Reading trusts nothing: what is damaged or hostile gives an error, and memory is allocated for bytes
//! that are there, not for those that a length promises.
#![doc = include_str!("../../docs/serialized-tensors.md")]

mod format;
mod read;
mod source;
mod write;
mod wrong;

use std::io::{self, Read, Write};

use self::format::Kind;
use self::source::Source;
use self::write::Writer;
use crate::{Error, ErrorKind, Result, Tensor};

/// Writes one tensor, in a few large writes.
///
/// # Errors
///
/// [`ErrorKind::InvalidArgument`] if the tensor has more than 255 axes, [`ErrorKind::Io`] if writing fails.
pub fn write_tensor(writer: impl Write, tensor: &Tensor) -> Result<()> {
    let mut writer = Writer::new(writer);
    writer.head(Kind::One, 1)?;
    writer.tensor("", tensor)
}

/// Writes tensors with their names, in a few large writes for each. Their order is kept.
///
/// # Errors
///
/// As for [`write_tensor`], and [`ErrorKind::InvalidArgument`] if a name occurs twice.
pub fn write_tensors<'a, N: AsRef<str>>(
    writer: impl Write,
    tensors: impl IntoIterator<Item = (N, &'a Tensor)>,
) -> Result<()> {
    write_pairs(&mut Writer::new(writer), &collect(tensors))
}

/// Reads one tensor, as [`write_tensor`] writes it, into aligned memory of its own. What follows it is not
/// read.
///
/// # Errors
///
/// [`ErrorKind::InvalidArgument`] if the bytes are no such tensor, with the offset where they are wrong;
/// [`ErrorKind::Io`] if reading fails.
pub fn read_tensor(reader: impl Read) -> Result<Tensor> {
    read::one(&mut Source::new(reader))
}

/// Reads named tensors, as [`write_tensors`] writes them, into aligned memory of their own, in their order.
/// What follows them is not read.
///
/// # Errors
///
/// As for [`read_tensor`].
pub fn read_tensors(reader: impl Read) -> Result<Vec<(String, Tensor)>> {
    read::named(&mut Source::new(reader))
}

/// One tensor as bytes.
///
/// # Errors
///
/// [`ErrorKind::InvalidArgument`] if the tensor has more than 255 axes, or there is no memory.
pub fn tensor_to_bytes(tensor: &Tensor) -> Result<Vec<u8>> {
    let mut bytes = with_capacity(tensor_size(tensor)?)?;
    write_tensor(&mut bytes, tensor)?;
    Ok(bytes)
}

/// Tensors with their names as bytes.
///
/// # Errors
///
/// As for [`tensor_to_bytes`], and if a name occurs twice.
pub fn tensors_to_bytes<'a, N: AsRef<str>>(
    tensors: impl IntoIterator<Item = (N, &'a Tensor)>,
) -> Result<Vec<u8>> {
    let pairs = collect(tensors);
    let mut bytes = with_capacity(size_of_pairs(&pairs)?)?;
    write_pairs(&mut Writer::new(&mut bytes), &pairs)?;
    Ok(bytes)
}

/// The tensor that [`tensor_to_bytes`] made these bytes of, in aligned memory of its own.
///
/// # Errors
///
/// [`ErrorKind::InvalidArgument`] if the bytes are no such tensor, or more follow it, with the offset where
/// they are wrong.
pub fn tensor_from_bytes(bytes: &[u8]) -> Result<Tensor> {
    let mut source = Source::of_slice(bytes);
    let tensor = read::one(&mut source)?;
    source.end()?;
    Ok(tensor)
}

/// The named tensors that [`tensors_to_bytes`] made these bytes of, in aligned memory of their own.
///
/// # Errors
///
/// As for [`tensor_from_bytes`].
pub fn tensors_from_bytes(bytes: &[u8]) -> Result<Vec<(String, Tensor)>> {
    let mut source = Source::of_slice(bytes);
    let tensors = read::named(&mut source)?;
    source.end()?;
    Ok(tensors)
}

/// How many bytes [`write_tensor`] writes.
///
/// # Errors
///
/// [`ErrorKind::InvalidArgument`] if the tensor has more than 255 axes.
pub fn tensor_size(tensor: &Tensor) -> Result<u64> {
    let mut writer = Writer::new(io::sink());
    writer.head(Kind::One, 1)?;
    writer.tensor("", tensor)?;
    Ok(writer.position())
}

/// How many bytes [`write_tensors`] writes.
///
/// # Errors
///
/// As for [`tensor_size`], and if a name occurs twice.
pub fn tensors_size<'a, N: AsRef<str>>(tensors: impl IntoIterator<Item = (N, &'a Tensor)>) -> Result<u64> {
    size_of_pairs(&collect(tensors))
}

fn collect<'a, N>(tensors: impl IntoIterator<Item = (N, &'a Tensor)>) -> Vec<(N, &'a Tensor)> {
    tensors.into_iter().collect()
}

fn write_pairs<N: AsRef<str>, W: Write>(writer: &mut Writer<W>, pairs: &[(N, &Tensor)]) -> Result<()> {
    write::check_names(pairs.iter().map(|(name, _)| name.as_ref()))?;
    writer.head(Kind::Named, pairs.len())?;
    pairs.iter().try_for_each(|(name, tensor)| writer.tensor(name.as_ref(), tensor))
}

fn size_of_pairs<N: AsRef<str>>(pairs: &[(N, &Tensor)]) -> Result<u64> {
    let mut writer = Writer::new(io::sink());
    write_pairs(&mut writer, pairs)?;
    Ok(writer.position())
}

fn with_capacity(size: u64) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let reserved = usize::try_from(size).is_ok_and(|size| bytes.try_reserve_exact(size).is_ok());
    match reserved {
        true => Ok(bytes),
        false => {
            let message = format!("there is no memory for {size} bytes; write them to a file instead");
            Err(Error::new(ErrorKind::InvalidArgument, message))
        }
    }
}
