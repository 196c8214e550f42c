//! The pool of threads that all sessions share within one operator.

use std::sync::atomic::{AtomicBool, Ordering};

use crate::c_api::CApi;

/// While it lives, sessions that are made get a pool of threads of their own.
///
/// TensorFlow's C API has no call for that; the variable is what its own benchmarks set.
pub(crate) struct OwnPools(&'static AtomicBool);

impl OwnPools {
    /// `None` if this build of TensorFlow does not show the variable.
    pub(crate) fn switch_on(api: &'static CApi) -> Option<Self> {
        let variable = api.use_global_threadpool?;
        variable.store(false, Ordering::SeqCst);
        Some(OwnPools(variable))
    }
}

impl Drop for OwnPools {
    fn drop(&mut self) {
        self.0.store(true, Ordering::SeqCst);
    }
}
