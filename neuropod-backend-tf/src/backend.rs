//! The backend: loads TensorFlow models.

use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

use neuropod_core::{
    Backend, BackendInfo, Capabilities, DType, DeviceType, Model, ModelOptions, ModelSource, Result,
};

use crate::library::Request;
use crate::model::TensorFlowModel;
use crate::options::Options;
use crate::{PLATFORM, TESTED_VERSION, device, forks, library, ops};

/// Loads the models of TensorFlow packages, with a library of TensorFlow that is found when the first
/// one is loaded.
#[derive(Clone, Debug, Default)]
pub struct TensorFlowBackend {
    library: Option<PathBuf>,
    environment: Option<PathBuf>,
    version: OnceLock<String>,
}

impl TensorFlowBackend {
    /// The backend, with the TensorFlow that is found as the crate's documentation says.
    pub fn new() -> Self {
        TensorFlowBackend::default()
    }

    /// The backend with this library of TensorFlow: a file, or the folder that holds it.
    ///
    /// ```
    /// use neuropod_backend_tf::TensorFlowBackend;
    ///
    /// let backend = TensorFlowBackend::with_library("/opt/libtensorflow/lib");
    /// ```
    pub fn with_library(path: impl Into<PathBuf>) -> Self {
        TensorFlowBackend { library: Some(path.into()), ..TensorFlowBackend::default() }
    }

    /// Sets the folder of a Python environment in which TensorFlow is looked for if none is active.
    ///
    /// ```
    /// use neuropod_backend_tf::TensorFlowBackend;
    ///
    /// let backend = TensorFlowBackend::new().environment("/opt/models/.venv");
    /// ```
    #[must_use]
    pub fn environment(self, folder: impl Into<PathBuf>) -> Self {
        TensorFlowBackend { environment: Some(folder.into()), version: OnceLock::new(), ..self }
    }

    fn request(&self) -> Request<'_> {
        Request { library: self.library.as_deref(), environment: self.environment.as_deref() }
    }
}

impl Backend for TensorFlowBackend {
    /// The version is that of the library that is found. If there is none, it is the one that this
    /// crate is tested with: then loading a model says where TensorFlow was looked for.
    fn info(&self) -> BackendInfo {
        let found = || library::version(self.request()).unwrap_or_else(|_| TESTED_VERSION.to_owned());
        BackendInfo::new("tensorflow", PLATFORM, self.version.get_or_init(found))
    }

    /// Whether TensorFlow can be found; it is not opened for that unless nothing else tells its
    /// version.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Load`](neuropod_core::ErrorKind::Load), listing where it was looked for.
    fn check(&self) -> Result<()> {
        library::version(self.request()).map(drop).map_err(Into::into)
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities::new(DType::ALL)
            .devices([DeviceType::Cpu, DeviceType::Gpu])
            .concurrent_infer(true)
            .custom_ops(true)
            .optional_inputs(true)
    }

    fn load(&self, source: Arc<ModelSource>, options: &ModelOptions) -> Result<Box<dyn Model>> {
        let parsed = Options::new(options)?;
        let own = self.request();
        let api = library::open(Request { library: parsed.library.as_deref().or(own.library), ..own })?;
        let _running = forks::enter()?;
        let device = device::resolve(api, options)?;
        ops::load(api, &source, options)?;
        Ok(Box::new(TensorFlowModel::load(api, source, &parsed, device)?))
    }
}
