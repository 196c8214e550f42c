//! The crossing between Rust and the shim: the crate's only unsafe code, beside its declarations.
#![allow(unsafe_code)]

mod bare;
mod call;
mod load;
mod process;

use std::ffi::CString;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::ptr::NonNull;
use std::slice;

use crate::TorchError;
use crate::shim;

pub use bare::{BareArguments, BareModule, use_fresh_memory};
pub(crate) use call::{Call, Returned};
pub(crate) use process::{
    cuda_devices, open_library, prepare_for_forks, promote_libtorch, renew_threads, set_interop_threads,
    use_pool, version,
};

/// A TorchScript module on its device, bound to a problem definition.
#[derive(Debug)]
pub(crate) struct Module {
    model: NonNull<shim::Model>,
}

// SAFETY: the shim's model is not tied to a thread: torch modules may be run and freed anywhere.
unsafe impl Send for Module {}
// SAFETY: a shared `Module` is only run and asked for its traits. Running is safe from several
// threads: torch's interpreter keeps a call's state to itself, and the shim takes a lock around
// models that change their own attributes.
unsafe impl Sync for Module {}

impl Drop for Module {
    fn drop(&mut self) {
        // SAFETY: `model` came from `npt_load`, is freed nowhere else, and is not used again.
        unsafe { shim::npt_free_model(self.model.as_ptr()) }
    }
}

/// Turns a status into a result, and frees its message.
fn check(status: shim::Status) -> Result<(), TorchError> {
    if status.code == shim::OK { Ok(()) } else { Err(failure(status)) }
}

#[cold]
fn failure(status: shim::Status) -> TorchError {
    // SAFETY: the shim sets `message` and `length` to text that is ours to free, or to null.
    let text = unsafe { take_text(status.message, status.length) };
    match status.code {
        shim::INVALID_INPUT => TorchError::InvalidInput(text),
        shim::MISSING_INPUT => TorchError::MissingInput(text),
        shim::MODEL => TorchError::Model(text),
        shim::INVALID_OUTPUT => TorchError::InvalidOutput(text),
        shim::LOAD => TorchError::Load(text),
        shim::SPEC => TorchError::Spec(text),
        shim::DEVICE => TorchError::Device(text),
        _ => TorchError::Internal(text),
    }
}

/// Copies a text of the shim's and frees it.
///
/// # Safety
///
/// `text` must be null, or have `length` bytes and come from a function of the shim whose texts are
/// freed with `npt_free_message`.
unsafe fn take_text(text: *mut std::ffi::c_char, length: usize) -> String {
    if text.is_null() {
        return "libtorch is out of memory".to_owned();
    }
    // SAFETY: the caller's promise: `length` bytes from `text` are readable until it is freed.
    let copy =
        unsafe { String::from_utf8_lossy(slice::from_raw_parts(text.cast(), length)) }.trim().to_owned();
    // SAFETY: the caller's promise: it is freed so, once, here.
    unsafe { shim::npt_free_message(text) };
    copy
}

/// A path as the system takes it.
fn c_path(path: &Path) -> Result<CString, TorchError> {
    CString::new(path.as_os_str().as_bytes())
        .map_err(|_| TorchError::Load("the path holds a NUL byte".to_owned()))
}

/// A text as the shim takes it, valid as long as `text`.
fn as_str(text: &[u8]) -> shim::Str {
    shim::Str { data: text.as_ptr(), length: text.len() }
}
