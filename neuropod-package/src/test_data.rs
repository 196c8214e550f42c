//! Sample inputs and expected outputs, kept as `test_data.npz`.

use std::sync::Arc;

use neuropod_core::{ReadAt, Tensor};
use neuropod_spec::Side;

use crate::files::PackageFiles;
use crate::npz::{self, InMemory, NPY, write_npz};
use crate::{Limits, PackageError, Problem};

/// The test data's path.
pub(crate) const TEST_DATA: &str = "test_data.npz";

const INPUT: &str = "input/";
const OUTPUT: &str = "output/";

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
        let sides = [(INPUT, &self.inputs), (OUTPUT, &self.outputs)].into_iter();
        write_npz(sides.flat_map(|(prefix, tensors)| {
            tensors.iter().map(move |(name, tensor)| (format!("{prefix}{name}"), tensor))
        }))
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
        let mut data = TestData::default();
        for ((side, name), tensor) in npz::read(source, &limits, place)? {
            match side {
                Side::Input => data.inputs.push((name, tensor)),
                Side::Output => data.outputs.push((name, tensor)),
            }
        }
        Ok(data)
    }
}

/// Where a member's tensor goes, and under which name.
fn place(member: &str) -> Result<(Side, String), Problem> {
    let path = member.strip_suffix(NPY).ok_or(Problem::TestDataMember)?;
    match (path.strip_prefix(INPUT), path.strip_prefix(OUTPUT)) {
        (Some(name), _) => Ok((Side::Input, name.to_owned())),
        (_, Some(name)) => Ok((Side::Output, name.to_owned())),
        _ => Err(Problem::TestDataMember),
    }
}
