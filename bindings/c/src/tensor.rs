//! Tensors.

use std::ffi::{c_char, c_void};
use std::ptr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use neuropod::{DType, Shape, Tensor};

use crate::call::{array, code, missing, out, plain};
use crate::failure::{Failure, Result};
use crate::handle::{Handle, lend, release, share};
use crate::status::{NP_Code, NP_Status};
use crate::string_tensor::Strings;
use crate::tensor_type::NP_TensorType;
use crate::text::{NP_String, terminated};

/// A tensor: dense, row-major, on the CPU.
///
/// Each handle is one reference to it: `NP_FreeTensor` gives up the reference, and the memory is freed with the last.
/// Maps and calls that run have references of their own.
///
/// The memory may be read and written by any thread, under the rule that nobody reads what another is writing: a
/// program must not write inputs while a model runs on them. A model can return memory that is an input's, or its own:
/// `NP_IsWritable` tells.
pub struct NP_NeuropodTensor {
    content: Content,
    is_writable: bool,
}

enum Content {
    Numbers(Tensor),
    /// The shape never changes.
    Strings(Shape, Mutex<Strings>),
}

impl Handle for NP_NeuropodTensor {
    const NAME: &'static str = "tensor";
}

/// Hands a tensor over.
pub(crate) fn give(tensor: Tensor) -> *mut NP_NeuropodTensor {
    share(NP_NeuropodTensor::new(tensor))
}

impl NP_NeuropodTensor {
    pub(crate) fn new(mut tensor: Tensor) -> Arc<Self> {
        let is_string = tensor.dtype() == DType::String;
        let is_writable = is_string || tensor.as_mut_bytes().is_ok();
        let content = match is_string {
            true => Content::Strings(tensor.shape().clone(), Mutex::new(Strings::new(tensor))),
            false => Content::Numbers(tensor),
        };
        Arc::new(NP_NeuropodTensor { content, is_writable })
    }

    fn shape(&self) -> &Shape {
        match &self.content {
            Content::Numbers(tensor) => tensor.shape(),
            Content::Strings(shape, _) => shape,
        }
    }

    fn dtype(&self) -> DType {
        self.numbers().map_or(DType::String, Tensor::dtype)
    }

    /// The numbers; none for strings.
    pub(crate) fn numbers(&self) -> Option<&Tensor> {
        match &self.content {
            Content::Numbers(tensor) => Some(tensor),
            Content::Strings(..) => None,
        }
    }

    /// The tensor as it is now. Nothing is copied, unless strings were set since.
    pub(crate) fn current(&self) -> Result<Tensor> {
        match &self.content {
            Content::Numbers(tensor) => Ok(tensor.clone()),
            Content::Strings(_, strings) => Ok(lock(strings).tensor()?),
        }
    }

    fn strings(&self) -> Result<MutexGuard<'_, Strings>> {
        match &self.content {
            Content::Strings(_, strings) => Ok(lock(strings)),
            Content::Numbers(tensor) => Err(Failure::argument(format!(
                "the tensor has elements of type {}, and the function is for strings",
                tensor.dtype()
            ))),
        }
    }

    fn check_index(&self, index: usize) -> Result<()> {
        let count = self.shape().element_count();
        if index < count { Ok(()) } else { Err(Failure::index("element", index, count)) }
    }

    /// Where the numbers are; null for strings. Memory that C programs write is reached through this pointer alone,
    /// and never through a reference of Rust's while they do.
    fn data(&self) -> *const c_void {
        self.numbers().map_or(ptr::null(), |tensor| tensor.buffer().as_ptr().cast())
    }
}

fn lock(strings: &Mutex<Strings>) -> MutexGuard<'_, Strings> {
    strings.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Gives up a reference to a tensor. Null is ignored. Every tensor that a function returns is to be freed once.
///
/// # Safety
///
/// `tensor` is null, or was returned by a function and not freed yet.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn NP_FreeTensor(tensor: *mut NP_NeuropodTensor) {
    // SAFETY: the caller's promise.
    unsafe { release(tensor) };
}

/// The sizes of the axes, outermost first. The array belongs to the tensor, and is valid until that is freed; for a
/// scalar, there are 0 axes. `num_dims` and `dims` may each be null. On an error there are 0.
///
/// # Safety
///
/// `tensor` is null or a tensor; the others are null, or can be written.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn NP_GetDims(
    tensor: *const NP_NeuropodTensor,
    num_dims: *mut usize,
    dims: *mut *const i64,
) {
    // SAFETY: the caller's promise.
    let sizes = plain(&[][..], || unsafe { lend(tensor) }.map(|tensor| tensor.shape().dims()));
    // SAFETY: the caller's promise. Sizes are at most `isize::MAX`, and so the same as `int64_t`.
    unsafe {
        if let Some(num_dims) = num_dims.as_mut() {
            *num_dims = sizes.len();
        }
        if let Some(dims) = dims.as_mut() {
            *dims = sizes.as_ptr().cast();
        }
    }
}

/// The type of the elements; `FLOAT_TENSOR` on an error.
///
/// # Safety
///
/// `tensor` is null or a tensor.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn NP_GetType(tensor: *const NP_NeuropodTensor) -> NP_TensorType {
    // SAFETY: the caller's promise.
    plain(NP_TensorType::FLOAT_TENSOR, || NP_TensorType::of(unsafe { lend(tensor) }?.dtype()))
}

/// The number of elements: 1 for a scalar, 0 on an error.
///
/// # Safety
///
/// `tensor` is null or a tensor.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn NP_GetNumElements(tensor: *const NP_NeuropodTensor) -> usize {
    // SAFETY: the caller's promise.
    plain(0, || Ok(unsafe { lend(tensor) }?.shape().element_count()))
}

/// The elements, to read and, if the memory is the tensor's alone (`NP_IsWritable`), to write. Null for strings and on
/// an error. Nothing is copied: the memory is valid until the last reference to the tensor is given up.
///
/// # Safety
///
/// `tensor` is null or a tensor.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn NP_GetData(tensor: *mut NP_NeuropodTensor) -> *mut c_void {
    // SAFETY: the caller's promise.
    unsafe { NP_GetDataReadOnly(tensor) }.cast_mut()
}

/// The elements, to read. Otherwise as `NP_GetData`.
///
/// # Safety
///
/// `tensor` is null or a tensor.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn NP_GetDataReadOnly(tensor: *const NP_NeuropodTensor) -> *const c_void {
    // SAFETY: the caller's promise.
    plain(ptr::null(), || Ok(unsafe { lend(tensor) }?.data()))
}

/// Whether the memory was the tensor's alone when it was made, so that writing it changes nothing else. It is true for
/// tensors that the program allocates or makes of its memory, and for strings. It is false for an output that shares
/// memory with an input, another output or the model, and for memory that can only be read.
///
/// # Safety
///
/// `tensor` is null or a tensor.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn NP_IsWritable(tensor: *const NP_NeuropodTensor) -> bool {
    // SAFETY: the caller's promise.
    plain(false, || Ok(unsafe { lend(tensor) }?.is_writable))
}

/// Sets one element of a tensor of strings, counted in row-major order, to a text that ends with a zero. It is copied.
///
/// # Safety
///
/// `tensor` is null or a tensor; `item` is null or ends with a zero; `status` is null or a status of this thread's.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn NP_SetStringElement(
    tensor: *mut NP_NeuropodTensor,
    index: usize,
    item: *const c_char,
    status: *mut NP_Status,
) -> NP_Code {
    // SAFETY: the caller's promise.
    unsafe { code(status, || set(tensor, index, terminated(item, "item")?)) }
}

/// Sets one element of a tensor of strings, counted in row-major order, to bytes that may hold zeros. They are copied.
///
/// # Safety
///
/// As for `NP_SetStringElement`, and `item`'s bytes are there.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn NP_SetStringElementBytes(
    tensor: *mut NP_NeuropodTensor,
    index: usize,
    item: NP_String,
    status: *mut NP_Status,
) -> NP_Code {
    // SAFETY: the caller's promise.
    unsafe { code(status, || set(tensor, index, item.bytes("item")?)) }
}

/// # Safety
///
/// `tensor` is null or a tensor.
unsafe fn set(tensor: *const NP_NeuropodTensor, index: usize, value: &[u8]) -> Result<()> {
    // SAFETY: the caller's promise.
    let tensor = unsafe { lend(tensor) }?;
    let mut strings = tensor.strings()?;
    tensor.check_index(index)?;
    Ok(strings.set(index, value)?)
}

/// Sets every element of a tensor of strings, in row-major order. The bytes are copied, once; this is the fast way.
///
/// # Safety
///
/// `tensor` is null or a tensor; `items` is null or has `num_items` elements whose bytes are there; `status` is null or
/// a status of this thread's.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn NP_SetStrings(
    tensor: *mut NP_NeuropodTensor,
    items: *const NP_String,
    num_items: usize,
    status: *mut NP_Status,
) -> NP_Code {
    let work = || {
        // SAFETY: the caller's promise.
        let (tensor, items) = unsafe { (lend(tensor.cast_const())?, array(items, num_items, "items")?) };
        let mut strings = tensor.strings()?;
        let count = tensor.shape().element_count();
        if num_items != count {
            return Err(Failure::argument(format!(
                "the tensor has {count} elements, and {num_items} were given"
            )));
        }
        // SAFETY: the caller's promise.
        let values = items.iter().map(|item| unsafe { item.bytes("items") }).collect::<Result<Vec<_>>>()?;
        Ok(strings.set_all(&values)?)
    };
    // SAFETY: the caller's promise.
    unsafe { code(status, work) }
}

/// The number of bytes of one element of a tensor of strings, counted in row-major order.
///
/// # Safety
///
/// `tensor` is null or a tensor; `elem_size` is null or can be written; `status` is null or a status of this thread's.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn NP_GetStringElementSize(
    tensor: *const NP_NeuropodTensor,
    index: usize,
    elem_size: *mut usize,
    status: *mut NP_Status,
) -> NP_Code {
    // SAFETY: the caller's promise.
    unsafe { code(status, || with_element(tensor, index, |bytes| out(elem_size, "elem_size", bytes.len()))) }
}

/// Copies one element of a tensor of strings, counted in row-major order, into a buffer of at least
/// `NP_GetStringElementSize` bytes. If there is room for one more byte, a zero follows.
///
/// # Safety
///
/// `tensor` is null or a tensor; `buffer` is null, or `buffer_size` bytes can be written there; `status` is null or a
/// status of this thread's.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn NP_GetStringElement(
    tensor: *const NP_NeuropodTensor,
    index: usize,
    buffer: *mut c_char,
    buffer_size: usize,
    status: *mut NP_Status,
) -> NP_Code {
    let copy = |bytes: &[u8]| {
        if buffer_size < bytes.len() {
            let needed = bytes.len();
            return Err(Failure::argument(format!(
                "the element has {needed} bytes, and `buffer` {buffer_size}"
            )));
        }
        if buffer.is_null() {
            return if buffer_size == 0 { Ok(()) } else { Err(missing("buffer")) };
        }
        // SAFETY: there is room, and the caller's promise.
        unsafe {
            buffer.cast::<u8>().copy_from_nonoverlapping(bytes.as_ptr(), bytes.len());
            if buffer_size > bytes.len() {
                buffer.add(bytes.len()).write(0);
            }
        }
        Ok(())
    };
    // SAFETY: the caller's promise.
    unsafe { code(status, || with_element(tensor, index, copy)) }
}

/// One element of a tensor of strings, counted in row-major order, where it is. Nothing is copied: the bytes belong to
/// the tensor, and are valid until it is changed or its last reference is given up.
///
/// # Safety
///
/// `tensor` is null or a tensor; `item` is null or can be written; `status` is null or a status of this thread's.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn NP_GetStringElementBytes(
    tensor: *const NP_NeuropodTensor,
    index: usize,
    item: *mut NP_String,
    status: *mut NP_Status,
) -> NP_Code {
    // SAFETY: the caller's promise.
    unsafe { code(status, || with_element(tensor, index, |bytes| out(item, "item", NP_String::lend(bytes)))) }
}

/// # Safety
///
/// `tensor` is null or a tensor.
unsafe fn with_element(
    tensor: *const NP_NeuropodTensor,
    index: usize,
    work: impl FnOnce(&[u8]) -> Result<()>,
) -> Result<()> {
    // SAFETY: the caller's promise.
    let tensor = unsafe { lend(tensor) }?;
    let strings = tensor.strings()?;
    tensor.check_index(index)?;
    work(strings.get(index)?)
}

/// Whether two tensors have the same element type, the same shape and the same content: numbers as `==` compares them
/// in C, so that no NaN equals another, and strings byte by byte. False on an error.
///
/// # Safety
///
/// Each is null or a tensor.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn NP_TensorsEqual(a: *const NP_NeuropodTensor, b: *const NP_NeuropodTensor) -> bool {
    // SAFETY: the caller's promise.
    plain(false, || unsafe { Ok(lend(a)?.current()? == lend(b)?.current()?) })
}
