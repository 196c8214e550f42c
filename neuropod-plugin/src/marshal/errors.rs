//! Errors on their way across: one side reports, the other collects.
#![allow(unsafe_code)]

use std::any::Any;
use std::error::Error as StdError;
use std::panic::{AssertUnwindSafe, catch_unwind};

use neuropod_core::{Error, ErrorKind, Result};
use thiserror::Error as ThisError;

use crate::abi::{NeuropodErrors, NeuropodStr};
use crate::marshal::codes::{kind, kind_code};

/// What an error of the other side gave as its cause.
#[derive(Debug, ThisError)]
#[error("{0}")]
struct Cause(String);

/// Calls a function of the other side, and returns the error that it reports; `what` is named if it
/// fails without a report.
pub(crate) fn collect(what: &str, call: impl FnOnce(*mut NeuropodErrors) -> i32) -> Result<()> {
    let mut reported: Option<Error> = None;
    let mut errors = NeuropodErrors {
        context: (&raw mut reported).cast(),
        report: Some(report_here),
        add_context: Some(add_context_here),
    };
    match call(&raw mut errors) {
        0 => Ok(()),
        code => Err(reported.unwrap_or_else(|| {
            Error::new(ErrorKind::Internal, format!("{what} failed with the code {code} and told no reason"))
        })),
    }
}

/// Does the work of a function that the other side calls: an error or a panic is reported, and gives 1.
///
/// # Safety
///
/// `errors` is null, or the caller's table.
pub(crate) unsafe fn answer(errors: *mut NeuropodErrors, work: impl FnOnce() -> Result<()>) -> i32 {
    let error = match catch_unwind(AssertUnwindSafe(work)) {
        Ok(Ok(())) => return 0,
        Ok(Err(error)) => error,
        Err(panic) => panicked(&*panic),
    };
    // SAFETY: the caller's promise.
    unsafe { report(errors, &error) };
    1
}

/// Hands an error to the other side.
///
/// # Safety
///
/// `errors` is null, or the other side's table.
pub(crate) unsafe fn report(errors: *mut NeuropodErrors, error: &Error) {
    // SAFETY: the caller's promise.
    let Some(table) = (unsafe { errors.as_ref() }) else { return };
    let Some(report) = table.report else { return };
    let causes = causes(error);
    let (message, causes) = (NeuropodStr::lend(error.message()), NeuropodStr::lend(&causes));
    // SAFETY: the table is the other side's, and the texts live until the call returns.
    unsafe { report(errors, kind_code(error.kind()), message, causes) };
    let Some(add_context) = table.add_context else { return };
    for (key, value) in error.contexts() {
        // SAFETY: as above.
        unsafe { add_context(errors, NeuropodStr::lend(key), NeuropodStr::lend(value)) };
    }
}

/// The causes of an error, but for those that say what its message says.
fn causes(error: &Error) -> String {
    let mut causes: Vec<String> = Vec::new();
    let mut source = error.source();
    while let Some(cause) = source {
        let text = cause.to_string();
        if text != error.message() {
            causes.push(text);
        }
        source = cause.source();
    }
    causes.join("\n\ncaused by: ")
}

/// A panic as an error.
#[cold]
pub(crate) fn panicked(panic: &(dyn Any + Send)) -> Error {
    let text = panic.downcast_ref::<&str>().copied();
    let text = text.or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    let text = text.unwrap_or("a panic without a message");
    Error::new(ErrorKind::Internal, format!("the code panicked, which is a defect in it: {text}"))
}

unsafe extern "C" fn report_here(
    errors: *mut NeuropodErrors,
    code: u32,
    message: NeuropodStr,
    cause: NeuropodStr,
) {
    // SAFETY: the other side hands back the table that `collect` gave it, and texts that are valid now.
    let (message, cause) = unsafe { (message.text_lossy(), cause.text_lossy()) };
    let mut error = Error::new(kind(code), message.into_owned());
    if !cause.is_empty() {
        error = error.with_source(Cause(cause.into_owned()));
    }
    // SAFETY: as above; the slot lives in `collect`, which waits for the call to return.
    if let Some(reported) = unsafe { slot(errors) } {
        *reported = Some(error);
    }
}

unsafe extern "C" fn add_context_here(errors: *mut NeuropodErrors, key: NeuropodStr, value: NeuropodStr) {
    // SAFETY: as in `report_here`.
    let (key, value) = unsafe { (key.text_lossy(), value.text_lossy()) };
    // SAFETY: as in `report_here`.
    if let Some(reported) = unsafe { slot(errors) } {
        *reported = reported.take().map(|error| error.with(key.into_owned(), value.into_owned()));
    }
}

/// Where `collect` waits for the error.
///
/// # Safety
///
/// `errors` is null, or the table of a `collect` that has not returned yet.
unsafe fn slot<'a>(errors: *mut NeuropodErrors) -> Option<&'a mut Option<Error>> {
    // SAFETY: the caller's promise.
    let errors = unsafe { errors.as_ref() }?;
    // SAFETY: `collect` set the pointer, and looks at the slot only after its call has returned.
    unsafe { errors.context.cast::<Option<Error>>().as_mut() }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Reports an error and collects it again.
    fn across(work: impl FnOnce() -> Result<()>) -> Error {
        // SAFETY: `collect` gives its table.
        collect("the test", |errors| unsafe { answer(errors, work) }).unwrap_err()
    }

    #[test]
    fn kind_message_context_and_causes_cross() {
        let error = across(|| {
            let cause = Error::new(ErrorKind::Io, "the disk is gone");
            Err(Error::new(ErrorKind::MissingInput, "`x` is needed")
                .with("tensor", "x")
                .with("odd key", "ü")
                .with_source(cause))
        });
        assert_eq!(error.kind(), ErrorKind::MissingInput);
        assert_eq!(error.to_string(), "missing input: `x` is needed (tensor: x, odd key: ü)");
        assert!(format!("{error:?}").ends_with("caused by: i/o failed: the disk is gone"), "{error:?}");
    }

    #[test]
    fn a_panic_is_an_error() {
        let error = across(|| panic!("index {} is out of range", 7));
        assert_eq!(error.kind(), ErrorKind::Internal);
        assert!(error.message().ends_with("index 7 is out of range"), "{error}");
    }

    #[test]
    fn a_failure_without_a_reason_is_told() {
        let error = collect("`load`", |_| -3).unwrap_err();
        assert_eq!(error.message(), "`load` failed with the code -3 and told no reason");
    }
}
