//! Errors as Python's exceptions.

mod original;

use std::error::Error as _;

use neuropod_core::{Error, ErrorKind};
use pyo3::prelude::*;
use pyo3::types::PyDict;

/// The exception of an error: `neuropod.NeuropodError`, or the subclass of it that is a `ValueError` too if
/// what the caller gave is wrong.
pub(crate) fn to_exception(py: Python<'_>, error: &Error) -> PyErr {
    let class = if is_callers(error.kind()) { "NeuropodValueError" } else { "NeuropodError" };
    exception(py, class, error).unwrap_or_else(|failure| failure)
}

/// The same as the subclass that is a `ValueError`, whatever the kind.
pub(crate) fn to_value_error(py: Python<'_>, error: &Error) -> PyErr {
    exception(py, "NeuropodValueError", error).unwrap_or_else(|failure| failure)
}

/// Whether the caller can mend it by giving something else.
fn is_callers(kind: ErrorKind) -> bool {
    use ErrorKind::{
        AlreadyExists, InvalidArgument, InvalidInput, InvalidOutput, InvalidSpec, MissingInput, SelfTest,
        UnknownName,
    };
    matches!(
        kind,
        AlreadyExists
            | InvalidArgument
            | InvalidInput
            | InvalidOutput
            | InvalidSpec
            | MissingInput
            | SelfTest
            | UnknownName
    )
}

fn exception(py: Python<'_>, class: &str, error: &Error) -> PyResult<PyErr> {
    let class = py.import("neuropod._errors")?.getattr(class)?;
    let context = PyDict::new(py);
    for (key, value) in error.contexts() {
        context.set_item(key, value)?;
    }
    let value = class.call1((message(error), error.kind().as_str(), context))?;
    Ok(PyErr::from_value(value))
}

/// What went wrong, with the original Neuropod's words for it where it has some, and its causes on lines of their own.
fn message(error: &Error) -> String {
    let mut message = format!("{}: {}", error.kind(), error.message());
    if let Some(phrase) = original::phrase(error) {
        message = format!("{message}: {phrase}");
    }
    let mut cause = error.source();
    while let Some(next) = cause {
        let text = next.to_string();
        // A layer's own error says what the message says, and a framework's may go on for more lines.
        match text.strip_prefix(error.message()) {
            Some(more) => message.push_str(more.trim_end()),
            None => message = format!("{message}\n{text}"),
        }
        cause = next.source();
    }
    message
}

/// A shorter way to [`to_exception`].
pub(crate) trait OrRaise<T> {
    fn or_raise(self, py: Python<'_>) -> PyResult<T>;
}

impl<T, E: Into<Error>> OrRaise<T> for Result<T, E> {
    fn or_raise(self, py: Python<'_>) -> PyResult<T> {
        self.map_err(|error| to_exception(py, &error.into()))
    }
}

/// The exception for an argument that cannot be used.
pub(crate) fn wrong_argument(py: Python<'_>, message: String) -> PyErr {
    to_exception(py, &Error::new(ErrorKind::InvalidArgument, message))
}

/// Adds the name of the tensor that an exception of ours is about.
pub(crate) fn with_tensor(py: Python<'_>, error: PyErr, name: &str) -> PyErr {
    // An exception of someone else's stays as it is.
    let _ = error.value(py).getattr("context").and_then(|context| context.set_item("tensor", name));
    error
}
