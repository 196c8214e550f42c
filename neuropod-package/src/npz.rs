//! Arrays in numpy's files, outside of packages.

use std::collections::BTreeSet;
use std::io::{self, Cursor};
use std::sync::Arc;

use neuropod_core::{ReadAt, Tensor};

use crate::archive::{Archive, Check};
use crate::contents::Contents;
use crate::names::Names;
use crate::zip_writer::ZipSink;
use crate::{Compression, Limits, NpyError, PackageError, Problem, npy};

/// What the members of an `.npz` file end in.
pub(crate) const NPY: &str = ".npy";

/// Reads a `.npy` file, as `numpy.save` writes it, into a tensor with memory of its own.
///
/// Strings are numpy's `<U` or `|S`; `<V2` is read as bfloat16, as which numpy stores arrays of
/// `ml_dtypes.bfloat16`. Pickled objects are refused: unpickling runs code.
///
/// ```
/// use neuropod_core::Tensor;
/// use neuropod_package::{read_npy, write_npy};
///
/// let file = write_npy(&Tensor::from_vec([2], vec![1.0f32, 2.0])?)?;
/// assert_eq!(read_npy(&file)?.as_slice::<f32>()?, [1.0, 2.0]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
///
/// If the file is damaged, or holds no array of a tensor's elements.
pub fn read_npy(file: &[u8]) -> Result<Tensor, NpyError> {
    npy::read(file, file.len() as u64)
}

/// Writes a `.npy` file, byte for byte as `numpy.save` does.
///
/// # Errors
///
/// If a string is not UTF-8 or ends in a NUL, which numpy cannot store.
pub fn write_npy(tensor: &Tensor) -> Result<Vec<u8>, NpyError> {
    npy::write(tensor)
}

/// Reads an `.npz` file, as `numpy.savez` and `numpy.savez_compressed` write it: the arrays and
/// their names, sorted by name. Every tensor gets memory of its own.
///
/// ```
/// use neuropod_core::Tensor;
/// use neuropod_package::{read_npz, write_npz};
///
/// let x = Tensor::from_vec([2], vec![1.0f32, 2.0])?;
/// let file = write_npz([("x", &x)])?;
/// assert_eq!(read_npz(file)?, [("x".to_owned(), x)]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
///
/// If the zip file is damaged or larger than the default [`Limits::max_total_size`], or a member is
/// no array of a tensor's elements. Pickled objects are refused.
pub fn read_npz(file: impl Into<Vec<u8>>) -> Result<Vec<(String, Tensor)>, PackageError> {
    // Zeros deflate to less than a thousandth, and no format lets them deflate without bounds.
    let limits = Limits { max_expansion_ratio: u64::MAX, ..Limits::default() };
    read(Arc::new(InMemory(file.into())), &limits, |path| {
        path.strip_suffix(NPY).map(str::to_owned).ok_or(Problem::NpzMember)
    })
}

/// Writes an `.npz` file; equal tensors give equal bytes.
///
/// # Errors
///
/// If a name occurs twice or cannot be part of a path, or a string cannot be stored.
pub fn write_npz<'a, N: AsRef<str>>(
    tensors: impl IntoIterator<Item = (N, &'a Tensor)>,
) -> Result<Vec<u8>, PackageError> {
    let mut members = Contents::default();
    for (name, tensor) in tensors {
        let path = format!("{}{NPY}", name.as_ref());
        let file = npy::write(tensor).map_err(|error| Problem::TestData(error).at(&path))?;
        members.add_bytes(path, file);
    }
    members.check(Names::InMemory)?;
    let stored = BTreeSet::new();
    let mut sink = ZipSink::new(Cursor::new(Vec::new()), Compression::Store, &stored);
    members.write(&mut sink)?;
    Ok(sink.finish()?.into_inner())
}

/// The arrays of an `.npz` file, sorted by path, under what `name_of` makes of their paths.
pub(crate) fn read<N>(
    source: Arc<dyn ReadAt>,
    limits: &Limits,
    name_of: impl Fn(&str) -> Result<N, Problem>,
) -> Result<Vec<(N, Tensor)>, PackageError> {
    let archive = Archive::open(source, limits, Names::InMemory)?;
    archive.check_layout()?;
    let members = archive.files().into_iter().enumerate();
    let members = members.map(|(index, (path, size))| {
        let name = name_of(&path).map_err(|problem| problem.at(&path))?;
        Ok((name, read_member(&archive, index, &path, size)?))
    });
    members.collect()
}

fn read_member(archive: &Archive, index: usize, path: &str, size: u64) -> Result<Tensor, PackageError> {
    npy::read(archive.open_file(index, Check::Crc)?, size).map_err(|error| match error {
        NpyError::Read(error) => PackageError::from_read(error).in_entry(path),
        error => Problem::TestData(error).at(path),
    })
}

/// A file in memory.
#[derive(Debug)]
pub(crate) struct InMemory(pub(crate) Vec<u8>);

impl ReadAt for InMemory {
    fn size(&self) -> u64 {
        self.0.len() as u64
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
        let start = usize::try_from(offset).unwrap_or(usize::MAX).min(self.0.len());
        let read = buffer.len().min(self.0.len() - start);
        buffer[..read].copy_from_slice(&self.0[start..start + read]);
        Ok(read)
    }
}
