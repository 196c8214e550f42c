//! Tensors for other libraries.
#![allow(unsafe_code)]

use std::ffi::{CStr, c_void};

use neuropod_core::Tensor;
use pyo3::exceptions::{PyBufferError, PyTypeError};
use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyTuple};

use super::abi::{
    CPU, DLTensor, DataType, Device, LEGACY, Managed, ManagedVersioned, READ_ONLY, VERSION, VERSIONED,
};

/// An output that other libraries take without a copy: `torch.from_dlpack(output)` for instance.
///
/// It stays valid for as long as something uses it.
#[pyclass(frozen, module = "neuropod")]
pub(crate) struct DLPackTensor {
    tensor: Tensor,
    is_writable: bool,
}

impl DLPackTensor {
    /// A tensor of numbers.
    pub(crate) fn new(mut tensor: Tensor) -> Self {
        let is_writable = tensor.as_mut_bytes().is_ok();
        DLPackTensor { tensor, is_writable }
    }
}

#[pymethods]
impl DLPackTensor {
    /// The sizes of the axes.
    #[getter]
    fn shape<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        PyTuple::new(py, self.tensor.dims())
    }

    /// The name of the element type.
    #[getter]
    fn dtype(&self) -> &'static str {
        self.tensor.dtype().name()
    }

    fn __repr__(&self) -> String {
        format!("DLPackTensor({:?})", self.tensor)
    }

    /// The device, as numbers of DLPack: always the CPU.
    fn __dlpack_device__(&self) -> (i32, i32) {
        (CPU, 0)
    }

    /// A capsule over the memory, as the DLPack protocol asks for.
    #[pyo3(signature = (*, stream=None, max_version=None, dl_device=None, copy=None))]
    fn __dlpack__<'py>(
        &self,
        py: Python<'py>,
        stream: Option<&Bound<'py, PyAny>>,
        max_version: Option<(u32, u32)>,
        dl_device: Option<(i32, i32)>,
        copy: Option<bool>,
    ) -> PyResult<Bound<'py, PyAny>> {
        if stream.is_some() {
            return Err(PyTypeError::new_err("memory of the CPU has no stream: leave `stream` out"));
        }
        if dl_device.is_some_and(|(device, _)| device != CPU) {
            return Err(PyBufferError::new_err(
                "the tensor is in memory of the CPU, and is not moved to another device",
            ));
        }
        let is_copy = copy == Some(true);
        let mut tensor = if is_copy { self.tensor.view().to_tensor() } else { self.tensor.clone() };
        let is_read_only = if is_copy { tensor.as_mut_bytes().is_err() } else { !self.is_writable };
        let held = Held::new(tensor)?;
        match max_version {
            Some((major, _)) if major >= VERSION.0 => versioned(py, held, is_read_only),
            _ => legacy(py, held),
        }
    }

    /// An array of NumPy over the memory.
    #[pyo3(signature = (dtype=None, copy=None))]
    fn __array__<'py>(
        &self,
        py: Python<'py>,
        dtype: Option<&Bound<'py, PyAny>>,
        copy: Option<bool>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let array = super::super::to_numpy(py, self.tensor.clone())?;
        if dtype.is_none() && copy != Some(true) {
            return Ok(array);
        }
        let arguments = PyDict::new(py);
        arguments.set_item("dtype", dtype)?;
        // `None` as NumPy 1 has it: only where it is needed.
        let copy = if copy == Some(true) { "array" } else { "asarray" };
        py.import("numpy")?.getattr(copy)?.call((array,), Some(&arguments))
    }
}

/// What a capsule keeps alive: the tensor, and its sizes as DLPack wants them.
struct Held {
    tensor: Tensor,
    dtype: DataType,
    dims: Vec<i64>,
    strides: Vec<i64>,
}

impl Held {
    fn new(tensor: Tensor) -> PyResult<Box<Self>> {
        let no_type = || PyBufferError::new_err("strings have no type in DLPack");
        let dtype = DataType::of(tensor.dtype()).ok_or_else(no_type)?;
        let dims: Vec<i64> = tensor.dims().iter().map(|size| *size as i64).collect();
        let mut strides = vec![1; dims.len()];
        for axis in (1..dims.len()).rev() {
            strides[axis - 1] = strides[axis] * dims[axis].max(1);
        }
        Ok(Box::new(Held { tensor, dtype, dims, strides }))
    }

    /// The description, which points into this value's heap memory.
    fn describe(&mut self) -> DLTensor {
        DLTensor {
            data: self.tensor.bytes().as_ptr().cast_mut().cast(),
            device: Device { device_type: CPU, device_id: 0 },
            ndim: self.dims.len() as i32,
            dtype: self.dtype,
            shape: self.dims.as_mut_ptr(),
            strides: self.strides.as_mut_ptr(),
            byte_offset: 0,
        }
    }
}

fn legacy(py: Python<'_>, mut held: Box<Held>) -> PyResult<Bound<'_, PyAny>> {
    let tensor = held.describe();
    let context = Box::into_raw(held).cast();
    let managed = Box::into_raw(Box::new(Managed { tensor, context, deleter: Some(delete_legacy) }));
    // SAFETY: the capsule's destructor, or whoever takes the content over, calls the deleter once.
    unsafe { capsule(py, managed.cast(), LEGACY, free_legacy, || delete_legacy(managed)) }
}

fn versioned(py: Python<'_>, mut held: Box<Held>, is_read_only: bool) -> PyResult<Bound<'_, PyAny>> {
    let tensor = held.describe();
    let context = Box::into_raw(held).cast();
    let managed = Box::into_raw(Box::new(ManagedVersioned {
        version: [VERSION.0, VERSION.1],
        context,
        deleter: Some(delete_versioned),
        flags: if is_read_only { READ_ONLY } else { 0 },
        tensor,
    }));
    // SAFETY: as for `legacy`.
    unsafe { capsule(py, managed.cast(), VERSIONED, free_versioned, || delete_versioned(managed)) }
}

/// # Safety
///
/// `free` deletes the content of a capsule of that name, and `delete` deletes it now.
unsafe fn capsule<'py>(
    py: Python<'py>,
    content: *mut c_void,
    name: &'static CStr,
    free: unsafe extern "C" fn(*mut ffi::PyObject),
    delete: impl FnOnce(),
) -> PyResult<Bound<'py, PyAny>> {
    // SAFETY: the lock is held, and the name is static.
    let capsule = unsafe { ffi::PyCapsule_New(content, name.as_ptr(), Some(free)) };
    if capsule.is_null() {
        delete();
    }
    // SAFETY: the capsule is new.
    unsafe { Bound::from_owned_ptr_or_err(py, capsule) }
}

/// The deleter of DLPack, which any thread may call.
unsafe extern "C" fn delete_legacy(managed: *mut Managed) {
    // SAFETY: it is called once for a content that `legacy` made of two boxes.
    unsafe {
        let managed = Box::from_raw(managed);
        drop(Box::from_raw(managed.context.cast::<Held>()));
    }
}

unsafe extern "C" fn delete_versioned(managed: *mut ManagedVersioned) {
    // SAFETY: it is called once for a content that `versioned` made of two boxes.
    unsafe {
        let managed = Box::from_raw(managed);
        drop(Box::from_raw(managed.context.cast::<Held>()));
    }
}

/// Deletes what nobody took over: then the capsule would have another name.
unsafe extern "C" fn free_legacy(capsule: *mut ffi::PyObject) {
    // PyO3 is told that the lock is held: it would leave objects that the tensor keeps to a later call.
    Python::try_attach(|_| {
        // SAFETY: Python calls this once, with the lock held.
        unsafe {
            if let Some(managed) = content(capsule, LEGACY) {
                delete_legacy(managed.cast());
            }
        }
    });
}

unsafe extern "C" fn free_versioned(capsule: *mut ffi::PyObject) {
    Python::try_attach(|_| {
        // SAFETY: Python calls this once, with the lock held.
        unsafe {
            if let Some(managed) = content(capsule, VERSIONED) {
                delete_versioned(managed.cast());
            }
        }
    });
}

/// # Safety
///
/// The lock is held, and the capsule is live.
unsafe fn content(capsule: *mut ffi::PyObject, name: &CStr) -> Option<*mut c_void> {
    // SAFETY: the caller's promise.
    unsafe {
        let is_ours = ffi::PyCapsule_IsValid(capsule, name.as_ptr()) != 0;
        is_ours
            .then(|| ffi::PyCapsule_GetPointer(capsule, name.as_ptr()))
            .filter(|content| !content.is_null())
    }
}
