//! Which interpreter imports this module.
#![allow(unsafe_code)]

use pyo3::exceptions::PyImportError;
use pyo3::ffi;
use pyo3::prelude::*;

/// Refuses interpreters beside the main one: Python's functions for threads that it did not make, which the backends
/// need, know the main one alone.
pub(crate) fn check(_py: Python<'_>) -> PyResult<()> {
    // SAFETY: the lock is held, so there is an interpreter.
    match unsafe { ffi::PyInterpreterState_GetID(ffi::PyInterpreterState_Get()) } {
        0 => Ok(()),
        _ => Err(PyImportError::new_err(
            "neuropod cannot be used in a sub-interpreter: import it in the main one, or run the models in a process of \
             their own",
        )),
    }
}
