//! Where models' frameworks come from: the interpreter's own environment.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use neuropod::{LoadOptions, PluginSearch, Registry};
use neuropod_backend_python::PythonBackend;
use neuropod_backend_tf::TensorFlowBackend;
use pyo3::prelude::*;

use crate::errors::OrRaise;

/// The frameworks of which plugins need the folder, by the names of their Python packages.
const OF_PLUGINS: [&str; 1] = ["torch"];

/// What `neuropod.registry` added, in its order.
static PLUGINS: Mutex<Vec<PathBuf>> = Mutex::new(Vec::new());

/// The backends that are part of this module, and the folder of TensorFlow that they were made for.
static BACKENDS: Mutex<Option<(Option<PathBuf>, Arc<Registry>)>> = Mutex::new(None);

pub(crate) fn register(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_function(wrap_pyfunction!(register_plugin, module)?)
}

/// Adds a plugin, a folder or a library, that is looked at before others by whatever is loaded from now on.
#[pyfunction]
fn register_plugin(path: PathBuf) {
    PLUGINS.lock().unwrap_or_else(PoisonError::into_inner).push(path);
}

/// Options that use TensorFlow and Python in this process, and all else through plugins, with the frameworks that an
/// `import` would find.
pub(crate) fn with_backends(
    py: Python<'_>,
    options: LoadOptions,
    plugin_paths: Vec<PathBuf>,
) -> PyResult<LoadOptions> {
    let added = PLUGINS.lock().unwrap_or_else(PoisonError::into_inner).clone();
    let mut search = plugin_paths.into_iter().chain(added).fold(PluginSearch::new(), PluginSearch::path);
    for package in OF_PLUGINS {
        if let Some(folder) = folder_of(py, package)? {
            search = search.framework_folder(package, folder);
        }
    }
    Ok(options.registry(backends(py)?).plugins(search))
}

fn backends(py: Python<'_>) -> PyResult<Arc<Registry>> {
    let folder = folder_of(py, "tensorflow")?;
    let mut made = BACKENDS.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some((known, registry)) = &*made
        && *known == folder
    {
        return Ok(Arc::clone(registry));
    }
    let tensorflow = folder.as_ref().map_or_else(TensorFlowBackend::new, TensorFlowBackend::with_library);
    let registry = Arc::new(Registry::new());
    registry.register(Arc::new(tensorflow)).or_raise(py)?;
    registry.register(Arc::new(PythonBackend::new())).or_raise(py)?;
    *made = Some((folder, Arc::clone(&registry)));
    Ok(registry)
}

/// Where an `import` would take a package from. It is not imported.
fn folder_of(py: Python<'_>, package: &str) -> PyResult<Option<PathBuf>> {
    py.import("neuropod._environment")?.getattr("folder_of")?.call1((package,))?.extract()
}
