//! This crate's own Python code, run once in the interpreter, and what it offers.

use std::ffi::CString;
use std::path::PathBuf;
use std::sync::{Mutex, OnceLock, PoisonError};

use crate::PythonError;
use crate::c_api::CApi;
use crate::convert::{Gil, Numpy, Object, Raised, is_ending};
use crate::error::Exception;
use crate::library::{self, Opened, Request};

/// The files, and the names under which a traceback would show them.
const FILES: [(&str, &str); 5] = [
    ("<neuropod>/errors.py", include_str!("python/errors.py")),
    ("<neuropod>/process.py", include_str!("python/process.py")),
    ("<neuropod>/packages.py", include_str!("python/packages.py")),
    ("<neuropod>/outputs.py", include_str!("python/outputs.py")),
    ("<neuropod>/models.py", include_str!("python/models.py")),
];

static RUNTIME: OnceLock<Runtime> = OnceLock::new();

/// What the crate needs of an interpreter.
#[derive(Debug)]
pub(crate) struct Runtime {
    pub(crate) opened: Opened,
    pub(crate) numpy: Numpy,
    errors: Object,
    process: Object,
    packages: Object,
    models: Object,
    pub(crate) as_dict: Object,
    pub(crate) convert: Object,
}

/// The functions of the interpreter, if this crate uses one.
pub(crate) fn api() -> Option<&'static CApi> {
    RUNTIME.get().map(|runtime| runtime.opened.api)
}

/// The interpreter with this crate's code in it; it is started if needed.
pub(crate) fn get(request: Request<'_>) -> Result<&'static Runtime, PythonError> {
    static STARTING: Mutex<()> = Mutex::new(());
    if let Some(runtime) = RUNTIME.get() {
        return library::open(request).map(|_| runtime);
    }
    // One thread does all of it: Python's main thread is the one that starts it, and its state stays.
    let lock = || STARTING.lock().unwrap_or_else(PoisonError::into_inner);
    // In a program of Python's this thread may have the lock that the one which is at it waits for.
    let _starting = match library::running()? {
        Some(api) => Gil::without(api, lock),
        None => lock(),
    };
    let opened = library::open(request)?;
    if let Some(runtime) = RUNTIME.get() {
        return Ok(runtime);
    }
    let runtime = {
        let gil = Gil::acquire(opened.api);
        Runtime::start(&gil, opened)?
    };
    Ok(RUNTIME.get_or_init(|| runtime))
}

impl Runtime {
    fn start(gil: &Gil, opened: Opened) -> Result<Self, PythonError> {
        let broken = |raised: Raised| {
            PythonError::Internal(format!("the code for Python does not start: {}", raised.text(gil)))
        };
        let [errors, process, packages] = [0, 1, 2].map(|index| run(gil, FILES[index]));
        let (errors, process, packages) =
            (errors.map_err(broken)?, process.map_err(broken)?, packages.map_err(broken)?);
        if opened.is_ours() {
            call(gil, &process, "start", []).map_err(broken)?;
        }
        let numpy = call(gil, &process, "numpy_api", [])
            .and_then(|capsule| Numpy::new(gil, &capsule))
            .map_err(|raised| PythonError::Environment(raised.text(gil)))?;
        let [outputs, models] = [3, 4].map(|index| run(gil, FILES[index]));
        let (outputs, models) = (outputs.map_err(broken)?, models.map_err(broken)?);
        let function = |globals: &Object, name| function(gil, globals, name).map_err(broken);
        Ok(Runtime {
            as_dict: function(&outputs, "as_dict")?,
            convert: function(&outputs, "convert")?,
            opened,
            numpy,
            errors,
            process,
            packages,
            models,
        })
    }

    /// Whether the interpreter ends, as it does with a host of Python's.
    pub(crate) fn is_ending(&self) -> bool {
        is_ending(self.opened.api)
    }

    /// Waits for the interpreter's lock.
    pub(crate) fn lock(&self) -> Gil {
        Gil::acquire(self.opened.api)
    }

    /// Calls a function of `packages.py`.
    pub(crate) fn of_packages<const N: usize>(
        &self,
        gil: &Gil,
        name: &str,
        arguments: [Object; N],
    ) -> Result<Object, Raised> {
        call(gil, &self.packages, name, arguments)
    }

    /// Calls a function of `models.py`.
    pub(crate) fn of_models<const N: usize>(
        &self,
        gil: &Gil,
        name: &str,
        arguments: [Object; N],
    ) -> Result<Object, Raised> {
        call(gil, &self.models, name, arguments)
    }

    /// The interpreter's program, if it knows that.
    pub(crate) fn executable(&self) -> Option<PathBuf> {
        let gil = self.lock();
        let said = call(&gil, &self.process, "executable", []).and_then(|path| path.to_text(&gil));
        said.ok().filter(|path| !path.is_empty()).map(PathBuf::from)
    }

    /// Writes what models have printed so far.
    pub(crate) fn flush(&self, gil: &Gil) {
        // What cannot be written is lost, as with any program.
        let _ = call(gil, &self.process, "flush", []);
    }

    #[cold]
    pub(crate) fn describe(&self, gil: &Gil, raised: Raised) -> Exception {
        match function(gil, &self.errors, "describe") {
            Ok(describe) => raised.describe(gil, &describe),
            Err(_) => Exception {
                class: "Exception".to_owned(),
                message: raised.text(gil),
                traceback: String::new(),
            },
        }
    }
}

fn run(gil: &Gil, (name, source): (&str, &str)) -> Result<Object, Raised> {
    // The texts are our own and hold no NUL.
    let (name, source) = (CString::new(name).unwrap_or_default(), CString::new(source).unwrap_or_default());
    Object::run(gil, &source, &name)
}

fn function(gil: &Gil, globals: &Object, name: &str) -> Result<Object, Raised> {
    match globals.item(gil, &Object::text(gil, name)?)? {
        Some(function) => Ok(function),
        None => Ok(Object::none(gil)), // calling it raises, and says so
    }
}

fn call<const N: usize>(
    gil: &Gil,
    globals: &Object,
    name: &str,
    arguments: [Object; N],
) -> Result<Object, Raised> {
    function(gil, globals, name)?.call(gil, arguments)
}
