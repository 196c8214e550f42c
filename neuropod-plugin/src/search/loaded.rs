//! The plugins that this process has loaded.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use neuropod_core::{Backend, BackendInfo, Error, ErrorKind, Result};
use node_semver::Version;

use super::FoundPlugin;
use crate::PluginDescription;
use crate::framework::{self, Environments};
use crate::load::load;
use crate::trust::trusted_file;

/// By the canonical paths of their libraries.
static LOADED: Mutex<BTreeMap<PathBuf, Arc<dyn Backend>>> = Mutex::new(BTreeMap::new());

/// The backend of a library of which nothing else is known.
pub(super) fn load_alone(library: &Path, environment: Option<&Path>) -> Result<Arc<dyn Backend>> {
    let library = trusted_file(library)?;
    load_once(library, |library| load(library, environment))
}

/// The backend of a plugin, which is opened after its framework and must be what its description says.
pub(super) fn load_described(
    plugin: &FoundPlugin,
    description: &PluginDescription,
    environments: &Environments<'_>,
) -> Result<Arc<dyn Backend>> {
    let own = description.environment.as_deref();
    let backend = load_once(plugin.library()?, |library| {
        if let Some(framework) = &description.framework {
            framework::open(framework, own, environments)?;
        }
        load(library, environments.named().or(own))
    })?;
    check_info(description, &backend.info())?;
    Ok(backend)
}

/// The lock is held while a library is loaded, so that nobody loads it a second time meanwhile. What failed
/// is tried again next time: someone may have installed what it needs.
fn load_once(
    library: PathBuf,
    load: impl FnOnce(&Path) -> Result<Arc<dyn Backend>>,
) -> Result<Arc<dyn Backend>> {
    let mut loaded = LOADED.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(backend) = loaded.get(&library) {
        return Ok(Arc::clone(backend));
    }
    let backend = load(&library)?;
    tracing::debug!(library = %library.display(), backend = %backend.info(), "loaded a plugin");
    loaded.insert(library, Arc::clone(&backend));
    Ok(backend)
}

fn check_info(description: &PluginDescription, info: &BackendInfo) -> Result<()> {
    let is_version = match (&description.version, description.parsed_version()) {
        (Some(text), Some(version)) => {
            // Local builds differ in what follows the plus sign, which is no part of the order.
            *text == info.version || Version::parse(&info.version).is_ok_and(|loaded| loaded == version)
        }
        _ => true,
    };
    if is_version && description.name == info.name && description.platform == info.platform {
        return Ok(());
    }
    let message = format!(
        "the plugin is not what its plugin.json says: that describes {description}, and the library is \
         {info}; install the plugin again"
    );
    Err(Error::new(ErrorKind::Load, message))
}
