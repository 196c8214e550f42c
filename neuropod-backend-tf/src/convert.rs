//! Between Neuropod and TensorFlow's C API: the calls, and the memory that crosses.
#![allow(unsafe_code)]

mod bare;
mod feeds;
mod fetched;
mod graph;
mod own_pools;
mod process;
mod session;

use std::ffi::CStr;

use crate::c_api::{CApi, TF_OK, TF_Status};

pub use bare::{BareCaller, BareOptions, BareOutput, BareSession, chosen_executor};
pub(crate) use feeds::Feeds;
pub(crate) use fetched::{Fetched, Results};
pub(crate) use graph::{Endpoint, Graph, Operation};
pub(crate) use own_pools::OwnPools;
pub(crate) use process::{gpu_count, load_library};
pub(crate) use session::Session;

/// What a call reported.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) code: i32,
    pub(crate) message: String,
}

/// `TF_INVALID_ARGUMENT`.
pub(crate) const INVALID_ARGUMENT: i32 = 3;

/// A place for TensorFlow to report to.
struct Status {
    api: &'static CApi,
    raw: *mut TF_Status,
}

impl Status {
    fn new(api: &'static CApi) -> Self {
        // SAFETY: no conditions.
        Status { api, raw: unsafe { (api.TF_NewStatus)() } }
    }

    /// The report of the last call that was given this status.
    fn check(&self) -> Result<(), Failure> {
        // SAFETY: the status is live.
        let code = unsafe { (self.api.TF_GetCode)(self.raw) };
        if code == TF_OK { Ok(()) } else { Err(self.failure(code)) }
    }

    #[cold]
    fn failure(&self, code: i32) -> Failure {
        // SAFETY: the status is live; its message is null-terminated and lives as long, and is
        // copied here.
        let message = unsafe { CStr::from_ptr((self.api.TF_Message)(self.raw)) };
        Failure { code, message: message.to_string_lossy().into_owned() }
    }
}

impl Drop for Status {
    fn drop(&mut self) {
        // SAFETY: the status is live and used by nobody else.
        unsafe { (self.api.TF_DeleteStatus)(self.raw) }
    }
}
