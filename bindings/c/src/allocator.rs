//! Making tensors.

use std::ffi::c_void;
use std::mem::MaybeUninit;
use std::ptr;
use std::sync::Arc;

use neuropod_core::{Allocator, DType, Tensor, default_allocator};

use crate::call::{array, missing, plain};
use crate::failure::{Failure, Result};
use crate::handle::{self, Handle, lend};
use crate::model::NP_Neuropod;
use crate::tensor::{NP_NeuropodTensor, give};
use crate::tensor_type::{NP_TensorType, dtype};

/// Makes tensors. It may be used by several threads at once, and outlives the model that it is of.
pub struct NP_TensorAllocator {
    allocator: Arc<dyn Allocator>,
}

impl Handle for NP_TensorAllocator {
    const NAME: &'static str = "allocator";
}

/// Frees memory that a program gave to a tensor: `data` and `arg` are what `NP_TensorFromMemory` got. It is called
/// once, on any thread, and must not throw.
pub type NP_Deleter = Option<unsafe extern "C" fn(data: *mut c_void, arg: *mut c_void)>;

/// An allocator of memory that the model takes without a copy. Null on an error: a model that was to be loaded later
/// is loaded now. Free it with `NP_FreeAllocator`.
///
/// # Safety
///
/// `model` is null or a model.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn NP_GetAllocator(model: *const NP_Neuropod) -> *mut NP_TensorAllocator {
    plain(ptr::null_mut(), || {
        // SAFETY: the caller's promise.
        let allocator = unsafe { lend(model) }?.neuropod.allocator()?;
        Ok(handle::give(NP_TensorAllocator { allocator }))
    })
}

/// An allocator of memory for any model, aligned to 64 bytes. Free it with `NP_FreeAllocator`.
#[unsafe(no_mangle)]
pub extern "C" fn NP_GetGenericAllocator() -> *mut NP_TensorAllocator {
    handle::give(NP_TensorAllocator { allocator: default_allocator() })
}

/// Frees an allocator; its tensors stay. Null is ignored.
///
/// # Safety
///
/// `allocator` is null, or was returned by a function and not freed yet.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn NP_FreeAllocator(allocator: *mut NP_TensorAllocator) {
    // SAFETY: the caller's promise.
    unsafe { handle::free(allocator) };
}

/// Makes a tensor of zeros, or of empty strings. `dims` are the sizes of its axes, outermost first; it may be null for a
/// scalar. Null on an error. Free it with `NP_FreeTensor`.
///
/// # Safety
///
/// `allocator` is null or an allocator; `dims` is null or has `num_dims` elements.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn NP_AllocateTensor(
    allocator: *const NP_TensorAllocator,
    num_dims: usize,
    dims: *const i64,
    tensor_type: MaybeUninit<NP_TensorType>,
) -> *mut NP_NeuropodTensor {
    plain(ptr::null_mut(), || {
        // SAFETY: the caller's promise.
        let (allocator, dims) = unsafe { (lend(allocator)?, sizes(dims, num_dims)?) };
        Ok(give(allocator.allocator.allocate(dtype(tensor_type)?, dims)?))
    })
}

/// Makes a tensor of the program's memory. Nothing is copied: `data` has as many elements as `dims` says, and stays
/// valid until `deleter` is called. That happens once, on any thread, when neither the program nor a model has the
/// tensor any more. With no `deleter`, the memory must outlive every use. Elements must be aligned to their size; if
/// the memory is aligned to 64 bytes, every framework takes it without a copy. Strings cannot be made this way.
///
/// Null on an error; `deleter` is not called then, and the memory is still the program's. Free it with
/// `NP_FreeTensor`.
///
/// # Safety
///
/// `allocator` is null or an allocator; `dims` is null or has `num_dims` elements; `data` is null or leads to as many
/// initialised elements of that type, which may be read and written until `deleter` is called.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn NP_TensorFromMemory(
    allocator: *const NP_TensorAllocator,
    num_dims: usize,
    dims: *const i64,
    tensor_type: MaybeUninit<NP_TensorType>,
    data: *mut c_void,
    deleter: NP_Deleter,
    deleter_arg: *mut c_void,
) -> *mut NP_NeuropodTensor {
    plain(ptr::null_mut(), || {
        // SAFETY: the caller's promise.
        let (_, dims) = unsafe { (lend(allocator)?, sizes(dims, num_dims)?) };
        let dtype = dtype(tensor_type)?;
        check_memory(dtype, dims, data)?;
        // Whatever is wrong shows before there is anything to free.
        // SAFETY: the caller's promise.
        unsafe { Tensor::from_raw_parts(dtype, dims, data.cast(), ()) }?;
        let owner = Memory { data, deleter, deleter_arg };
        // SAFETY: the caller's promise: the memory is there until the owner is dropped, and may be written.
        Ok(give(unsafe { Tensor::from_raw_parts_mut(dtype, dims, data.cast(), owner) }?))
    })
}

fn check_memory(dtype: DType, dims: &[usize], data: *mut c_void) -> Result<()> {
    if dtype == DType::String {
        let message = "strings have no memory of one kind: allocate the tensor, and set its strings";
        return Err(Failure::argument(message));
    }
    let is_empty = dims.contains(&0);
    if data.is_null() && !is_empty { Err(missing("data")) } else { Ok(()) }
}

/// Memory of the program's.
struct Memory {
    data: *mut c_void,
    deleter: NP_Deleter,
    deleter_arg: *mut c_void,
}

// SAFETY: the pointers are only handed to the deleter, which may be called on any thread.
unsafe impl Send for Memory {}
// SAFETY: as above; nothing is done with a `&Memory`.
unsafe impl Sync for Memory {}

impl Drop for Memory {
    fn drop(&mut self) {
        if let Some(deleter) = self.deleter {
            // SAFETY: the program gave the function for these pointers, and it is called once.
            unsafe { deleter(self.data, self.deleter_arg) };
        }
    }
}

/// Sizes of axes.
///
/// # Safety
///
/// `dims` is null or has `num_dims` elements, which nobody changes as long as the slice is used.
unsafe fn sizes<'a>(dims: *const i64, num_dims: usize) -> Result<&'a [usize]> {
    // SAFETY: the caller's promise.
    let dims = unsafe { array(dims, num_dims, "dims") }?;
    if let Some(axis) = dims.iter().position(|size| *size < 0) {
        return Err(Failure::argument(format!(
            "axis {axis} has the size {}: a size is at least 0",
            dims[axis]
        )));
    }
    // SAFETY: the types have the same size (lib.rs), and a number that is not negative is the same in both.
    Ok(unsafe { std::slice::from_raw_parts(dims.as_ptr().cast(), dims.len()) })
}
