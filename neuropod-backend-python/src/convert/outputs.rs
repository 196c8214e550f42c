//! What a model returns on its way from Python.

use neuropod_core::{DType, Error, Tensor};

use super::gil::Gil;
use super::inputs::memory_of_input;
use super::numpy::{Array, Numpy, UNICODE};
use super::object::Object;
use super::raise::Raised;
use super::strings;

/// The first of what this crate's `outputs.convert` returns.
const ARRAY: i64 = 0;
const STRINGS: i64 = 1;

/// Why there is no tensor.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The value is not what the problem definition says.
    Mismatch(String),
    Raised(Raised),
    Other(Error),
}

impl From<Raised> for Failure {
    fn from(raised: Raised) -> Self {
        Failure::Raised(raised)
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Failure::Other(error)
    }
}

/// A dictionary that a model returned.
#[derive(Debug)]
pub(crate) struct Returned {
    values: Object,
}

impl Returned {
    /// `None` if it is no `dict`, which `as_dict` of this crate's Python code may make of it.
    pub(crate) fn new(gil: &Gil, values: Object) -> Result<Self, Object> {
        if values.is_exactly(gil.api().PyDict_Type) { Ok(Returned { values }) } else { Err(values) }
    }

    pub(crate) fn value(&self, gil: &Gil, name: &Object) -> Result<Option<Object>, Raised> {
        self.values.item(gil, name)
    }

    pub(crate) fn object(&self) -> &Object {
        &self.values
    }

    /// One output as a tensor.
    ///
    /// The memory is not copied if nobody else can write it: an array that the model has just made, or
    /// a part of an input. What the model keeps is copied, as a later call may change it.
    pub(crate) fn tensor(
        &self,
        gil: &Gil,
        numpy: &Numpy,
        value: &Object,
        expected: (&Object, DType),
        convert: &Object,
    ) -> Result<Tensor, Failure> {
        let (name, dtype) = expected;
        if let Some(array) = numpy.as_array(value).filter(|array| array.is_plain()) {
            if array.dtype() == Some(dtype) {
                // Of ours are the dictionary's reference and `value`; most models have no other.
                let is_free = self.values.references() == 1 && value.references() == 2;
                if is_free && array.owns_its_memory() {
                    return Ok(adopt(value.clone_ref(gil), numpy, dtype, array.is_weakly_referenced())?);
                }
                return Ok(self.take(gil, numpy, value, value.clone_ref(gil), dtype)?);
            }
            if dtype == DType::String && array.type_number() == UNICODE {
                return Ok(strings::from_unicode_array(gil, array)??);
            }
        }
        // Of ours are the dictionary's reference and `value`.
        let is_alone = self.values.references() == 1 && value.references() == 2;
        let dtype_name = Object::text(gil, dtype.name())?;
        let arguments = [value.clone_ref(gil), name.clone_ref(gil), dtype_name, Object::bool(gil, is_alone)?];
        let converted = convert.call(gil, arguments)?;
        let (kind, payload, detail) = (
            converted.tuple_item(gil, 0)?.to_int(gil)?,
            converted.tuple_item(gil, 1)?,
            converted.tuple_item(gil, 2)?,
        );
        drop(converted);
        match kind {
            ARRAY => self.take_converted(gil, numpy, value, payload, &detail, dtype),
            STRINGS => {
                let dims = detail.list_items(gil)?;
                let dims: Result<Vec<_>, _> =
                    dims.iter().map(|size| size.to_int(gil).map(|size| size as usize)).collect();
                Ok(strings::from_list(gil, &payload, &dims?)??)
            }
            _ => Err(Failure::Mismatch(payload.to_text(gil)?)),
        }
    }

    fn take_converted(
        &self,
        gil: &Gil,
        numpy: &Numpy,
        value: &Object,
        array: Object,
        is_free: &Object,
        dtype: DType,
    ) -> Result<Tensor, Failure> {
        let Some(found) = numpy.as_array(&array).filter(|array| array.is_plain()) else {
            return Err(Failure::Mismatch("the value did not become an array".to_owned()));
        };
        if dtype == DType::String {
            return Ok(strings::from_unicode_array(gil, found)??);
        }
        if is_free.is_none() {
            return Ok(self.take(gil, numpy, value, array, dtype)?);
        }
        let is_free = is_free.is_true(gil)?;
        Ok(if is_free { adopt(array, numpy, dtype, false)? } else { copy(found, dtype)? })
    }

    /// A tensor over the array's memory, or over a copy.
    fn take(
        &self,
        gil: &Gil,
        numpy: &Numpy,
        value: &Object,
        array: Object,
        dtype: DType,
    ) -> Result<Tensor, Error> {
        let Some(found) = numpy.as_array(&array) else {
            return Err(Error::new(neuropod_core::ErrorKind::Internal, "the value is no array"));
        };
        match self.owner(gil, numpy, value, found, dtype) {
            Owner::Array { is_weakly_referenced } => adopt(array, numpy, dtype, is_weakly_referenced),
            Owner::Input(tensor) => tensor,
            Owner::Shared => copy(found, dtype),
        }
    }

    /// Who else can reach the memory of an array: its own references, and those of the arrays that it is
    /// a view of, are counted.
    fn owner(&self, gil: &Gil, numpy: &Numpy, value: &Object, array: Array<'_>, dtype: DType) -> Owner {
        // The dictionary is ours alone, unless the model keeps it, and thereby what it holds.
        let mut is_ours = self.values.references() == 1;
        let mut is_weakly_referenced = false;
        let mut current = array.object().clone_ref(gil);
        let mut known = 2; // `array` and `current`
        loop {
            let of_dictionary = if current.as_ptr() == value.as_ptr() { 2 } else { 0 }; // and `value`
            is_ours &= current.references() == known + of_dictionary;
            let Some(view) = numpy.as_array(&current) else { return Owner::Shared };
            is_weakly_referenced |= view.is_weakly_referenced();
            let Some(base) = view.base(gil) else {
                let is_alone = is_ours && view.owns_its_memory();
                return if is_alone { Owner::Array { is_weakly_referenced } } else { Owner::Shared };
            };
            if numpy.as_array(&base).is_none() {
                let len = array.dims().iter().product::<usize>() * dtype.size().unwrap_or(0);
                return match memory_of_input(gil, &base, array.data(), len) {
                    Some(buffer) => Owner::Input(Tensor::from_buffer(dtype, &*array.dims(), buffer)),
                    None => Owner::Shared,
                };
            }
            current = base;
            known = 2; // the view's own, and `current`
        }
    }
}

/// Whose memory an output is.
enum Owner {
    /// The array's alone. By a weak reference the model may still come back to it.
    Array { is_weakly_referenced: bool },
    /// An input's, which cannot be written.
    Input(neuropod_core::Result<Tensor>),
    /// Something else may write it, as far as is known.
    Shared,
}

/// A tensor that keeps the array, which nothing else refers to. It can be written if the array can, and no weak
/// reference leads to that.
fn adopt(array: Object, numpy: &Numpy, dtype: DType, is_weakly_referenced: bool) -> Result<Tensor, Error> {
    let Some(found) = numpy.as_array(&array) else {
        return Err(Error::new(neuropod_core::ErrorKind::Internal, "the value is no array"));
    };
    let (dims, data) = (found.dims(), found.data());
    let bytes = dims.iter().product::<usize>() * dtype.size().unwrap_or(0);
    let is_writable = found.is_writable() && !is_weakly_referenced;
    let owner = Output::new(array, bytes);
    // SAFETY: a plain array of that type has so many elements there, for as long as it lives, which the
    // tensor sees to. Nobody else writes them, or reads them if they may be written here: nothing else refers to
    // the memory.
    unsafe {
        match is_writable {
            true => Tensor::from_raw_parts_mut(dtype, &*dims, data.cast_mut(), owner),
            false => Tensor::from_raw_parts(dtype, &*dims, data, owner),
        }
    }
}

/// An array that a tensor keeps. It is of a model's own memory: nothing happens when it is freed.
struct Output {
    array: Option<Object>,
    is_small: bool,
}

impl Output {
    /// Up to this many bytes may wait for the next call to be freed, which spares taking the lock.
    const SMALL: usize = 64 << 10;

    fn new(array: Object, bytes: usize) -> Self {
        Output { array: Some(array), is_small: bytes <= Self::SMALL }
    }
}

impl Drop for Output {
    fn drop(&mut self) {
        if let Some(array) = self.array.take().filter(|_| self.is_small) {
            array.release_later();
        }
    }
}

fn copy(array: Array<'_>, dtype: DType) -> Result<Tensor, Error> {
    let mut tensor = Tensor::zeros(dtype, &*array.dims())?;
    let bytes = tensor.as_mut_bytes()?;
    if !bytes.is_empty() {
        // SAFETY: a plain array of that type has as many bytes there, and another memory than the new
        // tensor. Python's code does not run meanwhile, as the lock is held.
        bytes.copy_from_slice(unsafe { std::slice::from_raw_parts(array.data(), bytes.len()) });
    }
    // Through the check that bools are 0 or 1.
    Tensor::from_buffer(dtype, tensor.shape(), tensor.buffer().clone())
}
