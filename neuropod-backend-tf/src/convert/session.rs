//! Sessions.

use std::ffi::{c_int, c_void};
use std::mem::ManuallyDrop;
use std::ptr;

use smallvec::SmallVec;

use super::{Endpoint, Failure, Feeds, Fetched, Graph, Operation, Status};
use crate::c_api::{CApi, TF_Output, TF_Session, TF_Tensor};
use crate::forks;

/// A graph that can be run, from any thread.
pub(crate) struct Session {
    api: &'static CApi,
    raw: *mut TF_Session,
    /// How often the process had been forked when it was made.
    forks: u32,
    /// Endpoints and operations point into it. Deleted after the session.
    graph: ManuallyDrop<Graph>,
}

// SAFETY: a session guards itself: `TF_SessionRun` may be called from several threads at once, and
// the session may be deleted on any thread.
unsafe impl Send for Session {}
// SAFETY: as above.
unsafe impl Sync for Session {}

impl Session {
    /// A session for the whole graph; `config` is a serialised `ConfigProto`.
    pub(crate) fn new(graph: Graph, config: &[u8]) -> Result<Self, Failure> {
        let api = graph.api;
        let status = Status::new(api);
        // SAFETY: the options are live until they are deleted, once, after their last use; the
        // config is copied; the graph is live, and kept below.
        let raw = unsafe {
            let options = (api.TF_NewSessionOptions)();
            (api.TF_SetConfig)(options, config.as_ptr().cast::<c_void>(), config.len(), status.raw);
            let session = match status.check() {
                Ok(()) => (api.TF_NewSession)(graph.raw, options, status.raw),
                Err(_) => ptr::null_mut(),
            };
            (api.TF_DeleteSessionOptions)(options);
            session
        };
        status.check()?;
        let session = Session { api, raw, forks: forks::count(), graph: ManuallyDrop::new(graph) };
        // SAFETY: the session and the status are live. Without this call, every run would look for
        // new nodes first, under a lock.
        unsafe { (api.TF_ExtendSession)(session.raw, status.raw) };
        status.check().map(|()| session)
    }

    /// The graph.
    pub(crate) fn graph(&self) -> &Graph {
        &self.graph
    }

    /// Runs what `fetches` and `targets` need. The results are in the order of `fetches`, and may
    /// share memory with `feeds`.
    pub(crate) fn run(
        &self,
        feeds: &Feeds<'_>,
        fetches: &[Endpoint],
        targets: &[Operation],
    ) -> Result<SmallVec<[Fetched; 2]>, Failure> {
        let mut values: SmallVec<[*mut TF_Tensor; 8]> = SmallVec::from_elem(ptr::null_mut(), fetches.len());
        let status = Status::new(self.api);
        // SAFETY: the session and the status are live. `feeds` has as many tensors as endpoints, all
        // live during the call. `Endpoint` and `Operation` are transparent, point into this
        // session's graph, and their arrays have the given lengths; so has `values`, which the call
        // fills with tensors that are ours.
        unsafe {
            (self.api.TF_SessionRun)(
                self.raw,
                ptr::null(),
                feeds.endpoints().as_ptr().cast::<TF_Output>(),
                feeds.tensors().as_ptr(),
                feeds.tensors().len() as c_int,
                fetches.as_ptr().cast::<TF_Output>(),
                values.as_mut_ptr(),
                fetches.len() as c_int,
                targets.as_ptr().cast(),
                targets.len() as c_int,
                ptr::null_mut(),
                status.raw,
            );
        }
        // SAFETY: each is null or a tensor that the call handed over.
        let fetched = values.into_iter().map(|raw| unsafe { Fetched::from_raw(self.api, raw) }).collect();
        status.check().map(|()| fetched)
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        if forks::check(self.forks).is_err() {
            return; // its end would wait for threads that only the parent has
        }
        let status = Status::new(self.api);
        // SAFETY: the session is live, nobody runs it any more, and it is deleted once. The graph is
        // dropped once, after it.
        unsafe {
            (self.api.TF_CloseSession)(self.raw, status.raw);
            (self.api.TF_DeleteSession)(self.raw, status.raw);
            ManuallyDrop::drop(&mut self.graph);
        }
    }
}
