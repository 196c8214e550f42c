//! One call of a model: inputs out, outputs in, neither copied.

use std::ffi::c_void;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::ptr::{self, NonNull};
use std::slice;

use neuropod_core::{DType, Error, ErrorKind, Tensor, TensorView};
use smallvec::SmallVec;

use super::{Module, check};
use crate::{TorchError, dtype, shim};

// Sizes of axes are handed over as they are: both sides count them in 64 bits, and a tensor's are
// below 2^63.
const _: () = assert!(size_of::<usize>() == size_of::<i64>());

/// The inputs of one call, borrowed from the caller.
#[derive(Default)]
pub(crate) struct Call<'a> {
    inputs: SmallVec<[shim::Input; 4]>,
    /// Ties the pointers to what they point to.
    borrowed: std::marker::PhantomData<&'a [u8]>,
}

impl<'a> Call<'a> {
    /// Hands over an input for the slot of that index, and the tensor that it is a view of, if there is one. Nothing is
    /// copied.
    pub(crate) fn push(
        &mut self,
        slot: usize,
        view: TensorView<'a>,
        owner: Option<&'a Tensor>,
    ) -> Result<(), TorchError> {
        let dtype = dtype::to_code(view.dtype());
        let dtype = dtype
            .ok_or_else(|| TorchError::InvalidInput(format!("torch has no dtype like `{}`", view.dtype())))?;
        if view.dtype() == DType::Bool {
            // Memory can be written as bytes, and C++ must not see a bool that is neither 0 nor 1.
            view.as_slice::<bool>().map_err(|error| TorchError::InvalidInput(error.message().to_owned()))?;
        }
        self.inputs.push(shim::Input {
            slot: slot as u32,
            dtype,
            rank: view.rank() as u32,
            dims: view.dims().as_ptr().cast(),
            data: view.bytes().as_ptr(),
            bytes: view.bytes().len(),
            offsets: view.offsets().as_ptr(),
            count: view.element_count(),
            owner: owner.map_or(ptr::null(), |tensor| ptr::from_ref(tensor).cast()),
        });
        Ok(())
    }

    /// Runs the model. `wanted` has one element for each output of the spec, or is empty for all.
    /// Outputs come in the order of the model, with their index in the spec.
    pub(crate) fn run(&self, module: &Module, wanted: &[u8]) -> Result<Returned, Error> {
        let mut returned = Collected::default();
        let wanted = if wanted.is_empty() { ptr::null() } else { wanted.as_ptr() };
        // SAFETY: the model is live. `inputs` and all that it points to are borrowed for 'a, which
        // `&self` does not outlive; each `owner` is null or points to a `Tensor` whose bytes are
        // the input's, as `MEMORY` asks. `wanted` is null or has an element for each output.
        // `sink` is made for the context it is given, which outlives the call.
        let status = unsafe {
            shim::npt_infer(
                module.model.as_ptr(),
                &MEMORY,
                self.inputs.as_ptr(),
                self.inputs.len(),
                wanted,
                sink,
                ptr::from_mut(&mut returned).cast(),
            )
        };
        check(status)?;
        match returned.failure {
            None => Ok(returned.tensors),
            Some(error) => Err(error),
        }
    }

    /// What was handed over, in order.
    pub(super) fn inputs(&self) -> &[shim::Input] {
        &self.inputs
    }
}

/// Outputs with their index in the spec.
pub(crate) type Returned = SmallVec<[(usize, Tensor); 2]>;

#[derive(Default)]
struct Collected {
    tensors: Returned,
    failure: Option<Error>,
}

/// How torch keeps an input's memory beyond the call: by a clone of its tensor.
const MEMORY: shim::Memory = shim::Memory { retain, release };

/// # Safety
///
/// `owner` must point to a live [`Tensor`].
unsafe extern "C" fn retain(owner: *const c_void) -> *mut c_void {
    // SAFETY: the caller's promise.
    let tensor = unsafe { &*owner.cast::<Tensor>() };
    Box::into_raw(Box::new(tensor.clone())).cast()
}

/// # Safety
///
/// `reference` must come from [`retain`] and not be used again.
unsafe extern "C" fn release(reference: *mut c_void) {
    // SAFETY: the caller's promise: this is the box that `retain` made.
    let tensor = unsafe { Box::from_raw(reference.cast::<Tensor>()) };
    // The owner of the memory may be anybody's; a panic of its drop must not reach torch.
    drop(catch_unwind(AssertUnwindSafe(|| drop(tensor))));
}

/// Takes one output.
///
/// # Safety
///
/// `context` must point to a [`Collected`] that nobody else uses during the call, and `output` to
/// an output as `cpp/shim.h` describes it.
unsafe extern "C" fn sink(context: *mut c_void, output: *const shim::Output) {
    // SAFETY: the caller's promise.
    let (collected, output) = unsafe { (&mut *context.cast::<Collected>(), &*output) };
    // SAFETY: the caller's promise.
    match unsafe { to_tensor(output) } {
        Ok(tensor) => collected.tensors.push((output.slot as usize, tensor)),
        Err(error) => collected.failure = Some(error),
    }
}

/// # Safety
///
/// `output` must be as `cpp/shim.h` describes it; its handle is taken over.
unsafe fn to_tensor(output: &shim::Output) -> Result<Tensor, Error> {
    let handle = NonNull::new(output.handle).map(Handle);
    // SAFETY: `dims` has `rank` elements; they are not negative and as wide as usize.
    let dims: &[usize] = unsafe { parts(output.dims.cast(), output.rank as usize) };
    let Some(dtype) = dtype::from_code(output.dtype) else {
        return Err(Error::new(ErrorKind::Internal, "libtorch gave an output of an unknown dtype"));
    };
    match handle {
        // Torch has no memory for no elements; a tensor wants an aligned address all the same.
        Some(_) if output.bytes == 0 => Tensor::zeros(dtype, dims),
        // SAFETY: the handle, which nothing else leads to the memory beside, keeps it alive: `bytes` dense elements
        // of `dtype` and these dims, made by torch's allocator, so that they can be written.
        Some(handle) if output.writable != 0 => unsafe {
            Tensor::from_raw_parts_mut(dtype, dims, output.data.cast_mut(), handle)
        },
        // SAFETY: the handle keeps the tensor's memory alive: `bytes` dense elements of `dtype`
        // and these dims. The shim gives it to nobody that writes: outputs of models which change
        // what they hold are copies, and no call writes to memory that it did not make.
        Some(handle) => unsafe { Tensor::from_raw_parts(dtype, dims, output.data, handle) },
        None => {
            // SAFETY: an output without a handle has `bytes` bytes of text and `count + 1` offsets, valid during this
            // call.
            let (text, offsets): (&[u8], &[u64]) =
                unsafe { (parts(output.data, output.bytes), parts(output.offsets, output.count + 1)) };
            Tensor::from_packed_strings(dims, text.to_vec(), offsets.to_vec())
        }
    }
}

/// A slice of a pointer that is null when there are no elements.
///
/// # Safety
///
/// As for [`slice::from_raw_parts`], unless `length` is 0.
unsafe fn parts<'a, T>(data: *const T, length: usize) -> &'a [T] {
    if length == 0 {
        return &[];
    }
    // SAFETY: the caller's promise.
    unsafe { slice::from_raw_parts(data, length) }
}

/// One reference to a tensor of torch's.
struct Handle(NonNull<c_void>);

// SAFETY: torch counts references atomically, and a tensor may be freed on any thread.
unsafe impl Send for Handle {}
// SAFETY: a shared handle gives access to nothing.
unsafe impl Sync for Handle {}

impl Drop for Handle {
    fn drop(&mut self) {
        // SAFETY: the handle came from an output, is released nowhere else, and not used again.
        unsafe { shim::npt_release_tensor(self.0.as_ptr()) }
    }
}
