//! Python's objects as owners of tensors' memory.

use pyo3::prelude::*;

/// Keeps an object alive for as long as a tensor shares its memory.
///
/// It may be dropped on any thread, with the interpreter's lock or without: PyO3 then leaves the object to
/// the next thread that has it.
pub(super) struct ObjectOwner(#[expect(dead_code, reason = "it is only kept")] Py<PyAny>);

impl ObjectOwner {
    pub(super) fn new(object: &Bound<'_, PyAny>) -> Self {
        ObjectOwner(object.clone().unbind())
    }
}
