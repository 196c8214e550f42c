//! The benchmarks' yardstick: sessions.

mod caller;

use std::ffi::{c_char, c_int, c_void};
use std::fmt;
use std::path::Path;
use std::ptr;

use libloading::os::unix::{Library, RTLD_LOCAL, RTLD_NOW};
use neuropod_core::{Error, ModelOptions, Tensor};
use prost::Message;

pub use self::caller::{BareCaller, BareOutput};
use super::graph::c_string;
use super::{Endpoint, Graph, OwnPools, Status};
use crate::TensorFlowError;
use crate::analysis::Traits;
use crate::c_api::{CApi, TF_Buffer, TF_Graph, TF_Output, TF_Session, TF_SessionOptions, TF_Status};
use crate::executor::Executor;
use crate::library::{self, Request};
use crate::names::TensorName;
use crate::options::Options;
use crate::proto::GraphDef;
use crate::saved_model::DEFAULT_TAG;

type LoadSavedModel = unsafe extern "C" fn(
    *const TF_SessionOptions,
    *const TF_Buffer,
    *const c_char,
    *const *const c_char,
    c_int,
    *mut TF_Graph,
    *mut TF_Buffer,
    *mut TF_Status,
) -> *mut TF_Session;

/// A session called as a C program would that knows nothing of Neuropod.
#[doc(hidden)]
pub struct BareSession {
    session: *mut TF_Session,
    inputs: Vec<TF_Output>,
    outputs: Vec<TF_Output>,
    graph: Graph,
    /// What the graph is fed with. It lives longer than the session, which may keep it.
    tensors: Vec<Tensor>,
}

// SAFETY: a session guards itself: `TF_SessionRun` may be called from several threads at once, and the session may be
// deleted on any thread. The endpoints are addresses in its graph.
unsafe impl Send for BareSession {}
// SAFETY: as above.
unsafe impl Sync for BareSession {}

/// The options of a session.
#[doc(hidden)]
#[derive(Clone, Debug, Default)]
pub struct BareOptions {
    /// A serialised `ConfigProto`: an empty one stands for TensorFlow's defaults.
    config: Vec<u8>,
    /// Whether it has its own threads within one operator.
    has_own_pool: bool,
}

impl BareOptions {
    /// What the backend uses with an executor, and with so many threads within one operator.
    ///
    /// # Errors
    ///
    /// If there is no executor of that name, or there cannot be so many threads.
    pub fn of_executor(executor: &str, intra_op_threads: Option<usize>) -> Result<Self, Error> {
        let mut options = ModelOptions::new();
        options.intra_op_threads = intra_op_threads;
        let executor: Executor = executor.parse().map_err(TensorFlowError::Option)?;
        let config = Options::new(&options)?.session_config(executor, false);
        Ok(BareOptions { config, has_own_pool: intra_op_threads.is_some() })
    }
}

impl BareSession {
    /// A session of a serialised `GraphDef`, which is freed when it is imported, and what it is fed with. Inputs and
    /// outputs are named `node` or `node:1`.
    ///
    /// # Errors
    ///
    /// If there is no TensorFlow, or it refuses the graph or the options.
    pub fn import(
        graph_def: Vec<u8>,
        options: &BareOptions,
        inputs: &[(&str, &Tensor)],
        outputs: &[&str],
    ) -> Result<Self, Error> {
        let api = library::open(Request::default())?;
        let status = Status::new(api);
        let graph = Graph::import(api, &graph_def, None).map_err(failed)?;
        drop(graph_def);
        let _own = options.has_own_pool.then(|| OwnPools::switch_on(api));
        // SAFETY: the options are deleted once, after their last use; the graph is live, and deleted
        // after the session.
        let session = unsafe {
            let options = new_options(api, &options.config, &status)?;
            let session = (api.TF_NewSession)(graph.raw, options, status.raw);
            (api.TF_DeleteSessionOptions)(options);
            session
        };
        status.check().map_err(failed)?;
        BareSession::new(session, graph, inputs, outputs)
    }

    /// A session of a SavedModel's graph with the tag `serve`; the rest is as for an imported graph.
    ///
    /// # Errors
    ///
    /// If there is no TensorFlow, or it refuses the model or the options.
    pub fn load_saved_model(
        folder: &Path,
        options: &BareOptions,
        inputs: &[(&str, &Tensor)],
        outputs: &[&str],
    ) -> Result<Self, Error> {
        let api = library::open(Request::default())?;
        let load = find_load_saved_model()?;
        let (status, folder) = (Status::new(api), c_string(&folder.to_string_lossy()).map_err(failed)?);
        let tag = c_string(DEFAULT_TAG).map_err(failed)?;
        // SAFETY: the options are deleted once, after their last use; the texts are null-terminated
        // and there is one tag; the graph is live and empty, and deleted after the session; the
        // pointers to run options and to a place for the meta graph may be null.
        let (session, graph) = unsafe {
            let graph = Graph { api, raw: (api.TF_NewGraph)() };
            let options = new_options(api, &options.config, &status)?;
            let (folder, tags) = (folder.as_ptr(), [tag.as_ptr()]);
            let no_buffer = ptr::null_mut();
            let session =
                load(options, no_buffer, folder, tags.as_ptr(), 1, graph.raw, no_buffer, status.raw);
            (api.TF_DeleteSessionOptions)(options);
            (session, graph)
        };
        status.check().map_err(failed)?;
        BareSession::new(session, graph, inputs, outputs)
    }

    /// Takes the graph over now, which the first call would do otherwise.
    ///
    /// # Errors
    ///
    /// If TensorFlow refuses the graph.
    pub fn extend(&self) -> Result<(), Error> {
        let status = Status::new(self.graph.api);
        // SAFETY: the session and the status are live.
        unsafe { (self.graph.api.TF_ExtendSession)(self.session, status.raw) };
        status.check().map_err(failed)
    }

    /// What runs it on one thread.
    pub fn caller(&self) -> BareCaller<'_> {
        BareCaller::new(self)
    }

    fn new(
        session: *mut TF_Session,
        graph: Graph,
        inputs: &[(&str, &Tensor)],
        outputs: &[&str],
    ) -> Result<Self, Error> {
        let tensors = inputs.iter().map(|(_, tensor)| (*tensor).clone()).collect();
        let mut bare = BareSession { session, inputs: Vec::new(), outputs: Vec::new(), graph, tensors };
        bare.inputs = inputs.iter().map(|(name, _)| bare.endpoint(name)).collect::<Result<_, _>>()?;
        bare.outputs = outputs.iter().map(|name| bare.endpoint(name)).collect::<Result<_, _>>()?;
        Ok(bare)
    }

    fn endpoint(&self, name: &str) -> Result<TF_Output, Error> {
        let find = || {
            let name = TensorName::parse(name)?;
            let (Endpoint(output), _) = self.graph.endpoint(self.graph.operation(name.node)?, name.index)?;
            Some(output)
        };
        find().ok_or_else(|| TensorFlowError::Load(format!("the graph has no tensor `{name}`")).into())
    }
}

impl Drop for BareSession {
    fn drop(&mut self) {
        let api = self.graph.api;
        let status = Status::new(api);
        // SAFETY: the session is live and deleted once; its graph is dropped after this.
        unsafe {
            (api.TF_CloseSession)(self.session, status.raw);
            (api.TF_DeleteSession)(self.session, status.raw);
        }
    }
}

impl fmt::Debug for BareSession {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BareSession").finish_non_exhaustive()
    }
}

/// The name of the executor that the backend chooses for a serialised `GraphDef`, of which these
/// nodes are the outputs.
///
/// # Errors
///
/// If it is no `GraphDef`.
#[doc(hidden)]
pub fn chosen_executor(graph_def: &[u8], outputs: &[&str]) -> Result<String, Error> {
    let graph = GraphDef::decode(graph_def).map_err(|error| TensorFlowError::Load(error.to_string()))?;
    Ok(Executor::choose(&Traits::of(&graph, outputs)).to_string())
}

/// Options that are the caller's to delete.
fn new_options(api: &CApi, config: &[u8], status: &Status) -> Result<*mut TF_SessionOptions, Error> {
    // SAFETY: the options and the status are live, and the config is copied.
    let options = unsafe {
        let options = (api.TF_NewSessionOptions)();
        (api.TF_SetConfig)(options, config.as_ptr().cast::<c_void>(), config.len(), status.raw);
        options
    };
    status.check().map(|()| options).map_err(failed)
}

fn find_load_saved_model() -> Result<LoadSavedModel, Error> {
    let library = library::find(Request::default())?.library;
    // SAFETY: the process has this library open, so none of its code runs now, and it is never
    // closed; the function has the type that the header `c_api.h` gives it.
    let found = unsafe {
        Library::open(Some(&library), RTLD_NOW | RTLD_LOCAL)
            .and_then(|library| library.get(b"TF_LoadSessionFromSavedModel\0").map(|function| *function))
    };
    found.map_err(|error| TensorFlowError::Library(error.to_string()).into())
}

fn failed(failure: super::Failure) -> Error {
    TensorFlowError::Model(failure.message).into()
}
