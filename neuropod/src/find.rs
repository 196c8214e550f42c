//! Which backend loads a package: a registered one, or else a plugin.

use std::sync::Arc;

use neuropod_core::{Backend, ErrorKind, Result};

use crate::LoadOptions;
use crate::options::BackendChoice;
use crate::registry::default_registry_for;

pub(crate) fn find_backend(options: &LoadOptions, platform: &str, range: &str) -> Result<Arc<dyn Backend>> {
    let range = options.version_range.as_deref().unwrap_or(range);
    let registry = match &options.choice {
        BackendChoice::Backend(backend) => return Ok(Arc::clone(backend)),
        BackendChoice::Registry(registry) => registry,
        BackendChoice::Default => default_registry_for(platform),
    };
    match registry.find(platform, range) {
        Err(missing) if missing.kind() == ErrorKind::BackendNotFound => {
            elsewhere::find(options, platform, range, missing)
        }
        found => found,
    }
}

/// What is not registered may be installed as a plugin.
#[cfg(all(unix, feature = "plugins"))]
mod elsewhere {
    use neuropod_core::Error;
    use neuropod_plugin::PluginSearch;

    use super::*;
    use crate::registry::default_registry;

    pub(super) fn find(
        options: &LoadOptions,
        platform: &str,
        range: &str,
        missing: Error,
    ) -> Result<Arc<dyn Backend>> {
        let search = match (&options.plugins, &options.choice) {
            (Some(search), _) => search.clone(),
            (None, BackendChoice::Default) => PluginSearch::new(),
            (None, _) => return Err(missing),
        };
        let has_registry =
            !matches!(&options.choice, BackendChoice::Registry(chosen) if chosen.backends().is_empty());
        search.find(platform, range).map_err(|error| match error.kind() {
            // Who chose an empty registry wants plugins alone.
            ErrorKind::BackendNotFound if has_registry => neither(options, platform, range, &missing, &error),
            _ => error,
        })
    }

    /// Says what is registered and where plugins were looked for.
    #[cold]
    fn neither(
        options: &LoadOptions,
        platform: &str,
        range: &str,
        missing: &Error,
        no_plugin: &Error,
    ) -> Error {
        let all = match &options.choice {
            // All of them are listed, which may start an interpreter: now that is worth it.
            BackendChoice::Default => default_registry().find(platform, range).err(),
            _ => None,
        };
        let missing = all.as_ref().unwrap_or(missing).message();
        let error = Error::new(ErrorKind::BackendNotFound, format!("{missing}; {}", no_plugin.message()));
        no_plugin.contexts().fold(error, |error, (key, value)| error.with(key.to_owned(), value))
    }
}

#[cfg(not(all(unix, feature = "plugins")))]
mod elsewhere {
    use neuropod_core::Error;

    use super::*;

    pub(super) fn find(
        _options: &LoadOptions,
        _platform: &str,
        _range: &str,
        missing: Error,
    ) -> Result<Arc<dyn Backend>> {
        Err(missing)
    }
}
