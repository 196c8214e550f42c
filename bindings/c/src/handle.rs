//! What C programs hold: pointers to values of the library's.
//!
//! A pointer that is null is an error. A debug build knows every handle that is out, so that one which was freed, or
//! is of another kind, is an error too; a release build believes what it is given.

use std::ptr;
use std::sync::Arc;

use crate::failure::{Failure, Result};
use crate::status::NP_Code;

/// A type that C programs have pointers to.
pub(crate) trait Handle: Sized {
    /// What messages call it.
    const NAME: &'static str;
}

/// Hands a value over: `free` takes it back.
pub(crate) fn give<T: Handle>(value: T) -> *mut T {
    let pointer = Box::into_raw(Box::new(value));
    known::add(pointer);
    pointer
}

/// Hands out one more reference to a value: `release` takes it back.
pub(crate) fn share<T: Handle>(value: Arc<T>) -> *mut T {
    let pointer = Arc::into_raw(value).cast_mut();
    known::add(pointer);
    pointer
}

/// A value that C programs see the beginning of, which has pointers into the rest.
///
/// # Safety
///
/// The type is `repr(C)`, and its first field is a `Shown`.
pub(crate) unsafe trait Behind {
    /// What C programs see.
    type Shown: Handle;
}

/// Hands a value over of which C programs see the beginning: `free_behind` takes it back.
pub(crate) fn give_behind<B: Behind>(value: B) -> *mut B::Shown {
    let pointer: *mut B::Shown = Box::into_raw(Box::new(value)).cast();
    known::add(pointer);
    pointer
}

/// Frees a value of which C programs see the beginning. Null is ignored.
///
/// # Safety
///
/// `pointer` is null, or comes from `give_behind` for a `B` and was not freed yet; nobody uses the value.
pub(crate) unsafe fn free_behind<B: Behind>(pointer: *mut B::Shown) {
    if takes_back(pointer) {
        // SAFETY: the caller's promise: it was a `Box<B>`.
        crate::call::quietly(|| drop(unsafe { Box::from_raw(pointer.cast::<B>()) }));
    }
}

/// Frees a value. Null is ignored.
///
/// # Safety
///
/// `pointer` is null, or comes from `give` and was not freed yet; nobody uses the value.
pub(crate) unsafe fn free<T: Handle>(pointer: *mut T) {
    if takes_back(pointer) {
        // SAFETY: the caller's promise.
        crate::call::quietly(|| drop(unsafe { Box::from_raw(pointer) }));
    }
}

/// Gives up a reference. Null is ignored.
///
/// # Safety
///
/// `pointer` is null, or comes from `share` and was not given up yet.
pub(crate) unsafe fn release<T: Handle>(pointer: *mut T) {
    if takes_back(pointer) {
        // SAFETY: the caller's promise.
        crate::call::quietly(|| drop(unsafe { Arc::from_raw(pointer) }));
    }
}

/// One more reference to what a handle of `share` refers to.
///
/// # Safety
///
/// As for `lend`, and `pointer` comes from `share`.
pub(crate) unsafe fn another<T: Handle>(pointer: *const T) -> Result<Arc<T>> {
    check(pointer)?;
    // SAFETY: the caller's promise: the handle has a reference of its own, so the count is at least 1.
    unsafe {
        Arc::increment_strong_count(pointer);
        Ok(Arc::from_raw(pointer))
    }
}

/// The value, to read.
///
/// # Safety
///
/// `pointer` is null, or a handle that is not freed or changed as long as the reference is used.
pub(crate) unsafe fn lend<'a, T: Handle>(pointer: *const T) -> Result<&'a T> {
    check(pointer)?;
    // SAFETY: it is not null, and the caller's promise.
    Ok(unsafe { &*pointer })
}

/// The value, to change.
///
/// # Safety
///
/// `pointer` is null, or a handle from `give` that nobody else uses as long as the reference is used.
pub(crate) unsafe fn lend_mut<'a, T: Handle>(pointer: *mut T) -> Result<&'a mut T> {
    check(pointer)?;
    // SAFETY: it is not null, and the caller's promise.
    Ok(unsafe { &mut *pointer })
}

/// The value, to change; none for null.
///
/// # Safety
///
/// As for `lend_mut`.
pub(crate) unsafe fn optional_mut<'a, T: Handle>(pointer: *mut T) -> Result<Option<&'a mut T>> {
    if pointer.is_null() {
        return Ok(None);
    }
    // SAFETY: the caller's promise.
    unsafe { lend_mut(pointer) }.map(Some)
}

fn check<T: Handle>(pointer: *const T) -> Result<()> {
    if pointer.is_null() {
        return Err(Failure::argument(format!("the {} is null", T::NAME)));
    }
    if known::is_out(pointer) { Ok(()) } else { Err(unknown::<T>()) }
}

/// Whether there is something to free. That it was freed before becomes the thread's last error.
fn takes_back<T: Handle>(pointer: *mut T) -> bool {
    if pointer.is_null() {
        return false;
    }
    let is_out = known::remove(pointer);
    if !is_out {
        // SAFETY: there is no status.
        unsafe { crate::status::record(ptr::null_mut(), &unknown::<T>()) };
    }
    is_out
}

#[cold]
fn unknown<T: Handle>() -> Failure {
    let message = format!("this is no {0}: it was freed before, or is no handle of a {0}", T::NAME);
    Failure::new(NP_Code::NEUROPOD_INVALID_HANDLE, message)
}

/// The handles that are out.
#[cfg(debug_assertions)]
mod known {
    use std::collections::HashMap;
    use std::sync::{Mutex, MutexGuard, PoisonError};

    use super::Handle;

    /// What a handle is, and how many references to it are out, by its address. That is kept with its bits inverted: a
    /// program that looks for leaks takes every word that holds an address for a pointer.
    type Known = HashMap<usize, (&'static str, usize)>;

    static HANDLES: Mutex<Option<Known>> = Mutex::new(None);

    fn lock() -> MutexGuard<'static, Option<Known>> {
        HANDLES.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn add<T: Handle>(pointer: *const T) {
        lock().get_or_insert_default().entry(!pointer.addr()).or_insert((T::NAME, 0)).1 += 1;
    }

    pub(super) fn is_out<T: Handle>(pointer: *const T) -> bool {
        let known = lock();
        // The thread's last error is the library's, and never given.
        known.as_ref().and_then(|known| known.get(&!pointer.addr())).is_some_and(|(name, _)| *name == T::NAME)
            || crate::status::is_last_error(pointer.cast())
    }

    pub(super) fn remove<T: Handle>(pointer: *const T) -> bool {
        let mut known = lock();
        let known = known.get_or_insert_default();
        match known.get_mut(&!pointer.addr()) {
            Some((name, count)) if *name == T::NAME => {
                *count -= 1;
                if *count == 0 {
                    known.remove(&!pointer.addr());
                }
                true
            }
            _ => false,
        }
    }
}

/// A release build keeps no list of them.
#[cfg(not(debug_assertions))]
mod known {
    pub(super) fn add<T>(_pointer: *const T) {}

    pub(super) fn is_out<T>(_pointer: *const T) -> bool {
        true
    }

    pub(super) fn remove<T>(_pointer: *const T) -> bool {
        true
    }
}
