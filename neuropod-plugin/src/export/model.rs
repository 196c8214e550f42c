//! A loaded model behind the C interface.
#![allow(unsafe_code)]

use std::ffi::c_void;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::ptr;
use std::sync::Arc;

use neuropod_core::{Allocator, Inputs, Model, Result, Tensor};
use smallvec::SmallVec;

use crate::abi::*;
use crate::export::inputs::LentTensors;
use crate::marshal::codes::dtype;
use crate::marshal::errors::answer;
use crate::marshal::owner::hand_over;
use crate::marshal::tensor::give;
use crate::marshal::text::{array, malformed};

/// A model and what it allocates with.
struct Exported {
    model: Box<dyn Model>,
    allocator: Arc<dyn Allocator>,
}

/// Hands a model over to the program.
///
/// # Safety
///
/// `table` is null, or leads to the program's table, which may be written.
pub(super) unsafe fn fill(table: *mut NeuropodModel, model: Box<dyn Model>) -> Result<()> {
    // SAFETY: the caller's promise.
    let room = unsafe { table.as_ref() }.map_or(0, |table| table.size);
    if room < size_of::<NeuropodModel>() {
        return Err(malformed(format!("the program's `NeuropodModel` has {room} bytes, which is too few")));
    }
    let allocator = model.allocator();
    let exported = Box::into_raw(Box::new(Exported { model, allocator }));
    let filled = NeuropodModel {
        size: size_of::<NeuropodModel>(),
        model: exported.cast(),
        infer: Some(infer),
        allocate: Some(allocate),
        destroy: Some(destroy),
    };
    // SAFETY: there is room, and the caller's promise.
    unsafe { table.write(filled) };
    Ok(())
}

unsafe extern "C" fn infer(
    model: *mut c_void,
    inputs: *const NeuropodInput,
    input_count: usize,
    requested: *const NeuropodStr,
    requested_count: usize,
    outputs: *mut NeuropodOutputs,
    errors: *mut NeuropodErrors,
) -> i32 {
    let work = || {
        // SAFETY: the program hands back what `fill` gave it, before `destroy`.
        let exported = unsafe { &*model.cast::<Exported>() };
        // SAFETY: the program's arrays, which are valid during the call, as are their texts.
        let (inputs, requested) = unsafe {
            (
                array(inputs, input_count, "the array of inputs")?,
                array(requested, requested_count, "the array of requested outputs")?,
            )
        };
        // Filled in place: what is moved here is moved in each call.
        let mut names: SmallVec<[&str; 4]> = SmallVec::new();
        for name in requested {
            // SAFETY: as above.
            names.push(unsafe { name.text_unchecked() });
        }
        let mut tensors = LentTensors::default();
        // SAFETY: the program's inputs, which are valid during the call.
        unsafe { tensors.fill(inputs) };
        let mut named = Inputs::with_capacity(inputs.len());
        // SAFETY: as above.
        unsafe { tensors.add_to(&mut named, inputs) }?;
        for (name, tensor) in exported.model.infer(&named, &names)? {
            // SAFETY: the program's table.
            unsafe { push(outputs, &name, tensor) }?;
        }
        Ok(())
    };
    // SAFETY: the program's table.
    unsafe { answer(errors, work) }
}

/// # Safety
///
/// `outputs` is null, or the program's table.
unsafe fn push(outputs: *mut NeuropodOutputs, name: &str, tensor: Tensor) -> Result<()> {
    // SAFETY: the caller's promise.
    let push = unsafe { outputs.as_ref() }.and_then(|table| table.push);
    let push = push.ok_or_else(|| malformed("the program gave nothing that takes outputs"))?;
    // SAFETY: the program's function; the text and the tensor's sizes live until it returns.
    let code = give(tensor, |tensor| unsafe { push(outputs, NeuropodStr::lend(name), tensor) });
    if code == 0 { Ok(()) } else { Err(malformed(format!("the program did not take the output `{name}`"))) }
}

unsafe extern "C" fn allocate(
    model: *mut c_void,
    dtype_code: u32,
    dims: *const usize,
    rank: usize,
    tensor: *mut NeuropodTensor,
    errors: *mut NeuropodErrors,
) -> i32 {
    let work = || {
        // SAFETY: the program hands back what `fill` gave it, before `destroy`.
        let exported = unsafe { &*model.cast::<Exported>() };
        // SAFETY: the program's array, which is valid during the call.
        let dims = unsafe { array(dims, rank, "the array of sizes") }?;
        let dtype = dtype(dtype_code)
            .ok_or_else(|| malformed(format!("there is no element type of the number {dtype_code}")))?;
        let mut allocated = exported.allocator.allocate(dtype, dims)?;
        let memory = allocated.as_mut_bytes()?;
        let (data, len) = (memory.as_mut_ptr(), memory.len());
        let handed = NeuropodTensor {
            dtype: dtype_code,
            flags: NEUROPOD_TENSOR_WRITABLE,
            rank,
            dims: dims.as_ptr(),
            data: data.cast_const().cast(),
            len,
            offsets: ptr::null(),
            owner: hand_over(allocated.into_buffer().into_owner()),
        };
        // SAFETY: the program's table, which may be written.
        unsafe { tensor.write(handed) };
        Ok(())
    };
    // SAFETY: the program's table.
    unsafe { answer(errors, work) }
}

unsafe extern "C" fn destroy(model: *mut c_void) {
    // SAFETY: the program hands back once what `fill` gave it.
    let exported = unsafe { Box::from_raw(model.cast::<Exported>()) };
    // What a model does when it is dropped must not unwind into the program.
    let _ = catch_unwind(AssertUnwindSafe(|| drop(exported)));
}
