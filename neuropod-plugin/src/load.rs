//! The program's side: a plugin as a backend.

mod backend;
mod files;
mod library;
mod model;
mod outputs;
mod source;

use std::path::Path;
use std::sync::Arc;

use neuropod_core::{Backend, Result};

use self::backend::PluginBackend;

/// Loads a plugin's library as a backend. It stays in the process until that ends.
///
/// This runs the library's code: load what you trust. What the plugin needs itself must be where the system
/// finds it, or be open in the process already; [`PluginSearch`](crate::PluginSearch) sees to that, and loads a
/// library once. `environment` is the folder of a Python environment in which the backend looks for its framework
/// if none is active.
///
/// # Errors
///
/// [`ErrorKind::NotFound`](neuropod_core::ErrorKind::NotFound) if there is no such file;
/// [`Load`](neuropod_core::ErrorKind::Load) if it is cut off, is no shared library for this machine, is no plugin,
/// was built for another version of the interface, or cannot start; and what the plugin reports.
pub fn load(library: &Path, environment: Option<&Path>) -> Result<Arc<dyn Backend>> {
    let loaded = library::open(library).and_then(|entry| PluginBackend::start(entry, environment));
    match loaded {
        Ok(backend) => Ok(Arc::new(backend)),
        Err(error) => Err(error.with("library", library.display().to_string())),
    }
}
