//! Letting go of objects on threads that do not hold the interpreter's lock.
//!
//! A thread that drops an output must not wait until a model of another thread lets go of the lock.
//! If a call is under way, the object is left to the thread that makes it; otherwise the lock is free,
//! as far as this crate knows, and is taken.

use std::ptr::NonNull;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError, TryLockError};
use std::thread;
use std::time::{Duration, Instant};

use super::forks;
use super::gil::{Gil, is_ending};
use crate::c_api::{CApi, PyObject};

/// Threads that hold the lock or wait for it.
static ACTIVE: AtomicUsize = AtomicUsize::new(0);

static LEFT: Mutex<Vec<Left>> = Mutex::new(Vec::new());
/// The number of objects in `LEFT`, to be looked at without a lock.
static LEFT_COUNT: AtomicUsize = AtomicUsize::new(0);

/// A strong reference that nobody uses any more.
struct Left(NonNull<PyObject>);

// SAFETY: the reference is only given back, with the interpreter's lock, whoever does that.
unsafe impl Send for Left {}

/// A thread is about to wait for the lock.
pub(super) fn enter() {
    ACTIVE.fetch_add(1, Ordering::SeqCst);
}

/// A thread has let go of the lock. What was left to it meanwhile is dealt with.
pub(super) fn leave(api: &'static CApi) {
    // Either this sees what another thread left before, or that thread sees the lower number.
    if ACTIVE.fetch_sub(1, Ordering::SeqCst) == 1 && LEFT_COUNT.load(Ordering::SeqCst) > 0 {
        drop(Gil::acquire(api));
    }
}

/// Gives back what was left; the caller holds the lock.
pub(super) fn drain(api: &'static CApi) {
    while LEFT_COUNT.load(Ordering::SeqCst) > 0 {
        // One by one, as freeing an object may leave others here.
        let Some(Left(object)) = take_one() else { break };
        // SAFETY: the lock is held, and the reference was the holder's own.
        unsafe { (api.Py_DecRef)(object.as_ptr()) };
    }
}

/// Gives a strong reference back, on any thread.
pub(super) fn release(api: &'static CApi, object: NonNull<PyObject>) {
    if Gil::is_held(api) {
        // SAFETY: this thread holds the lock, and the reference is the caller's own.
        unsafe { (api.Py_DecRef)(object.as_ptr()) };
    } else if is_ending(api) {
        // What the interpreter still holds ends with the process.
    } else if ACTIVE.load(Ordering::SeqCst) == 0 {
        let _lock = Gil::acquire(api);
        // SAFETY: as above.
        unsafe { (api.Py_DecRef)(object.as_ptr()) };
    } else {
        leave_behind(Left(object));
        // The other thread may be through by now, without having seen it.
        if ACTIVE.load(Ordering::SeqCst) == 0 {
            drop(Gil::acquire(api));
        }
    }
}

/// Leaves a strong reference to the next thread that holds the lock, unless many wait there.
pub(super) fn release_later(api: &'static CApi, object: NonNull<PyObject>) {
    /// As many as a few calls return.
    const FEW: usize = 64;
    if Gil::is_held(api) || LEFT_COUNT.load(Ordering::Relaxed) >= FEW {
        release(api, object);
    } else {
        leave_behind(Left(object));
    }
}

fn leave_behind(object: Left) {
    // If it cannot be left there, it stays for good.
    let Some(mut left) = left() else { return };
    left.push(object);
    LEFT_COUNT.store(left.len(), Ordering::SeqCst);
}

fn take_one() -> Option<Left> {
    let mut left = left()?;
    let one = left.pop();
    LEFT_COUNT.store(left.len(), Ordering::SeqCst);
    one
}

/// The objects that were left. In a forked process they are out of reach if another thread had them at that moment:
/// it is not there to give them back.
fn left() -> Option<MutexGuard<'static, Vec<Left>>> {
    static OUT_OF_REACH: AtomicBool = AtomicBool::new(false);
    if forks::count() == 0 {
        return Some(LEFT.lock().unwrap_or_else(PoisonError::into_inner));
    }
    // Threads have them for moments.
    let start = Instant::now();
    while !OUT_OF_REACH.load(Ordering::Relaxed) {
        match LEFT.try_lock() {
            Ok(left) => return Some(left),
            Err(TryLockError::Poisoned(error)) => return Some(error.into_inner()),
            Err(TryLockError::WouldBlock) if start.elapsed() < Duration::from_secs(1) => thread::yield_now(),
            Err(TryLockError::WouldBlock) => OUT_OF_REACH.store(true, Ordering::Relaxed),
        }
    }
    LEFT_COUNT.store(0, Ordering::SeqCst);
    None
}
