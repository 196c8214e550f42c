//! Inputs on their way to Python.

use std::ffi::CStr;
use std::ptr::NonNull;

use neuropod_core::{Buffer, DType, Input, Tensor};

use super::gil::Gil;
use super::numpy::Numpy;
use super::object::Object;
use super::raise::Raised;
use super::strings;
use crate::c_api::PyObject;

/// The name of the capsules that keep an input's memory alive.
const INPUT: &CStr = c"neuropod.input";

/// An array of an input's elements.
///
/// A tensor's memory is not copied: the array is a view of it that cannot be written, and keeps it
/// alive. Memory that is only lent for the call is copied, since a model may keep what it gets, and so
/// is all if `copy` says so; such arrays can be written. Strings are always copied.
fn to_python(gil: &Gil, numpy: &Numpy, input: &Input<'_>, copy: bool) -> Result<Object, Raised> {
    let view = input.view();
    if view.dtype() == DType::String {
        return strings::to_python(gil, numpy, &view);
    }
    match input.as_tensor() {
        Some(tensor) if !copy => share(gil, numpy, tensor),
        _ => {
            let (array, data) = numpy.allocate(gil, view.dtype(), view.dims())?;
            let bytes = view.bytes();
            // SAFETY: the new array has as many elements of the same size, and nobody else knows it.
            unsafe { std::ptr::copy_nonoverlapping(bytes.as_ptr(), data, bytes.len()) };
            Ok(array)
        }
    }
}

/// What a capsule holds; nothing while its array waits to be used again.
type Held = Option<Buffer>;

fn share(gil: &Gil, numpy: &Numpy, tensor: &Tensor) -> Result<Object, Raised> {
    let (dtype, data) = (tensor.dtype(), tensor.bytes().as_ptr());
    let raw = Box::into_raw(Box::<Held>::new(Some(tensor.buffer().clone())));
    // SAFETY: the lock is held, and the name is static. The destructor takes the box over.
    let capsule = unsafe {
        Object::from_new(gil, (gil.api().PyCapsule_New)(raw.cast(), INPUT.as_ptr(), Some(free_input)))
    };
    match capsule {
        // SAFETY: the buffer in the capsule has these elements there. Nobody writes them while it lives: a
        // buffer can be written through its only handle alone.
        Ok(capsule) => unsafe { numpy.wrap(gil, dtype, tensor.dims(), data, capsule) },
        Err(raised) => {
            // SAFETY: no capsule took the box over.
            drop(unsafe { Box::from_raw(raw) });
            Err(raised)
        }
    }
}

/// Lets go of an input's memory with the last array over it.
unsafe extern "C" fn free_input(capsule: *mut PyObject) {
    let Some(api) = crate::runtime::api() else { return };
    // SAFETY: Python calls this once, with the lock held, for a capsule that `share` made of a box.
    unsafe {
        let held = (api.PyCapsule_GetPointer)(capsule, INPUT.as_ptr()).cast::<Held>();
        if !held.is_null() {
            drop(Box::from_raw(held));
        }
    }
}

/// The part of an input's memory that starts at `data`, if `object` is what keeps an input alive.
pub(super) fn memory_of_input(gil: &Gil, object: &Object, data: *const u8, len: usize) -> Option<Buffer> {
    let held = held_by(gil, object)?;
    // SAFETY: a capsule of this name holds a box, which lives as long as the capsule, and is written by
    // `reuse` and `reclaim` alone, for arrays that nothing else refers to.
    let buffer = unsafe { held.as_ref() }.as_ref()?;
    let start = (data as usize).checked_sub(buffer.as_ptr() as usize)?;
    (start + len <= buffer.len()).then(|| buffer.slice(start..start + len))
}

/// The content of a capsule that keeps an input alive.
fn held_by(gil: &Gil, object: &Object) -> Option<NonNull<Held>> {
    if !object.is_exactly(gil.api().PyCapsule_Type) {
        return None;
    }
    // SAFETY: the lock is held, and the object is a live capsule; one of another name gives null, and sets
    // an exception.
    let held = unsafe { (gil.api().PyCapsule_GetPointer)(object.as_ptr(), INPUT.as_ptr()) };
    if held.is_null() {
        // SAFETY: the lock is held.
        unsafe { (gil.api().PyErr_Clear)() };
    }
    NonNull::new(held.cast())
}

/// An array over an input's memory, on its way to a model and back.
#[derive(Debug)]
pub(crate) struct Lent {
    array: Object,
    /// What keeps the memory alive, if it is not the array's own.
    held: Option<NonNull<Held>>,
}

// SAFETY: `held` points to the box of the array's capsule, and is used with the interpreter's lock alone.
unsafe impl Send for Lent {}
// SAFETY: as above.
unsafe impl Sync for Lent {}

impl Lent {
    /// An array of the input's elements, as [`to_python`] makes it.
    pub(crate) fn new(gil: &Gil, numpy: &Numpy, input: &Input<'_>, copy: bool) -> Result<Self, Raised> {
        let array = to_python(gil, numpy, input, copy)?;
        let base = numpy.as_array(&array).and_then(|view| view.base(gil));
        let held = base.and_then(|base| held_by(gil, &base));
        Ok(Lent { array, held })
    }

    /// What a model gets instead, made of the array.
    pub(crate) fn replaced(array: Object) -> Self {
        Lent { array, held: None }
    }

    pub(crate) fn array(&self) -> &Object {
        &self.array
    }

    pub(crate) fn into_array(self) -> Object {
        self.array
    }

    /// Lets go of the input's memory, and keeps the array to be used again: to make one costs as much as
    /// many a model. `None` if something else refers to it.
    pub(crate) fn reclaim(self, numpy: &Numpy) -> Option<Self> {
        let mut held = self.held?;
        if !numpy.as_array(&self.array)?.is_unshared() {
            return None;
        }
        // SAFETY: nothing but this value refers to the array, and nothing but that to its capsule.
        drop(unsafe { held.as_mut() }.take());
        Some(self)
    }

    /// The array over another input's memory, if that has the same shape; its element type must be
    /// the same.
    pub(crate) fn reuse(self, numpy: &Numpy, input: &Input<'_>) -> Option<Self> {
        let (tensor, mut held) = (input.as_tensor()?, self.held?);
        let view = numpy.as_array(&self.array)?;
        if tensor.bytes().is_empty() || !view.has_dims(tensor.dims()) {
            return None;
        }
        // SAFETY: it was reclaimed: nothing but this value refers to the array and its capsule, which from
        // here on keeps the tensor's memory alive; that has as many elements of the same type.
        unsafe {
            *held.as_mut() = Some(tensor.buffer().clone());
            view.set_data(tensor.bytes().as_ptr());
        }
        Some(self)
    }
}
