//! Inputs on their way to TensorFlow.

use std::ffi::{c_char, c_int, c_void};
use std::marker::PhantomData;
use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::ptr;
use std::sync::{Arc, Condvar, Mutex, PoisonError};

use neuropod_core::{ALIGNMENT, Buffer, DType, Input, TensorView};
use smallvec::SmallVec;

use super::Endpoint;
use crate::c_api::{CApi, Deallocator, EMPTY_STRING, TF_TString, TF_Tensor};
use crate::{TensorFlowError, dtype};

/// The tensors that one run is fed with.
///
/// Numbers are handed over without a copy if their memory is aligned as TensorFlow wants it, and
/// otherwise copied, once. Strings are copied, once.
pub(crate) struct Feeds<'a> {
    api: &'static CApi,
    endpoints: SmallVec<[Endpoint; 8]>,
    tensors: SmallVec<[*mut TF_Tensor; 8]>,
    borrowed: SmallVec<[Range<usize>; 2]>,
    released: Option<Arc<Latch>>,
    /// Memory of views is borrowed for so long.
    views: PhantomData<TensorView<'a>>,
}

impl<'a> Feeds<'a> {
    pub(crate) fn new(api: &'static CApi) -> Self {
        Feeds::with_capacity(api, 0)
    }

    /// No tensors, and room for so many.
    pub(crate) fn with_capacity(api: &'static CApi, capacity: usize) -> Self {
        Feeds {
            api,
            endpoints: SmallVec::with_capacity(capacity),
            tensors: SmallVec::with_capacity(capacity),
            borrowed: SmallVec::new(),
            released: None,
            views: PhantomData,
        }
    }

    /// Adds an input. The memory of a tensor is kept alive by a clone of its buffer as long as TensorFlow
    /// wants; that of a view is borrowed, if `borrow` says that the graph keeps no input beyond the
    /// run, and else copied.
    ///
    /// What is not aligned TensorFlow would copy itself; to do it here spares keeping an owner.
    pub(crate) fn push(
        &mut self,
        endpoint: Endpoint,
        input: &'a Input<'_>,
        borrow: bool,
    ) -> Result<(), TensorFlowError> {
        let view = input.view();
        let tensor = match input.as_tensor() {
            _ if view.dtype() == DType::String => self.strings(&view),
            _ if !is_aligned(&view) => self.copied(&view),
            Some(tensor) => self.shared(&view, tensor.buffer().clone()),
            None if borrow => self.borrowed(&view),
            None => self.copied(&view),
        };
        self.add(endpoint, tensor?)
    }

    /// Adds a string.
    pub(crate) fn push_text(&mut self, endpoint: Endpoint, text: &[u8]) -> Result<(), TensorFlowError> {
        let offsets = [0, text.len() as u64];
        let view = TensorView::from_packed_strings(&[], text, &offsets)
            .map_err(|error| TensorFlowError::Internal(error.to_string()))?;
        let tensor = self.strings(&view)?;
        self.add(endpoint, tensor)
    }

    pub(super) fn endpoints(&self) -> &[Endpoint] {
        &self.endpoints
    }

    pub(super) fn tensors(&self) -> &[*mut TF_Tensor] {
        &self.tensors
    }

    /// Whether an address lies in memory that is borrowed for the run.
    pub(super) fn lends(&self, address: usize) -> bool {
        self.borrowed.iter().any(|range| range.contains(&address))
    }

    fn add(&mut self, endpoint: Endpoint, tensor: *mut TF_Tensor) -> Result<(), TensorFlowError> {
        if tensor.is_null() {
            return Err(TensorFlowError::Internal("TensorFlow made no tensor of an input".to_owned()));
        }
        self.endpoints.push(endpoint);
        self.tensors.push(tensor);
        Ok(())
    }

    fn shared(&self, view: &TensorView<'_>, owner: Buffer) -> Result<*mut TF_Tensor, TensorFlowError> {
        let owner = Box::into_raw(Box::new(owner)).cast::<c_void>();
        // SAFETY: the view's memory belongs to the buffer that `owner` points to, which
        // `drop_buffer` drops when TensorFlow no longer uses it. TensorFlow does not write to it:
        // it counts as memory that it does not own.
        unsafe { self.new_tensor(view, memory_of(view), drop_buffer, owner) }
    }

    fn copied(&self, view: &TensorView<'_>) -> Result<*mut TF_Tensor, TensorFlowError> {
        let (dims, code) = (dims(view), code(view.dtype())?);
        let bytes = view.bytes();
        // SAFETY: `dims` has the given length. The tensor that is made has room for as many bytes as
        // are copied, and nobody else has it yet.
        unsafe {
            let tensor = (self.api.TF_AllocateTensor)(code, dims.as_ptr(), dims.len() as c_int, bytes.len());
            if !tensor.is_null() && !bytes.is_empty() {
                let data = (self.api.TF_TensorData)(tensor).cast::<u8>();
                ptr::copy_nonoverlapping(bytes.as_ptr(), data, bytes.len());
            }
            Ok(tensor)
        }
    }

    fn borrowed(&mut self, view: &TensorView<'a>) -> Result<*mut TF_Tensor, TensorFlowError> {
        let latch = self.released.get_or_insert_default();
        latch.hold();
        let arg = Arc::into_raw(Arc::clone(latch)).cast_mut().cast::<c_void>();
        let start = view.bytes().as_ptr() as usize;
        self.borrowed.push(start..start + view.bytes().len());
        // SAFETY: the memory is valid for 'a, which these feeds do not outlive; when they are
        // dropped, they wait until TensorFlow has released it.
        unsafe { self.new_tensor(view, memory_of(view), open_latch, arg) }
    }

    /// A tensor of the view's dtype and dims over `len` bytes at `data`.
    ///
    /// # Safety
    ///
    /// The memory must be as TensorFlow lays out so many elements, and stay valid until TensorFlow
    /// calls `deallocator`, which must be made for `arg`.
    unsafe fn new_tensor(
        &self,
        view: &TensorView<'_>,
        (data, len): (*mut c_void, usize),
        deallocator: Deallocator,
        arg: *mut c_void,
    ) -> Result<*mut TF_Tensor, TensorFlowError> {
        let (dims, code) = (dims(view), code(view.dtype())?);
        // SAFETY: `dims` has the given length; the memory is as the caller promises. TensorFlow only
        // reads it.
        Ok(unsafe {
            (self.api.TF_NewTensor)(
                code,
                dims.as_ptr(),
                dims.len() as c_int,
                data,
                len,
                Some(deallocator),
                arg,
            )
        })
    }

    /// A tensor with copies of strings.
    fn strings(&self, view: &TensorView<'_>) -> Result<*mut TF_Tensor, TensorFlowError> {
        let strings = view.as_byte_strings().map_err(|error| TensorFlowError::Internal(error.to_string()))?;
        let mut copies = vec![EMPTY_STRING; strings.len()];
        for (copy, string) in copies.iter_mut().zip(strings) {
            // SAFETY: `copy` is an initialised, empty string, and `string` has so many bytes.
            unsafe { (self.api.TF_StringCopy)(copy, string.as_ptr().cast::<c_char>(), string.len()) }
        }
        let len = size_of_val(copies.as_slice());
        let mut strings = Box::new(Strings { api: self.api, copies });
        let data = strings.copies.as_mut_ptr().cast::<c_void>();
        let arg = Box::into_raw(strings).cast::<c_void>();
        // SAFETY: at `data` are as many strings as the view has elements, in `len` bytes, which live
        // until `drop_strings` drops the box that `arg` points to.
        unsafe { self.new_tensor(view, (data, len), drop_strings, arg) }
    }
}

impl Drop for Feeds<'_> {
    fn drop(&mut self) {
        for tensor in &self.tensors {
            // SAFETY: the tensor is ours and is deleted once.
            unsafe { (self.api.TF_DeleteTensor)(*tensor) }
        }
        // When a run has ended, nothing holds its inputs but these tensors and results: this returns
        // at once, or when the last thread of the run has let go.
        if let Some(latch) = &self.released {
            latch.wait();
        }
    }
}

/// # Safety
///
/// `arg` must point to a boxed [`Buffer`] that nobody uses again.
unsafe extern "C" fn drop_buffer(_: *mut c_void, _: usize, arg: *mut c_void) {
    // SAFETY: the caller's promise.
    let buffer = unsafe { Box::from_raw(arg.cast::<Buffer>()) };
    // The owner of the memory may be anybody's; a panic of its drop must not reach TensorFlow.
    drop(catch_unwind(AssertUnwindSafe(|| drop(buffer))));
}

/// # Safety
///
/// `arg` must be a reference to a [`Latch`] that was given up for it.
unsafe extern "C" fn open_latch(_: *mut c_void, _: usize, arg: *mut c_void) {
    // SAFETY: the caller's promise.
    let latch = unsafe { Arc::from_raw(arg.cast::<Latch>()) };
    latch.release();
}

struct Strings {
    api: &'static CApi,
    copies: Vec<TF_TString>,
}

/// # Safety
///
/// `arg` must point to boxed [`Strings`] that nobody uses again.
unsafe extern "C" fn drop_strings(_: *mut c_void, _: usize, arg: *mut c_void) {
    // SAFETY: the caller's promise.
    let mut strings = unsafe { Box::from_raw(arg.cast::<Strings>()) };
    for copy in &mut strings.copies {
        // SAFETY: the string is initialised and not used again.
        unsafe { (strings.api.TF_StringDealloc)(ptr::from_mut(copy)) }
    }
}

/// Counts memory that TensorFlow has borrowed and not given back.
#[derive(Debug, Default)]
struct Latch {
    held: Mutex<usize>,
    released: Condvar,
}

impl Latch {
    fn hold(&self) {
        *self.held.lock().unwrap_or_else(PoisonError::into_inner) += 1;
    }

    fn release(&self) {
        *self.held.lock().unwrap_or_else(PoisonError::into_inner) -= 1;
        self.released.notify_all();
    }

    fn wait(&self) {
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        while *held > 0 {
            held = self.released.wait(held).unwrap_or_else(PoisonError::into_inner);
        }
    }
}

/// As TensorFlow is built; a build that wants more copies what is aligned to this.
fn is_aligned(view: &TensorView<'_>) -> bool {
    (view.bytes().as_ptr() as usize).is_multiple_of(ALIGNMENT)
}

/// Where a view's numbers are, and how many bytes they take. They are only read there.
fn memory_of(view: &TensorView<'_>) -> (*mut c_void, usize) {
    (view.bytes().as_ptr().cast_mut().cast(), view.bytes().len())
}

fn dims(view: &TensorView<'_>) -> SmallVec<[i64; 8]> {
    view.dims().iter().map(|dim| *dim as i64).collect()
}

/// TensorFlow's number for a dtype.
fn code(dtype: DType) -> Result<c_int, TensorFlowError> {
    dtype::to_code(dtype).ok_or_else(|| no_such_dtype(dtype))
}

#[cold]
fn no_such_dtype(dtype: DType) -> TensorFlowError {
    TensorFlowError::InvalidInput(format!("TensorFlow has no dtype like `{dtype}`"))
}
