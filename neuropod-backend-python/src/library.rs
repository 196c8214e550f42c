//! The Python that runs inside this process: the one that runs already, or one that is started.
#![allow(unsafe_code)]

mod find;
mod start;

use std::error::Error;
use std::ffi::{CStr, c_char};
use std::mem;
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use libloading::os::unix::{Library, RTLD_GLOBAL, RTLD_NOW};

use crate::PythonError;
use crate::c_api::CApi;
use crate::convert::forks;

pub(crate) use find::{Interpreter, Request, find};

static OPENED: Mutex<Option<Opened>> = Mutex::new(None);

/// The Python of this process.
#[derive(Clone, Debug)]
pub(crate) struct Opened {
    pub(crate) api: &'static CApi,
    /// `None` if the process is Python, or had started it before.
    started: Option<Interpreter>,
}

/// Python's functions; it is started if the process does not run it yet.
///
/// A process has one Python: its extension modules find it by the names of its functions.
pub(crate) fn open(request: Request<'_>) -> Result<Opened, PythonError> {
    forks::watch();
    let _running = forks::enter()?;
    let mut opened = OPENED.lock().unwrap_or_else(PoisonError::into_inner);
    if opened.is_none() {
        *opened = Some(match running()? {
            Some(api) => Opened { api, started: None },
            None => start(find(request)?)?,
        });
    }
    let opened = opened.clone().ok_or_else(|| PythonError::Internal("Python is not open".to_owned()))?;
    match request.interpreter {
        Some(explicit) => opened.is_of(explicit).map(|()| opened),
        None => Ok(opened),
    }
}

/// The version of the Python that runs or would be started: `3.11.7`.
pub(crate) fn version(request: Request<'_>) -> Result<String, PythonError> {
    let opened = forks::enter()
        .ok()
        .and_then(|_running| OPENED.lock().unwrap_or_else(PoisonError::into_inner).clone());
    match opened.map(|opened| Ok(opened.api)).or_else(|| running().transpose()) {
        Some(api) => Ok(version_of(api?)),
        None => Ok(find(request)?.version),
    }
}

impl Opened {
    /// Whether this crate started the interpreter, and may set up what a program of Python's would.
    pub(crate) fn is_ours(&self) -> bool {
        self.started.is_some()
    }

    /// Whether the Python of this process is the one that is asked for.
    fn is_of(&self, explicit: &Path) -> Result<(), PythonError> {
        let Some(started) = &self.started else {
            return Err(PythonError::Interpreter(format!(
                "{} was asked for, but this process runs a Python already, and can have one alone",
                explicit.display()
            )));
        };
        let wanted = find(Request { interpreter: Some(explicit), environment: None })?;
        if wanted == *started {
            return Ok(());
        }
        Err(PythonError::Interpreter(format!(
            "{} was asked for, but this process runs {} already, and can have one Python alone",
            wanted.executable.display(),
            started.executable.display()
        )))
    }
}

/// The functions of a Python that runs in this process already.
pub(crate) fn running() -> Result<Option<&'static CApi>, PythonError> {
    let process = Library::this();
    // SAFETY: the name is Python's, whose function takes nothing and returns an int.
    let Ok(is_initialized) = (unsafe { process.get::<unsafe extern "C" fn() -> i32>(b"Py_IsInitialized\0") })
    else {
        return Ok(None);
    };
    // SAFETY: the function has no conditions.
    if unsafe { is_initialized() } == 0 {
        return Ok(None);
    }
    let api = functions(process, Path::new("this process"))?;
    let version = version_of(api);
    if version.contains("free-threading") {
        return Err(PythonError::Interpreter(format!(
            "this process runs Python {version}, a free-threaded build, which is not supported yet"
        )));
    }
    find::check_version(&version).map_err(|why| PythonError::Interpreter(format!("this process {why}")))?;
    Ok(Some(api))
}

fn start(interpreter: Interpreter) -> Result<Opened, PythonError> {
    let path = interpreter.library()?;
    let api = functions(as_the_process_sees(open_library(&path)?), &path)?;
    let version = version_of(api);
    if version != interpreter.version {
        return Err(PythonError::Interpreter(format!(
            "{} is Python {}, but its shared library {} is of Python {version}: reinstall one of them",
            interpreter.executable.display(),
            interpreter.version,
            path.display()
        )));
    }
    interpreter.check_start()?;
    start::start(api, &interpreter.executable)?;
    Ok(Opened { api, started: Some(interpreter) })
}

/// Opens the library for good, where extension modules find its functions: few are linked to it.
fn open_library(path: &Path) -> Result<Library, PythonError> {
    // SAFETY: the library is Python's, which is made to be loaded into a process; which file that is,
    // the user decided by what is installed.
    unsafe { Library::open(Some(path), RTLD_NOW | RTLD_GLOBAL) }.map_err(|error| {
        // The error's own text names the function that failed alone.
        let why = error.source().map_or_else(|| error.to_string(), ToString::to_string);
        PythonError::Interpreter(format!("Python's library {} does not load: {why}", path.display()))
    })
}

/// The process itself, if Python's names mean this library there, and otherwise the library.
///
/// A program that is linked to the library may have copies of its variables, which everybody uses instead of the
/// library's own: types and exceptions among them. The process leads to the copies.
fn as_the_process_sees(library: Library) -> Library {
    let process = Library::this();
    let text = |library: &Library| {
        // SAFETY: the name is Python's, whose function takes nothing, has no conditions, and returns a text of its
        // library's.
        let version = unsafe { library.get::<unsafe extern "C" fn() -> *const c_char>(b"Py_GetVersion\0") };
        // SAFETY: as above.
        version.map(|version| unsafe { version() }).ok()
    };
    if text(&process) != text(&library) {
        return library;
    }
    // It stays open, as the names that are found lead into it.
    mem::forget(library);
    process
}

fn functions(library: Library, path: &Path) -> Result<&'static CApi, PythonError> {
    // SAFETY: the names are those of Python's C API and the types those of its headers. The library
    // stays open: it is forgotten below.
    let found = unsafe { CApi::find(&library) };
    // Models may use it until the process ends.
    mem::forget(library);
    let api = found.map_err(|missing| {
        PythonError::Interpreter(format!(
            "{} has no function `{missing}`: CPython 3.10 to 3.13 is needed",
            path.display()
        ))
    })?;
    Ok(Box::leak(Box::new(api)))
}

/// `3.11.7`, and the rest of the line in a free-threaded build.
fn version_of(api: &CApi) -> String {
    // SAFETY: the function has no conditions and returns a static, null-terminated text.
    let text = unsafe { CStr::from_ptr((api.Py_GetVersion)()) }.to_string_lossy();
    match text.contains("free-threading") {
        true => text.into_owned(),
        false => text.split_whitespace().next().unwrap_or_default().to_owned(),
    }
}

/// The program whose environment this process uses, to run pip for instance. `executable` is what a Python that
/// runs in this process already says of itself.
pub(crate) fn environment(opened: &Opened, executable: Option<&Path>) -> Result<Interpreter, PythonError> {
    match (&opened.started, executable) {
        (Some(interpreter), _) => Ok(interpreter.clone()),
        (None, executable @ Some(_)) => find(Request { interpreter: executable, environment: None }),
        (None, None) => Err(PythonError::Interpreter(
            "the Python of this process does not know its program (`sys.executable` is empty), so that nothing can be \
             installed for it"
                .to_owned(),
        )),
    }
}
