//! Tensors over memory of other libraries.
#![allow(unsafe_code)]

use std::ptr::NonNull;
use std::slice;

use neuropod_core::{Error, ErrorKind, Tensor};
use pyo3::ffi;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::PyCapsule;
use smallvec::SmallVec;

use super::abi::{CPU, DLTensor, LEGACY, Managed, USED_LEGACY};
use crate::errors::OrRaise;

/// A tensor over the memory of an object with `__dlpack__`. Nothing is copied.
pub(in super::super) fn to_tensor(object: &Bound<'_, PyAny>) -> PyResult<Tensor> {
    let py = object.py();
    let capsule = object.call_method0(intern!(py, "__dlpack__"))?;
    let owner = ManagedOwner::take(&capsule)?;
    owner.into_tensor().or_raise(py)
}

/// Another library's tensor, which is given back when it is dropped.
struct ManagedOwner(NonNull<Managed>);

// SAFETY: the content of a capsule may be read and deleted by whoever took it over, on any thread; see `drop` for
// what deleters need.
unsafe impl Send for ManagedOwner {}
// SAFETY: as above; what is shared is only read.
unsafe impl Sync for ManagedOwner {}

impl ManagedOwner {
    /// Takes over what a capsule holds.
    fn take(capsule: &Bound<'_, PyAny>) -> PyResult<Self> {
        let py = capsule.py();
        let not_ours = || Error::new(ErrorKind::InvalidArgument, "`__dlpack__` returned no new capsule");
        if !capsule.is_instance_of::<PyCapsule>() {
            return Err(not_ours()).or_raise(py);
        }
        // SAFETY: the lock is held, and the object is a live capsule; one of another name gives null, and sets an
        // exception.
        let content = unsafe { ffi::PyCapsule_GetPointer(capsule.as_ptr(), LEGACY.as_ptr()) };
        let Some(content) = NonNull::new(content.cast()) else {
            drop(PyErr::take(py));
            return Err(not_ours()).or_raise(py);
        };
        // SAFETY: as above. By the new name, the capsule's own destructor knows that it must not delete the content.
        match unsafe { ffi::PyCapsule_SetName(capsule.as_ptr(), USED_LEGACY.as_ptr()) } {
            0 => Ok(ManagedOwner(content)),
            _ => Err(PyErr::fetch(py)),
        }
    }

    fn tensor(&self) -> &DLTensor {
        // SAFETY: the content was taken over, and lives until `drop`.
        unsafe { &self.0.as_ref().tensor }
    }

    fn into_tensor(self) -> Result<Tensor, Error> {
        let invalid = |message: String| Error::new(ErrorKind::InvalidArgument, message);
        let foreign = self.tensor();
        if foreign.device.device_type != CPU {
            return Err(invalid(format!(
                "the tensor is on a device of DLPack's type {}; inputs are given in memory of the CPU, and Neuropod \
                 moves them to the model's device",
                foreign.device.device_type
            )));
        }
        let Some(dtype) = foreign.dtype.dtype() else {
            let (code, bits, lanes) = (foreign.dtype.code, foreign.dtype.bits, foreign.dtype.lanes);
            return Err(invalid(format!(
                "no dtype stands for DLPack's type {code} with {bits} bits and {lanes} lanes"
            )));
        };
        let rank = usize::try_from(foreign.ndim).unwrap_or(0);
        let dims = self.numbers(foreign.shape, rank);
        let dims: SmallVec<[usize; 4]> =
            dims.iter().map(|size| usize::try_from(*size).unwrap_or(0)).collect();
        if !foreign.strides.is_null() && !is_contiguous(&dims, self.numbers(foreign.strides, rank)) {
            return Err(invalid("the tensor is not contiguous: make it so first".to_owned()));
        }
        let offset = usize::try_from(foreign.byte_offset).unwrap_or(0);
        let data = foreign.data.cast::<u8>().cast_const().wrapping_add(offset);
        // SAFETY: whoever made the capsule promises these elements at this place until its deleter is called, which
        // the owner does. For what Python's code writes meanwhile, the package's documentation says the same as of
        // arrays.
        unsafe { Tensor::from_raw_parts(dtype, &*dims, data, self) }
    }

    fn numbers(&self, start: *const i64, count: usize) -> &[i64] {
        match start.is_null() || count == 0 {
            true => &[],
            // SAFETY: a tensor has as many sizes and strides as axes, for as long as it lives.
            false => unsafe { slice::from_raw_parts(start, count) },
        }
    }
}

impl Drop for ManagedOwner {
    /// Deleters may need the interpreter's lock. Without an interpreter there is nothing that needs the memory back.
    fn drop(&mut self) {
        Python::try_attach(|_| {
            // SAFETY: the content was taken over, and is deleted once.
            unsafe {
                if let Some(deleter) = self.0.as_ref().deleter {
                    deleter(self.0.as_ptr());
                }
            }
        });
    }
}

/// Whether the strides, in elements, are those of row-major order. Those of axes of size 1 do not matter.
fn is_contiguous(dims: &[usize], strides: &[i64]) -> bool {
    let mut expected = 1i64;
    for (size, stride) in dims.iter().zip(strides).rev() {
        if *size != 1 && *stride != expected && !dims.contains(&0) {
            return false;
        }
        expected = expected.saturating_mul(i64::try_from(*size).unwrap_or(i64::MAX));
    }
    true
}
