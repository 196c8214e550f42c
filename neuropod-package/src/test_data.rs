//! Sample inputs and expected outputs, kept as `test_data.npz`.

use std::collections::BTreeSet;
use std::io::{self, Cursor};
use std::sync::Arc;

use neuropod_core::{ReadAt, Tensor};

use crate::archive::{Archive, Check};
use crate::contents::Contents;
use crate::files::PackageFiles;
use crate::names::Names;
use crate::zip_writer::ZipSink;
use crate::{Compression, Limits, NpyError, PackageError, Problem, npy};

/// The test data's path.
pub(crate) const TEST_DATA: &str = "test_data.npz";

const INPUT: &str = "input/";
const OUTPUT: &str = "output/";
const NPY: &str = ".npy";

/// Sample inputs of a model, and the outputs that it must return for them.
///
/// In a package they are a numpy `.npz` file with the members `input/<name>.npy` and
/// `output/<name>.npy`. Strings are stored as numpy's `<U`, which cannot hold bytes that are not
/// UTF-8, nor a NUL at the end of a string. numpy has no bfloat16: such a tensor is stored as
/// `<V2`, as numpy stores arrays of `ml_dtypes.bfloat16`, and `<V2` is read as bfloat16.
///
/// ```
/// use neuropod_core::Tensor;
/// use neuropod_package::TestData;
///
/// let data = TestData {
///     inputs: vec![("x".to_owned(), Tensor::from_vec([2], vec![1.0f32, 2.0])?)],
///     outputs: vec![("out".to_owned(), Tensor::from_strings([1], &["three"])?)],
/// };
/// let read = TestData::from_npz(data.to_npz()?)?;
/// assert_eq!(read.inputs[0].1.as_slice::<f32>()?, [1.0, 2.0]);
/// assert_eq!(read.outputs[0].1.as_strings()?, ["three"]);
/// # Ok::<(), neuropod_core::Error>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct TestData {
    /// The inputs by name; sorted by name when they were read.
    pub inputs: Vec<(String, Tensor)>,
    /// The outputs by name; sorted by name when they were read.
    pub outputs: Vec<(String, Tensor)>,
}

impl TestData {
    /// Reads an `.npz` file. Every tensor gets memory of its own.
    ///
    /// # Errors
    ///
    /// If the zip file is damaged, a member is neither an input nor an output, or one is no array
    /// of a tensor's elements. Pickled objects are refused.
    pub fn from_npz(npz: impl Into<Vec<u8>>) -> Result<Self, PackageError> {
        TestData::from_source(Arc::new(InMemory(npz.into())), &Limits::default())
    }

    /// Writes an `.npz` file; equal tensors give equal bytes.
    ///
    /// # Errors
    ///
    /// If a name occurs twice or cannot be part of a path, or a string cannot be stored.
    pub fn to_npz(&self) -> Result<Vec<u8>, PackageError> {
        let mut members = Contents::default();
        for (prefix, tensors) in [(INPUT, &self.inputs), (OUTPUT, &self.outputs)] {
            for (name, tensor) in tensors {
                let path = format!("{prefix}{name}{NPY}");
                let file = npy::write(tensor).map_err(|error| Problem::TestData(error).at(&path))?;
                members.add_bytes(path, file);
            }
        }
        members.check(Names::InMemory)?;
        let stored = BTreeSet::new();
        let mut sink = ZipSink::new(Cursor::new(Vec::new()), Compression::Store, &stored);
        members.write(&mut sink)?;
        Ok(sink.finish()?.into_inner())
    }

    /// Reads the package's test data, if it has any.
    pub(crate) fn read(files: &PackageFiles, limits: &Limits) -> Result<Option<Self>, PackageError> {
        if files.find(TEST_DATA).is_none() {
            return Ok(None);
        }
        let source = files.open_anywhere(TEST_DATA)?;
        TestData::from_source(source, limits).map(Some).map_err(|error| error.within(TEST_DATA))
    }

    fn from_source(source: Arc<dyn ReadAt>, limits: &Limits) -> Result<Self, PackageError> {
        let limits = Limits { max_total_size: limits.max_test_data_size, ..limits.clone() };
        let archive = Archive::open(source, &limits, Names::InMemory)?;
        archive.check_layout()?;
        let mut data = TestData::default();
        for (index, (path, size)) in archive.files().into_iter().enumerate() {
            let (tensors, name) = data.place(&path).ok_or_else(|| Problem::TestDataMember.at(&path))?;
            let tensor =
                npy::read(archive.open_file(index, Check::Crc)?, size).map_err(|error| match error {
                    NpyError::Read(error) => PackageError::from_read(error).in_entry(&path),
                    error => Problem::TestData(error).at(&path),
                })?;
            tensors.push((name, tensor));
        }
        Ok(data)
    }

    /// Where a member's tensor goes, and under which name.
    fn place(&mut self, member: &str) -> Option<(&mut Vec<(String, Tensor)>, String)> {
        let path = member.strip_suffix(NPY)?;
        match (path.strip_prefix(INPUT), path.strip_prefix(OUTPUT)) {
            (Some(name), _) => Some((&mut self.inputs, name.to_owned())),
            (_, Some(name)) => Some((&mut self.outputs, name.to_owned())),
            _ => None,
        }
    }
}

/// A file in memory.
#[derive(Debug)]
struct InMemory(Vec<u8>);

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
