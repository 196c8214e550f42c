//! The backend: loads Python models.

use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

use neuropod_core::{
    Backend, BackendInfo, Capabilities, DType, DeviceType, Model, ModelOptions, ModelSource, Result,
};

use crate::convert::forks;
use crate::library::Request;
use crate::load::Loader;
use crate::options::Options;
use crate::{PLATFORM, TESTED_VERSION, library, ops, runtime};

/// Loads the models of Python packages, with a Python that is found when the first one is loaded.
#[derive(Clone, Debug, Default)]
pub struct PythonBackend {
    interpreter: Option<PathBuf>,
    environment: Option<PathBuf>,
    version: OnceLock<String>,
}

impl PythonBackend {
    /// The backend, with the Python that is found as the crate's documentation says.
    pub fn new() -> Self {
        PythonBackend::default()
    }

    /// The backend with this Python: the program, or the folder of an environment.
    ///
    /// ```
    /// use neuropod_backend_python::PythonBackend;
    ///
    /// let backend = PythonBackend::with_interpreter("/opt/models/.venv");
    /// ```
    pub fn with_interpreter(path: impl Into<PathBuf>) -> Self {
        PythonBackend { interpreter: Some(path.into()), ..PythonBackend::default() }
    }

    /// Sets the folder of an environment whose Python is used if no environment is active.
    ///
    /// ```
    /// use neuropod_backend_python::PythonBackend;
    ///
    /// let backend = PythonBackend::new().environment("/opt/models/.venv");
    /// ```
    #[must_use]
    pub fn environment(self, folder: impl Into<PathBuf>) -> Self {
        PythonBackend { environment: Some(folder.into()), version: OnceLock::new(), ..self }
    }

    fn request(&self) -> Request<'_> {
        Request { interpreter: self.interpreter.as_deref(), environment: self.environment.as_deref() }
    }
}

impl Backend for PythonBackend {
    /// The version is that of the Python that is found. If there is none, it is the one that this crate
    /// is tested with: then loading a model says where Python was looked for.
    fn info(&self) -> BackendInfo {
        let found = || library::version(self.request()).unwrap_or_else(|_| TESTED_VERSION.to_owned());
        BackendInfo::new("python", PLATFORM, self.version.get_or_init(found))
    }

    /// Whether a Python that models can run in is found, and has NumPy. It is started for that.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Load`](neuropod_core::ErrorKind::Load), saying what is missing and how to install it.
    fn check(&self) -> Result<()> {
        runtime::get(self.request()).map(drop).map_err(Into::into)
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities::new(DType::ALL)
            .devices([DeviceType::Cpu, DeviceType::Gpu])
            .concurrent_infer(true)
            .custom_ops(true)
            .optional_inputs(true)
    }

    fn load(&self, source: Arc<ModelSource>, options: &ModelOptions) -> Result<Box<dyn Model>> {
        forks::watch();
        let _running = forks::enter()?;
        let parsed = Options::new(options)?;
        ops::check(&source, options)?;
        let own = self.request();
        let request = Request { interpreter: parsed.interpreter.as_deref().or(own.interpreter), ..own };
        let loader = Loader { source: &source, options, parsed: &parsed, request };
        let loaded = loader.load().map_err(|error| error.with("model", &*source.name))?;
        Ok(Box::new(loaded.into_model(Arc::clone(&source))))
    }
}
