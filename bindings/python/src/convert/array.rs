//! NumPy's arrays: their memory as tensors', and the other way round.
#![allow(unsafe_code)]

use std::ffi::{c_int, c_void};
use std::{ptr, slice};

use neuropod_core::{DType, Tensor};
use numpy::PY_ARRAY_API;
use numpy::npyffi::{
    NPY_ARRAY_ALIGNED, NPY_ARRAY_C_CONTIGUOUS, NPY_ARRAY_WRITEABLE, NpyTypes, PyArray_Check, PyArray_Descr,
    PyArrayObject, get_type_object, npy_intp,
};
use pyo3::exceptions::PyMemoryError;
use pyo3::ffi;
use pyo3::prelude::*;
use smallvec::SmallVec;

use super::owner::ObjectOwner;
use super::{dtype, strings};
use crate::errors::OrRaise;

/// The sizes of an array's axes: up to four need no allocation.
pub(super) type Dims = SmallVec<[usize; 4]>;

/// Outputs of up to so many bytes are copied: that costs less than to keep the tensor alive.
const SMALL: usize = 4096;

/// What array objects have in common, whatever their elements.
pub(super) struct Array<'a, 'py> {
    object: &'a Bound<'py, PyAny>,
}

impl<'a, 'py> Array<'a, 'py> {
    /// `None` if the object is no array.
    #[inline]
    pub(super) fn new(object: &'a Bound<'py, PyAny>) -> Option<Self> {
        // SAFETY: the lock is held, and the object is live.
        let is_array = unsafe { PyArray_Check(object.py(), object.as_ptr()) } != 0;
        is_array.then_some(Array { object })
    }

    fn head(&self) -> &PyArrayObject {
        // SAFETY: an array object starts with these fields in every version of NumPy, and lives as long as
        // the borrow of its reference.
        unsafe { &*self.object.as_ptr().cast::<PyArrayObject>() }
    }

    fn descr(&self) -> &PyArray_Descr {
        // SAFETY: an array has a dtype, which lives as long as it, and starts with these fields in every
        // version of NumPy.
        unsafe { &*self.head().fields.descr }
    }

    /// NumPy's number of its element type.
    pub(super) fn type_number(&self) -> c_int {
        self.descr().fields.type_num
    }

    /// The size of an element in bytes.
    pub(super) fn element_size(&self) -> PyResult<usize> {
        self.object.getattr("itemsize")?.extract()
    }

    /// Whether its elements lie one behind the other in row-major order, aligned and in the machine's order
    /// of bytes.
    #[inline]
    pub(super) fn is_plain(&self) -> bool {
        const FLAGS: c_int = NPY_ARRAY_C_CONTIGUOUS | NPY_ARRAY_ALIGNED;
        let order = self.descr().fields.byteorder as u8;
        let is_native = matches!(order, b'=' | b'|') || order == NATIVE;
        is_native && self.head().fields.flags & FLAGS == FLAGS
    }

    pub(super) fn dims(&self) -> Dims {
        let fields = &self.head().fields;
        if fields.nd == 0 {
            return Dims::new();
        }
        // SAFETY: an array has `nd` sizes there, which are not negative.
        let dims = unsafe { slice::from_raw_parts(fields.dimensions, fields.nd as usize) };
        dims.iter().map(|size| *size as usize).collect()
    }

    /// The memory of `len` bytes of a plain array.
    ///
    /// # Safety
    ///
    /// The array is plain and has so many bytes, and Python's code does not run while they are read.
    pub(super) unsafe fn bytes(&self, len: usize) -> &'a [u8] {
        match len {
            0 => &[],
            // SAFETY: the caller's promise; the array keeps its memory while it lives.
            _ => unsafe { slice::from_raw_parts(self.data(), len) },
        }
    }

    /// The memory of `len` bytes of a plain array, to be written.
    ///
    /// # Safety
    ///
    /// The array is plain, has so many bytes, and is nobody else's while they are used.
    pub(super) unsafe fn bytes_mut(&self, len: usize) -> &'a mut [u8] {
        match len {
            0 => &mut [],
            // SAFETY: the caller's promise; the array keeps its memory while it lives.
            _ => unsafe { slice::from_raw_parts_mut(self.data().cast_mut(), len) },
        }
    }

    fn data(&self) -> *const u8 {
        self.head().fields.data.cast_const().cast()
    }

    /// A tensor over the memory of a plain array of numbers. Nothing is copied.
    #[inline]
    pub(super) fn share(&self, dtype: DType) -> PyResult<Tensor> {
        let owner = ObjectOwner::new(self.object);
        // SAFETY: a plain array of that type has its elements there, and keeps them until the owner drops it.
        // What Python's code writes meanwhile it writes to memory that it shares knowingly: the package's
        // documentation forbids it, as every library that takes arrays without a copy does.
        unsafe { Tensor::from_raw_parts(dtype, &*self.dims(), self.data(), owner) }.or_raise(self.object.py())
    }
}

#[cfg(target_endian = "little")]
const NATIVE: u8 = b'<';
#[cfg(target_endian = "big")]
const NATIVE: u8 = b'>';

/// An array of a tensor's elements.
///
/// Beyond a few kilobytes, numbers are not copied: the array keeps the tensor. It can be written if the tensor
/// can, which is the case if nobody else has its memory. Strings become an array of text, or of objects where
/// that would lose something.
pub(crate) fn to_numpy(py: Python<'_>, tensor: Tensor) -> PyResult<Bound<'_, PyAny>> {
    if tensor.dtype() == DType::String {
        return strings::to_numpy(py, &tensor);
    }
    let descr = descr(py, tensor.dtype())?;
    let mut dims: SmallVec<[npy_intp; 4]> = tensor.dims().iter().map(|size| *size as npy_intp).collect();
    let bytes = tensor.bytes();
    if bytes.len() <= SMALL {
        // SAFETY: `descr` is a strong reference to a dtype, which the call takes over; null stands for memory
        // of the array's own.
        let array = unsafe { new_array(py, descr, &mut dims, ptr::null_mut(), 0) }?;
        if !bytes.is_empty() {
            // SAFETY: the new array has as many elements of the same size, and nobody else knows it.
            unsafe {
                let data = (*array.as_ptr().cast::<PyArrayObject>()).fields.data;
                ptr::copy_nonoverlapping(bytes.as_ptr(), data.cast(), bytes.len());
            }
        }
        return Ok(array);
    }
    wrap(py, descr, &mut dims, tensor)
}

/// An array over a tensor's memory.
fn wrap<'py>(
    py: Python<'py>,
    descr: *mut PyArray_Descr,
    dims: &mut [npy_intp],
    mut tensor: Tensor,
) -> PyResult<Bound<'py, PyAny>> {
    let (data, writeable) = match tensor.as_mut_bytes() {
        Ok(bytes) => (bytes.as_mut_ptr(), NPY_ARRAY_WRITEABLE),
        Err(_) => (tensor.bytes().as_ptr().cast_mut(), 0),
    };
    let flags = NPY_ARRAY_C_CONTIGUOUS | NPY_ARRAY_ALIGNED | writeable;
    // SAFETY: as in `to_numpy`; the memory has all elements, aligned, and the base below keeps it alive. It is
    // written through the array alone, and only if nobody else has it.
    let array = unsafe { new_array(py, descr, dims, data.cast(), flags) }?;
    let raw = Box::into_raw(Box::new(tensor));
    // SAFETY: the lock is held. The destructor takes the box over.
    let base = unsafe { ffi::PyCapsule_New(raw.cast(), ptr::null(), Some(free_tensor)) };
    if base.is_null() {
        // SAFETY: no capsule took the box over.
        drop(unsafe { Box::from_raw(raw) });
        return Err(PyErr::fetch(py));
    }
    // SAFETY: the array is new, and the call takes the capsule over, whatever it returns.
    match unsafe { PY_ARRAY_API.PyArray_SetBaseObject(py, array.as_ptr().cast(), base) } {
        0 => Ok(array),
        _ => Err(PyErr::fetch(py)),
    }
}

/// Lets go of a tensor with the last array over it.
unsafe extern "C" fn free_tensor(capsule: *mut ffi::PyObject) {
    // PyO3 is told that the lock is held: it would leave objects that the tensor keeps to a later call.
    Python::try_attach(|_| {
        // SAFETY: Python calls this once, with the lock held, for a capsule that `wrap` made of a box.
        unsafe {
            let tensor = ffi::PyCapsule_GetPointer(capsule, ptr::null()).cast::<Tensor>();
            if !tensor.is_null() {
                drop(Box::from_raw(tensor));
            }
        }
    });
}

/// A strong reference to NumPy's dtype.
fn descr(py: Python<'_>, wanted: DType) -> PyResult<*mut PyArray_Descr> {
    match dtype::number(wanted) {
        // SAFETY: the lock is held, and the number is NumPy's.
        Some(number) => Ok(unsafe { PY_ARRAY_API.PyArray_DescrFromType(py, number) }),
        None => Ok(dtype::bfloat16(py)?.clone().into_ptr().cast()),
    }
}

/// # Safety
///
/// `descr` is a strong reference to a dtype, which is taken over. `data` is null, or memory for all elements that
/// lives as long as the array.
unsafe fn new_array<'py>(
    py: Python<'py>,
    descr: *mut PyArray_Descr,
    dims: &mut [npy_intp],
    data: *mut c_void,
    flags: c_int,
) -> PyResult<Bound<'py, PyAny>> {
    let rank = c_int::try_from(dims.len()).map_err(|_| PyMemoryError::new_err("too many axes"))?;
    // SAFETY: the lock is held; the caller promises the rest.
    unsafe {
        let class = get_type_object(py, NpyTypes::PyArray_Type);
        let (strides, object) = (ptr::null_mut(), ptr::null_mut());
        let array = PY_ARRAY_API.PyArray_NewFromDescr(
            py,
            class,
            descr,
            rank,
            dims.as_mut_ptr(),
            strides,
            data,
            flags,
            object,
        );
        Bound::from_owned_ptr_or_err(py, array)
    }
}
