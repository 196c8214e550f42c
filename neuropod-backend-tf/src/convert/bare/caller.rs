//! Calls of a bare session.

use std::ffi::{c_char, c_int, c_void};
use std::fmt;
use std::ptr;
use std::slice;

use neuropod_core::{DType, Error, Tensor};

use super::{BareSession, failed};
use crate::c_api::{CApi, EMPTY_STRING, TF_TString, TF_Tensor};
use crate::convert::Status;
use crate::dtype;

// Sizes are handed to TensorFlow as they are.
const _: () = assert!(size_of::<usize>() == size_of::<i64>());

/// What calls a session on one thread, with places for tensors that are used again.
#[doc(hidden)]
pub struct BareCaller<'a> {
    session: &'a BareSession,
    feeds: Vec<*mut TF_Tensor>,
    fetches: Vec<*mut TF_Tensor>,
    status: Status,
}

/// A tensor that a session returned.
#[doc(hidden)]
pub struct BareOutput {
    api: &'static CApi,
    raw: *mut TF_Tensor,
}

impl<'a> BareCaller<'a> {
    pub(super) fn new(session: &'a BareSession) -> Self {
        BareCaller {
            session,
            feeds: vec![ptr::null_mut(); session.inputs.len()],
            fetches: vec![ptr::null_mut(); session.outputs.len()],
            status: Status::new(session.graph.api),
        }
    }

    /// Runs the graph on what it is fed with, and shows `read` each output.
    ///
    /// The inputs' memory is handed over as it is if it is aligned to 64 bytes, and otherwise copied by
    /// TensorFlow. Strings become TensorFlow's own.
    ///
    /// # Errors
    ///
    /// If the graph fails.
    pub fn run(&mut self, mut read: impl FnMut(usize, &BareOutput)) -> Result<(), Error> {
        let BareCaller { session, feeds, fetches, status } = self;
        let api = session.graph.api;
        for (slot, tensor) in feeds.iter_mut().zip(&session.tensors) {
            *slot = new_tensor(api, tensor);
        }
        // SAFETY: the session is live; the arrays have the given lengths, and hold endpoints of its
        // graph and live tensors; each of these is deleted once.
        unsafe {
            (api.TF_SessionRun)(
                session.session,
                ptr::null(),
                session.inputs.as_ptr(),
                feeds.as_ptr(),
                feeds.len() as c_int,
                session.outputs.as_ptr(),
                fetches.as_mut_ptr(),
                fetches.len() as c_int,
                ptr::null(),
                0,
                ptr::null_mut(),
                status.raw,
            );
            feeds.iter().for_each(|tensor| (api.TF_DeleteTensor)(*tensor));
        }
        status.check().map_err(failed)?;
        for (index, tensor) in fetches.iter().enumerate() {
            // After a success every fetched tensor is live, and it is deleted here.
            read(index, &BareOutput { api, raw: *tensor });
        }
        Ok(())
    }
}

impl fmt::Debug for BareCaller<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BareCaller").finish_non_exhaustive()
    }
}

impl BareOutput {
    /// The elements' bytes; those of [`BareOutput::strings`] are elsewhere.
    pub fn bytes(&self) -> &[u8] {
        // SAFETY: the tensor is live as long as this value, and has so many bytes there.
        unsafe {
            let (data, len) = ((self.api.TF_TensorData)(self.raw), (self.api.TF_TensorByteSize)(self.raw));
            if len == 0 { &[] } else { slice::from_raw_parts(data.cast::<u8>(), len) }
        }
    }

    /// The strings of a tensor of strings.
    ///
    /// # Panics
    ///
    /// If it is none.
    pub fn strings(&self) -> impl Iterator<Item = &[u8]> {
        // SAFETY: the tensor is live.
        let code = unsafe { (self.api.TF_TensorType)(self.raw) };
        assert_eq!(Some(code), dtype::to_code(DType::String), "the elements must be strings");
        let bytes = self.bytes();
        let first = bytes.as_ptr().cast::<TF_TString>();
        (0..bytes.len() / size_of::<TF_TString>()).map(move |index| {
            // SAFETY: a tensor of strings, which lives as long as this value, has initialised ones one after the
            // other, and each has so many bytes at its pointer.
            unsafe {
                let string = first.add(index);
                let len = (self.api.TF_StringGetSize)(string);
                slice::from_raw_parts((self.api.TF_StringGetDataPointer)(string).cast::<u8>(), len)
            }
        })
    }
}

impl Drop for BareOutput {
    fn drop(&mut self) {
        // SAFETY: the tensor is live, and deleted once.
        unsafe { (self.api.TF_DeleteTensor)(self.raw) }
    }
}

impl fmt::Debug for BareOutput {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BareOutput").finish_non_exhaustive()
    }
}

/// A tensor of a session's: over its memory, or of copies of its strings.
fn new_tensor(api: &'static CApi, tensor: &Tensor) -> *mut TF_Tensor {
    unsafe extern "C" fn keep(_: *mut c_void, _: usize, _: *mut c_void) {}
    let code = dtype::to_code(tensor.dtype()).expect("TensorFlow has every dtype");
    let (dims, bytes) = (tensor.dims(), tensor.bytes());
    let (data, len, free, arg) = match tensor.dtype() {
        DType::String => {
            let strings = new_strings(api, tensor);
            let len = size_of_val(&*strings);
            let data = Box::into_raw(strings).cast::<c_void>();
            (data, len, free_strings as crate::c_api::Deallocator, ptr::from_ref(api).cast_mut().cast())
        }
        _ => (bytes.as_ptr().cast_mut().cast(), bytes.len(), keep as _, ptr::null_mut()),
    };
    // SAFETY: there are as many sizes as said, none of them too large, and they ask for as many elements as there are.
    // TensorFlow only reads these. Numbers live as long as the session, which lets go of them before; strings are freed
    // by `free_strings`, which gets the address of the table of functions.
    unsafe { (api.TF_NewTensor)(code, dims.as_ptr().cast(), dims.len() as c_int, data, len, Some(free), arg) }
}

fn new_strings(api: &CApi, tensor: &Tensor) -> Box<[TF_TString]> {
    let strings = tensor.as_byte_strings().expect("the elements are strings");
    let mut copies = vec![EMPTY_STRING; strings.len()].into_boxed_slice();
    for (copy, string) in copies.iter_mut().zip(strings) {
        // SAFETY: `copy` is an initialised, empty string, and `string` has so many bytes.
        unsafe { (api.TF_StringCopy)(copy, string.as_ptr().cast::<c_char>(), string.len()) }
    }
    copies
}

/// # Safety
///
/// `data` must be a boxed slice of strings, of `len` bytes, that nobody uses again, and `arg` a `&'static CApi`.
unsafe extern "C" fn free_strings(data: *mut c_void, len: usize, arg: *mut c_void) {
    let count = len / size_of::<TF_TString>();
    // SAFETY: the caller's promise.
    let (mut strings, api) = unsafe {
        let strings = ptr::slice_from_raw_parts_mut(data.cast::<TF_TString>(), count);
        (Box::from_raw(strings), &*arg.cast_const().cast::<CApi>())
    };
    for string in &mut strings {
        // SAFETY: the string is initialised and not used again.
        unsafe { (api.TF_StringDealloc)(ptr::from_mut(string)) }
    }
}
