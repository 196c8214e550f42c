//! TensorFlow's library: found and opened once in a process.

mod find;
mod interpreter;
mod quiet;
mod version;

use std::error::Error;
use std::ffi::{CStr, OsStr};
use std::mem;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use libloading::os::unix::{Library, RTLD_LOCAL, RTLD_NOW};
use prost::Message;

use crate::c_api::CApi;
use crate::convert::{Failure, Feeds, Graph, Session};
use crate::proto::{ConfigProto, GraphDef, NodeDef};
use crate::{TensorFlowError, forks};
pub(crate) use find::{Found, Request, find};

/// A library that a process which uses TensorFlow already, a Python program for instance, has open.
const WHEEL_LIBRARY: &str =
    if cfg!(target_os = "macos") { "libtensorflow_cc.2.dylib" } else { "libtensorflow_cc.so.2" };

/// `RTLD_NOLOAD`: open a library only if the process has it already.
const RTLD_NOLOAD: i32 = if cfg!(target_os = "macos") { 0x10 } else { 0x4 };

static OPENED: Mutex<Option<Opened>> = Mutex::new(None);

#[derive(Debug)]
struct Opened {
    api: &'static CApi,
    /// `None` if the process had it before.
    path: Option<PathBuf>,
}

/// The library's functions; it is opened if this process has not done so yet.
///
/// A process has one TensorFlow: two would register the same operators and messages, and end it.
pub(crate) fn open(request: Request<'_>) -> Result<&'static CApi, TensorFlowError> {
    forks::watch();
    let _running = forks::enter()?;
    let mut opened = OPENED.lock().unwrap_or_else(PoisonError::into_inner);
    if opened.is_none() {
        *opened = Some(open_first(request)?);
    }
    match (&*opened, request.library) {
        (Some(Opened { path: Some(path), .. }), Some(_)) if !is_same(path, &find(request)?.library) => {
            Err(other(path))
        }
        (Some(Opened { api, .. }), _) => Ok(api),
        (None, _) => Err(TensorFlowError::Internal("no library is open".to_owned())),
    }
}

/// The version of the library that is open or would be opened: `2.21.0`.
///
/// It is read from files beside the library, which costs nothing; a library without any is opened and
/// asked.
pub(crate) fn version(request: Request<'_>) -> Result<String, TensorFlowError> {
    let is_open =
        forks::enter().is_ok_and(|_running| OPENED.lock().unwrap_or_else(PoisonError::into_inner).is_some());
    if !is_open && in_process(WHEEL_LIBRARY.as_ref()).is_none() {
        let found = find(request)?;
        if let Some(version) = found.version() {
            return Ok(version);
        }
    }
    open(request).map(version_of)
}

fn open_first(request: Request<'_>) -> Result<Opened, TensorFlowError> {
    if let Some(library) = in_process(WHEEL_LIBRARY.as_ref()) {
        if request.library.is_some() {
            let path = find(request)?.library;
            in_process(path.as_os_str()).ok_or_else(|| other(WHEEL_LIBRARY.as_ref()))?;
        }
        return Ok(Opened { api: functions(library, WHEEL_LIBRARY.as_ref())?, path: None });
    }
    let found = find(request)?;
    let api = quiet::quietly(|| start(&found))?;
    Ok(Opened { api, path: Some(found.library) })
}

/// Opens the library and runs a first graph, which does what TensorFlow does once in a process.
fn start(found: &Found) -> Result<&'static CApi, TensorFlowError> {
    if let Some(framework) = &found.framework {
        let framework = open_library(framework)?;
        quiet::log_errors_alone(&framework);
        // The library that is opened next needs it and keeps it open.
        mem::forget(framework);
    }
    let library = open_library(&found.library)?;
    if found.framework.is_none() {
        quiet::log_errors_alone(&library);
    }
    let api = functions(library, &found.library)?;
    run_nothing(api).map_err(|failure| {
        let (path, message) = (found.library.display(), failure.message);
        TensorFlowError::Library(format!("TensorFlow's library {path} does not start: {message}"))
    })?;
    Ok(api)
}

fn run_nothing(api: &'static CApi) -> Result<(), Failure> {
    let nothing = NodeDef { name: "nothing".to_owned(), op: "NoOp".to_owned(), ..NodeDef::default() };
    let graph = GraphDef { node: vec![nothing], ..GraphDef::default() };
    let graph = Graph::import(api, &graph.encode_to_vec(), None)?;
    let no_gpu = ConfigProto { device_count: [("GPU".to_owned(), 0)].into(), ..ConfigProto::default() };
    let session = Session::new(graph, &no_gpu.encode_to_vec())?;
    let nothing: Vec<_> = session.graph().operation("nothing").into_iter().collect();
    session.run(&Feeds::new(api), &[], &nothing).map(drop)
}

/// A library that the process has open.
#[allow(unsafe_code)]
fn in_process(name: &OsStr) -> Option<Library> {
    // SAFETY: with RTLD_NOLOAD nothing is loaded, so no code of a library runs.
    unsafe { Library::open(Some(name), RTLD_NOW | RTLD_LOCAL | RTLD_NOLOAD) }.ok()
}

/// Opens a library for good; it runs the library's code.
#[allow(unsafe_code)]
fn open_library(path: &Path) -> Result<Library, TensorFlowError> {
    // SAFETY: the library is TensorFlow's, which is made to be loaded into a process; which file
    // that is, the user decided by what is installed.
    unsafe { Library::open(Some(path), RTLD_NOW | RTLD_LOCAL) }.map_err(|error| {
        // The error's own text names the function that failed alone.
        let why = error.source().map_or_else(|| error.to_string(), ToString::to_string);
        TensorFlowError::Library(format!("TensorFlow's library {} does not load: {why}", path.display()))
    })
}

#[allow(unsafe_code)]
fn functions(library: Library, path: &Path) -> Result<&'static CApi, TensorFlowError> {
    // Models may use it until the process ends: it is never closed.
    let library = Box::leak(Box::new(library));
    // SAFETY: the names are those of TensorFlow's C API, which is stable, and the types those of
    // its header. The library was leaked just now.
    let api = unsafe { CApi::find(library) }.map_err(|missing| {
        TensorFlowError::Library(format!(
            "{} has no function `{missing}`: TensorFlow 2.16 or newer is needed",
            path.display()
        ))
    })?;
    Ok(Box::leak(Box::new(api)))
}

#[allow(unsafe_code)]
fn version_of(api: &CApi) -> String {
    // SAFETY: the function has no conditions and returns a static, null-terminated text.
    let version = unsafe { CStr::from_ptr((api.TF_Version)()) };
    version.to_string_lossy().into_owned()
}

/// Whether two paths lead to one file, by links for instance.
fn is_same(one: &Path, other: &Path) -> bool {
    one == other || matches!((one.canonicalize(), other.canonicalize()), (Ok(one), Ok(other)) if one == other)
}

#[cold]
fn other(path: &Path) -> TensorFlowError {
    TensorFlowError::Library(format!(
        "this process uses another TensorFlow already ({}), and there can be only one",
        path.display()
    ))
}
