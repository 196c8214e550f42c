#![doc = include_str!("../README.md")]
#![deny(unsafe_code)] // `c_api`, `convert` and `library` alone lift it

mod backend;
mod c_api;
mod config;
mod convert;
mod device;
mod error;
mod library;
mod load;
mod model;
mod ops;
mod options;
mod requirements;
mod runtime;

use std::path::Path;
use std::sync::Arc;

use neuropod_core::{Backend, Registry, Result};

pub use backend::PythonBackend;
pub use error::{Exception, PythonError};

/// The platform of the packages that this backend runs.
pub const PLATFORM: &str = "python";

/// The version of Python that this crate is tested with.
pub const TESTED_VERSION: &str = "3.11.7";

/// The backend, to use without a registry.
///
/// ```
/// use neuropod_core::Backend;
///
/// let info = neuropod_backend_python::backend().info();
/// assert_eq!(info.platform, neuropod_backend_python::PLATFORM);
/// ```
pub fn backend() -> Arc<dyn Backend> {
    Arc::new(PythonBackend::new())
}

/// Adds the backend to a registry.
///
/// ```
/// let registry = neuropod_core::Registry::new();
/// neuropod_backend_python::register(&registry)?;
/// assert!(registry.find("python", ">=3.0").is_ok());
/// # Ok::<(), neuropod_core::Error>(())
/// ```
///
/// # Errors
///
/// [`ErrorKind::DuplicateBackend`](neuropod_core::ErrorKind::DuplicateBackend) if it is there already.
pub fn register(registry: &Registry) -> Result<()> {
    registry.register(backend())
}

/// The exact pins that pip chooses for requirements such as `numpy>=1.26`, those of their dependencies
/// among them: one `name==version` a line, as a package's `0/requirements.lock` holds them. `interpreter`
/// is a program or the folder of an environment; `None` is the active one.
///
/// # Errors
///
/// [`ErrorKind::Load`](neuropod_core::ErrorKind::Load) if there is no Python with pip, or pip finds no
/// versions that fit together or cannot reach its index.
pub fn compile_requirements(interpreter: Option<&Path>, requirements: &[String]) -> Result<String> {
    let request = library::Request { interpreter, environment: None };
    Ok(requirements::compile(&library::find(request)?, requirements)?)
}
