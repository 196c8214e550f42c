//! What is left of TensorFlow in a process that was forked.
//!
//! The threads that run its operators are gone in the child, and what waits for them waits for ever. A session that
//! the child makes itself can have threads of its own.

use neuropod_core::{ForkWatch, RunningCall};

use crate::TensorFlowError;

static FORKS: ForkWatch = ForkWatch::new();

/// Takes notice of forks from now on: TensorFlow is about to be used.
pub(crate) fn watch() {
    FORKS.watch();
}

/// How many forks lie between the process that opened TensorFlow and this one.
pub(crate) fn count() -> u32 {
    FORKS.count()
}

/// Counts a use of TensorFlow as under way, if it can be used here.
pub(crate) fn enter() -> Result<RunningCall<'static>, TensorFlowError> {
    if FORKS.interrupted() { Err(interrupted()) } else { Ok(FORKS.enter()) }
}

/// Whether a model can be used here that was loaded when the count was `loaded`.
#[inline]
pub(crate) fn check(loaded: u32) -> Result<(), TensorFlowError> {
    if FORKS.count() == loaded { Ok(()) } else { Err(foreign()) }
}

#[cold]
fn foreign() -> TensorFlowError {
    TensorFlowError::Forked(
        "the model was loaded before this process was forked, and its threads are not here; load it after the fork, or \
         start processes with `spawn` instead of `fork`"
            .to_owned(),
    )
}

#[cold]
fn interrupted() -> TensorFlowError {
    TensorFlowError::Forked(
        "this process was forked while TensorFlow was at work in another thread, so that it cannot be used here; fork \
         before models are loaded, or start processes with `spawn` instead of `fork`"
            .to_owned(),
    )
}

#[cold]
pub(crate) fn no_own_threads() -> TensorFlowError {
    TensorFlowError::Forked(
        "this process was forked after TensorFlow was used, and this build of TensorFlow cannot start threads anew; \
         fork before models are loaded, or start processes with `spawn` instead of `fork`"
            .to_owned(),
    )
}
