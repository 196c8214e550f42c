//! What concerns the whole process.

use std::ffi::CStr;
use std::path::Path;

use super::{c_path, check};
use crate::{TorchError, shim};

/// The version of libtorch, without a local part.
pub(crate) fn version() -> String {
    // SAFETY: the shim returns a static, null-terminated text.
    let version = unsafe { CStr::from_ptr(shim::npt_version()) };
    version.to_string_lossy().into_owned()
}

/// Loads a shared library for good, with its symbols visible to all. It runs the library's code.
pub(crate) fn open_library(path: &Path) -> Result<(), TorchError> {
    let path = c_path(path)?;
    // SAFETY: `path` is null-terminated. What the library does is its author's doing: the caller
    // was allowed to load it.
    check(unsafe { shim::npt_open_library(path.as_ptr()) })
}

/// Makes libtorch's symbols visible to libraries that are loaded later.
pub(crate) fn promote_libtorch() -> Result<(), TorchError> {
    // SAFETY: no conditions.
    check(unsafe { shim::npt_promote_libtorch() })
}

/// The number of CUDA devices; an error says why CUDA cannot be used at all.
pub(crate) fn cuda_devices() -> Result<u32, TorchError> {
    let mut count = 0;
    // SAFETY: `count` is a place to write to.
    check(unsafe { shim::npt_cuda_devices(&mut count) })?;
    Ok(u32::try_from(count).unwrap_or(0))
}

/// Lets threads that fork end those that they have within an operator first; whether that can be done. It is asked
/// for once.
pub(crate) fn prepare_for_forks() -> bool {
    // SAFETY: no conditions but that it is called once.
    unsafe { shim::npt_prepare_for_forks() == 0 }
}

/// Gives a forked child threads of its own within an operator: called once, before torch is used there.
pub(crate) fn renew_threads() {
    // SAFETY: no conditions but that nobody else uses torch meanwhile.
    unsafe { shim::npt_renew_threads() }
}

/// Takes the pool of threads for independent operators into use; whether it has its threads in this process.
pub(crate) fn use_pool() -> bool {
    // SAFETY: no conditions.
    unsafe { shim::npt_use_pool() == 0 }
}

/// Sets the number of threads for independent operators: once in a process.
pub(crate) fn set_interop_threads(threads: i32) -> Result<(), TorchError> {
    // SAFETY: no conditions; a number that torch does not take is an error.
    check(unsafe { shim::npt_set_interop_threads(threads) })
}
