//! What every function does around its work.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::ptr;

use crate::failure::{Failure, Result};
use crate::handle;
use crate::status::{NP_ClearStatus, NP_Code, NP_Status, record};

/// Runs a function's work. What fails or panics is recorded, and `failed` makes the answer of its code.
///
/// # Safety
///
/// `status` is null or a status that nobody else uses meanwhile.
#[inline]
unsafe fn answer<R>(
    status: *mut NP_Status,
    failed: impl FnOnce(NP_Code) -> R,
    work: impl FnOnce() -> Result<R>,
) -> R {
    // SAFETY: the caller's promise.
    if let Err(failure) = unsafe { handle::optional_mut(status) } {
        // SAFETY: there is no status.
        return failed(unsafe { record(ptr::null_mut(), &failure) });
    }
    let failure = match catch_unwind(AssertUnwindSafe(work)) {
        Ok(Ok(value)) => {
            if !status.is_null() {
                // SAFETY: the caller's promise.
                unsafe { NP_ClearStatus(status) };
            }
            return value;
        }
        Ok(Err(failure)) => failure,
        Err(panic) => panicked(&*panic),
    };
    // SAFETY: the caller's promise.
    failed(unsafe { record(status, &failure) })
}

/// Runs the work of a function that returns a code.
///
/// # Safety
///
/// `status` is null or a status that nobody else uses meanwhile.
#[inline]
pub(crate) unsafe fn code(status: *mut NP_Status, work: impl FnOnce() -> Result<()>) -> NP_Code {
    // SAFETY: the caller's promise.
    unsafe { answer(status, |code| code, || work().map(|()| NP_Code::NEUROPOD_OK)) }
}

/// Runs the work of a function that has no status.
pub(crate) fn plain<R>(failed: R, work: impl FnOnce() -> Result<R>) -> R {
    // SAFETY: there is no status.
    unsafe { answer(ptr::null_mut(), |_| failed, work) }
}

/// Runs what cannot fail, dropping a value for instance. A panic becomes the thread's last error.
pub(crate) fn quietly(work: impl FnOnce()) {
    plain((), || {
        work();
        Ok(())
    });
}

#[cold]
fn panicked(panic: &(dyn Any + Send)) -> Failure {
    let text = panic.downcast_ref::<&str>().copied();
    let text = text.or_else(|| panic.downcast_ref::<String>().map(String::as_str)).unwrap_or("no message");
    Failure::new(NP_Code::NEUROPOD_INTERNAL_ERROR, format!("internal error: the library panicked: {text}"))
}

/// What an argument points to, to be written.
///
/// # Safety
///
/// `place` is null, or leads to memory for a `T` that nobody else uses meanwhile.
pub(crate) unsafe fn out<T>(place: *mut T, name: &str, value: T) -> Result<()> {
    if place.is_null() {
        return Err(missing(name));
    }
    // SAFETY: the caller's promise. What was there was never the library's.
    unsafe { place.write(value) };
    Ok(())
}

/// An array of the caller's, which may be null if it is empty.
///
/// # Safety
///
/// `start` is null, or leads to `count` values that nobody changes as long as the slice is used.
pub(crate) unsafe fn array<'a, T>(start: *const T, count: usize, name: &str) -> Result<&'a [T]> {
    match (start.is_null(), count) {
        (_, 0) => Ok(&[]),
        (true, _) => Err(missing(name)),
        _ if !start.is_aligned() || count > isize::MAX.unsigned_abs() / size_of::<T>() => {
            Err(Failure::argument(format!("`{name}` cannot be an array of {count} elements at {start:p}")))
        }
        // SAFETY: the caller's promise.
        (false, _) => Ok(unsafe { std::slice::from_raw_parts(start, count) }),
    }
}

#[cold]
pub(crate) fn missing(name: &str) -> Failure {
    Failure::argument(format!("`{name}` is null"))
}
