//! How a call went.

use std::cell::RefCell;
use std::ffi::{CString, c_char};
use std::ptr;

use crate::failure::Failure;
use crate::handle::{self, Handle};

/// How a call went. Numbers are grouped, with room for more in each group.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NP_Code {
    /// All went well.
    NEUROPOD_OK = 0,
    /// A failure of no other kind.
    NEUROPOD_ERROR = 1,

    /// The function was called wrongly: a null pointer, an index, an element type, a shape or a text that does not
    /// fit.
    NEUROPOD_INVALID_ARGUMENT = 100,
    /// A handle was freed before, or is of another kind. Only debug builds of the library notice.
    NEUROPOD_INVALID_HANDLE = 101,

    /// An input does not fit the model's spec.
    NEUROPOD_INVALID_INPUT = 200,
    /// The model needs an input that was not given.
    NEUROPOD_MISSING_INPUT = 201,
    /// A name is not in the model's spec.
    NEUROPOD_UNKNOWN_NAME = 202,
    /// The model returned something that does not fit its spec.
    NEUROPOD_INVALID_OUTPUT = 203,
    /// The model raised an error while it ran.
    NEUROPOD_MODEL_FAILED = 204,
    /// The model gave other outputs for its test data than expected.
    NEUROPOD_SELF_TEST_FAILED = 205,

    /// The package's problem definition is wrong.
    NEUROPOD_INVALID_SPEC = 300,
    /// The package is malformed.
    NEUROPOD_INVALID_PACKAGE = 301,
    /// The package's content differs from its manifest, or a required manifest is missing.
    NEUROPOD_INTEGRITY_FAILED = 302,
    /// The package breaks a rule that protects its reader, or exceeds a limit.
    NEUROPOD_UNSAFE_PACKAGE = 303,

    /// No backend that was found provides the package's platform in the wanted version.
    NEUROPOD_BACKEND_NOT_FOUND = 400,
    /// A backend of this name and version is registered already.
    NEUROPOD_DUPLICATE_BACKEND = 401,
    /// The framework could not load the model.
    NEUROPOD_LOAD_FAILED = 402,
    /// The device is not there or cannot be used.
    NEUROPOD_DEVICE_UNAVAILABLE = 403,
    /// The backend or this build cannot do what was asked.
    NEUROPOD_UNSUPPORTED = 404,
    /// The options forbid what was asked, custom operators for instance.
    NEUROPOD_FORBIDDEN = 405,

    /// A file or folder that was asked for is not there.
    NEUROPOD_NOT_FOUND = 500,
    /// A file or folder that would be written is there already.
    NEUROPOD_ALREADY_EXISTS = 501,
    /// Reading or writing failed.
    NEUROPOD_IO_FAILED = 502,

    /// A defect in Neuropod or in a backend.
    NEUROPOD_INTERNAL_ERROR = 900,
}

/// Receives how a call went: a code, and a message if it failed.
pub struct NP_Status {
    code: NP_Code,
    message: CString,
}

impl Handle for NP_Status {
    const NAME: &'static str = "status";
}

impl NP_Status {
    fn ok() -> Self {
        NP_Status { code: NP_Code::NEUROPOD_OK, message: CString::default() }
    }

    fn of(failure: &Failure) -> Self {
        // A message ends at a zero byte for C programs.
        let text: Vec<u8> = failure.message.bytes().filter(|byte| *byte != 0).collect();
        NP_Status { code: failure.code, message: CString::new(text).unwrap_or_default() }
    }
}

thread_local! {
    static LAST_ERROR: RefCell<Box<NP_Status>> = RefCell::new(Box::new(NP_Status::ok()));
}

/// Records a failure: as the thread's last error, and in `status` if there is one.
///
/// # Safety
///
/// `status` is null or a status that nobody else uses meanwhile.
#[cold]
pub(crate) unsafe fn record(status: *mut NP_Status, failure: &Failure) -> NP_Code {
    // While a thread ends, there is no place for its last error any more.
    let _ = LAST_ERROR.try_with(|last| **last.borrow_mut() = NP_Status::of(failure));
    // SAFETY: the caller's promise; `borrow_mut` checks the handle as far as that is possible.
    if let Ok(Some(status)) = unsafe { handle::optional_mut(status) } {
        *status = NP_Status::of(failure);
    }
    failure.code
}

/// Whether it is the calling thread's last error, which is a status that was never given away.
#[cfg(debug_assertions)]
pub(crate) fn is_last_error(pointer: *const NP_Status) -> bool {
    std::ptr::eq(NP_GetLastError(), pointer)
}

/// Makes a status, which is `NEUROPOD_OK` at first. Free it with `NP_DeleteStatus`.
///
/// A status can be used again from call to call, by one thread at a time.
#[unsafe(no_mangle)]
pub extern "C" fn NP_NewStatus() -> *mut NP_Status {
    handle::give(NP_Status::ok())
}

/// Frees a status. Null is ignored.
///
/// # Safety
///
/// `status` is null, or was made by `NP_NewStatus` and not freed yet.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn NP_DeleteStatus(status: *mut NP_Status) {
    // SAFETY: the caller's promise.
    unsafe { handle::free(status) };
}

/// Makes a status `NEUROPOD_OK` again. Null is ignored.
///
/// # Safety
///
/// `status` is null, or a status that nobody else uses meanwhile.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn NP_ClearStatus(status: *mut NP_Status) {
    // SAFETY: the caller's promise.
    if let Ok(Some(status)) = unsafe { handle::optional_mut(status) } {
        *status = NP_Status::ok();
    }
}

/// The code of the last call that had this status; `NEUROPOD_INVALID_ARGUMENT` for null.
///
/// # Safety
///
/// `status` is null, or a status that nobody changes meanwhile.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn NP_GetCode(status: *const NP_Status) -> NP_Code {
    // SAFETY: the caller's promise.
    match unsafe { handle::lend(status) } {
        Ok(status) => status.code,
        Err(failure) => failure.code,
    }
}

/// What went wrong, where, and what to do: UTF-8, with causes on lines of their own. An empty text if all went well,
/// and for null. It belongs to the status, and is valid until the status is used again or freed.
///
/// # Safety
///
/// As for `NP_GetCode`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn NP_GetMessage(status: *const NP_Status) -> *const c_char {
    // SAFETY: the caller's promise.
    match unsafe { handle::lend(status) } {
        Ok(status) => status.message.as_ptr(),
        Err(_) => c"".as_ptr(),
    }
}

/// The last error of the calling thread, from whichever function; its code is `NEUROPOD_OK` if there was none. It
/// belongs to the library: it must not be freed, and is valid until the thread's next call that fails. Calls that go
/// well leave it as it is.
#[unsafe(no_mangle)]
pub extern "C" fn NP_GetLastError() -> *const NP_Status {
    LAST_ERROR.try_with(|last| ptr::from_ref(&**last.borrow())).unwrap_or(ptr::null())
}
