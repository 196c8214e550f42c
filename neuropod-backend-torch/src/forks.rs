//! What is left of torch in a process that was forked.
//!
//! Threads within an operator end before a fork, and start again when they are needed. The pool for independent work is
//! for good: a child has it without its threads.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, OnceLock, PoisonError};

use neuropod_core::{ForkWatch, RunningCall};

use crate::TorchError;
use crate::convert;

static FORKS: ForkWatch = ForkWatch::new();

/// Whether threads end before forks.
static ENDING: OnceLock<bool> = OnceLock::new();

/// Like [`enter`], for a use of torch that may be the first: takes notice of forks from now on.
pub(crate) fn enter_first() -> Result<RunningCall<'static>, TorchError> {
    FORKS.watch();
    let running = enter()?;
    ENDING.get_or_init(convert::prepare_for_forks);
    Ok(running)
}

/// How many forks lie between the process that first used torch and this one.
#[inline]
pub(crate) fn count() -> u32 {
    FORKS.count()
}

/// Counts a use of torch as under way, if it can be used here.
#[inline]
pub(crate) fn enter() -> Result<RunningCall<'static>, TorchError> {
    let running = FORKS.enter();
    if FORKS.count() > 0 {
        check_process()?;
    }
    Ok(running)
}

#[cold]
fn check_process() -> Result<(), TorchError> {
    let reason = if FORKS.interrupted() {
        "torch was at work in another thread when this process was forked"
    } else if ENDING.get() == Some(&false) {
        "this process was forked after torch was used, and torch's threads are not here"
    } else {
        renew_threads();
        return Ok(());
    };
    Err(forked(reason))
}

/// Torch does not renew its threads when several threads come at once.
fn renew_threads() {
    static RENEWED: AtomicU32 = AtomicU32::new(0);
    static RENEWING: Mutex<()> = Mutex::new(());
    let is_done = || RENEWED.load(Ordering::Acquire) == FORKS.count();
    if is_done() {
        return;
    }
    let _renewing = RENEWING.lock().unwrap_or_else(PoisonError::into_inner);
    if !is_done() {
        convert::renew_threads();
        RENEWED.store(FORKS.count(), Ordering::Release);
    }
}

/// Takes the pool for independent work into use, if it has threads here.
pub(crate) fn use_pool() -> Result<(), TorchError> {
    if convert::use_pool() {
        return Ok(());
    }
    Err(forked(
        "the model starts asynchronous work, and the threads for that were started before this process was forked",
    ))
}

#[cold]
fn forked(reason: &str) -> TorchError {
    TorchError::Forked(format!(
        "{reason}; fork before models are loaded, or start processes with `spawn` instead of `fork`"
    ))
}

/// Whether a model on a GPU can be used here that was loaded when the count was `loaded`.
pub(crate) fn check_gpu(loaded: u32) -> Result<(), TorchError> {
    if FORKS.count() == loaded {
        return Ok(());
    }
    Err(forked(
        "the model was loaded onto a GPU before this process was forked, and a GPU belongs to one process",
    ))
}
