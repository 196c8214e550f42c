//! The benchmarks' yardstick.

use std::ffi::{c_char, c_int, c_void};
use std::fmt;
use std::path::Path;
use std::ptr;
use std::slice;

use libloading::os::unix::{Library, RTLD_LOCAL, RTLD_NOW};
use neuropod_core::{Error, ModelOptions};
use prost::Message;

use super::graph::c_string;
use super::{Endpoint, Graph, Status};
use crate::analysis::Traits;
use crate::c_api::{
    CApi, TF_Buffer, TF_Graph, TF_Output, TF_Session, TF_SessionOptions, TF_Status, TF_Tensor,
};
use crate::executor::Executor;
use crate::library::{self, Request};
use crate::names::TensorName;
use crate::options::Options;
use crate::proto::GraphDef;
use crate::saved_model::DEFAULT_TAG;
use crate::{TensorFlowError, dtype};

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

/// A session called as a C program would that knows nothing of Neuropod: for float32 inputs and
/// outputs.
#[doc(hidden)]
pub struct BareSession {
    session: *mut TF_Session,
    inputs: Vec<TF_Output>,
    outputs: Vec<TF_Output>,
    feeds: Vec<*mut TF_Tensor>,
    fetches: Vec<*mut TF_Tensor>,
    status: Status,
    graph: Graph,
}

impl BareSession {
    /// A session of a serialised `GraphDef`. `config` is a serialised `ConfigProto`: an empty one
    /// stands for TensorFlow's defaults. Inputs and outputs are named `node` or `node:1`.
    ///
    /// # Errors
    ///
    /// If there is no TensorFlow, or it refuses the graph or the configuration.
    pub fn import(graph_def: &[u8], config: &[u8], inputs: &[&str], outputs: &[&str]) -> Result<Self, Error> {
        let api = library::open(Request::default())?;
        let status = Status::new(api);
        let graph = Graph::import(api, graph_def, None).map_err(failed)?;
        // SAFETY: the options are deleted once, after their last use; the graph is live, and deleted
        // after the session.
        let session = unsafe {
            let options = new_options(api, config, &status)?;
            let session = (api.TF_NewSession)(graph.raw, options, status.raw);
            (api.TF_DeleteSessionOptions)(options);
            session
        };
        status.check().map_err(failed)?;
        BareSession::new(session, graph, status, inputs, outputs)
    }

    /// A session of a SavedModel's graph with the tag `serve`; the rest is as for an imported graph.
    ///
    /// # Errors
    ///
    /// If there is no TensorFlow, or it refuses the model or the configuration.
    pub fn load_saved_model(
        folder: &Path,
        config: &[u8],
        inputs: &[&str],
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
            let options = new_options(api, config, &status)?;
            let (folder, tags) = (folder.as_ptr(), [tag.as_ptr()]);
            let no_buffer = ptr::null_mut();
            let session =
                load(options, no_buffer, folder, tags.as_ptr(), 1, graph.raw, no_buffer, status.raw);
            (api.TF_DeleteSessionOptions)(options);
            (session, graph)
        };
        status.check().map_err(failed)?;
        BareSession::new(session, graph, status, inputs, outputs)
    }

    /// Runs the graph on the inputs' dims and elements, and shows `read` each output's elements.
    ///
    /// The inputs' memory is handed over as it is if it is aligned to 64 bytes, and otherwise copied by
    /// TensorFlow.
    ///
    /// # Errors
    ///
    /// If the graph fails.
    pub fn run(
        &mut self,
        inputs: &[(&[i64], &[f32])],
        mut read: impl FnMut(usize, &[f32]),
    ) -> Result<(), Error> {
        assert_eq!(inputs.len(), self.inputs.len(), "all inputs must be given");
        let api = self.graph.api;
        for (slot, (dims, elements)) in self.feeds.iter_mut().zip(inputs) {
            assert_eq!(dims.iter().product::<i64>(), elements.len() as i64, "the dims must fit the elements");
            // SAFETY: the dims and elements are as long as said, and live until the call has ended.
            *slot = unsafe { new_tensor(api, dims, elements) };
        }
        // SAFETY: the session is live; the arrays have the given lengths, and hold endpoints of its
        // graph and live tensors; each tensor is deleted once. After a success every fetched tensor
        // is live.
        unsafe {
            (api.TF_SessionRun)(
                self.session,
                ptr::null(),
                self.inputs.as_ptr(),
                self.feeds.as_ptr(),
                self.inputs.len() as c_int,
                self.outputs.as_ptr(),
                self.fetches.as_mut_ptr(),
                self.outputs.len() as c_int,
                ptr::null(),
                0,
                ptr::null_mut(),
                self.status.raw,
            );
            self.feeds.iter().for_each(|tensor| (api.TF_DeleteTensor)(*tensor));
            self.status.check().map_err(failed)?;
            for (index, tensor) in self.fetches.iter().enumerate() {
                let length = (api.TF_TensorByteSize)(*tensor) / size_of::<f32>();
                read(index, slice::from_raw_parts((api.TF_TensorData)(*tensor).cast(), length));
                (api.TF_DeleteTensor)(*tensor);
            }
        }
        Ok(())
    }

    fn new(
        session: *mut TF_Session,
        graph: Graph,
        status: Status,
        inputs: &[&str],
        outputs: &[&str],
    ) -> Result<Self, Error> {
        let mut bare = BareSession {
            session,
            inputs: Vec::new(),
            outputs: Vec::new(),
            feeds: vec![ptr::null_mut(); inputs.len()],
            fetches: vec![ptr::null_mut(); outputs.len()],
            status,
            graph,
        };
        bare.inputs = bare.endpoints(inputs)?;
        bare.outputs = bare.endpoints(outputs)?;
        Ok(bare)
    }

    /// All of float32, which `run` relies on.
    fn endpoints(&self, names: &[&str]) -> Result<Vec<TF_Output>, Error> {
        let find = |name: &&str| {
            let name = TensorName::parse(name)?;
            let (Endpoint(output), code) =
                self.graph.endpoint(self.graph.operation(name.node)?, name.index)?;
            (dtype::from_code(code) == Some(neuropod_core::DType::Float32)).then_some(output)
        };
        let missing = |name| TensorFlowError::Load(format!("the graph has no float32 tensor `{name}`"));
        names.iter().map(|name| find(name).ok_or_else(|| missing(name).into())).collect()
    }
}

impl Drop for BareSession {
    fn drop(&mut self) {
        let api = self.graph.api;
        // SAFETY: the session is live and deleted once; its graph is dropped after this.
        unsafe {
            (api.TF_CloseSession)(self.session, self.status.raw);
            (api.TF_DeleteSession)(self.session, self.status.raw);
        }
    }
}

impl fmt::Debug for BareSession {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BareSession").finish_non_exhaustive()
    }
}

/// The session options of the backend for an executor: a serialised `ConfigProto`.
///
/// # Errors
///
/// If there is no executor of that name.
#[doc(hidden)]
pub fn session_config(executor: &str) -> Result<Vec<u8>, Error> {
    let options = Options::new(&ModelOptions::new())?;
    let executor: Executor = executor.parse().map_err(TensorFlowError::Option)?;
    Ok(options.session_config(executor, false))
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

/// # Safety
///
/// The elements must live as long as the tensor.
unsafe fn new_tensor(api: &CApi, dims: &[i64], elements: &[f32]) -> *mut TF_Tensor {
    unsafe extern "C" fn keep(_: *mut c_void, _: usize, _: *mut c_void) {}
    const TF_FLOAT: c_int = 1;
    let data = elements.as_ptr().cast_mut().cast::<c_void>();
    // SAFETY: the dims are as long as said, and ask for as many elements as there are; TensorFlow
    // only reads them, and `keep` has nothing to free.
    unsafe {
        (api.TF_NewTensor)(
            TF_FLOAT,
            dims.as_ptr(),
            dims.len() as c_int,
            data,
            size_of_val(elements),
            Some(keep),
            ptr::null_mut(),
        )
    }
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
