//! How a package is loaded.

use std::path::Path;
use std::sync::Arc;

use neuropod_core::{Backend, Device, ModelOptions, Registry, Result};
use neuropod_package::{Integrity, Limits};
#[cfg(all(unix, feature = "plugins"))]
use neuropod_plugin::PluginSearch;

use crate::Neuropod;

/// Options to load a package with, made by [`Neuropod::options`].
///
/// ```no_run
/// use neuropod::{Device, Neuropod};
///
/// let model = Neuropod::options().device(Device::Cpu).intra_op_threads(1).load("addition.neuropod")?;
/// # Ok::<(), neuropod::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct LoadOptions {
    pub(crate) model: ModelOptions,
    pub(crate) choice: BackendChoice,
    /// Where plugins are looked for: `None` is the standard places, unless a registry was chosen.
    #[cfg(all(unix, feature = "plugins"))]
    pub(crate) plugins: Option<PluginSearch>,
    pub(crate) version_range: Option<String>,
    pub(crate) integrity: Integrity,
    pub(crate) limits: Limits,
    pub(crate) validate: bool,
    pub(crate) separate_symbols: bool,
    pub(crate) lazy: bool,
}

/// Where the backend comes from.
#[derive(Clone, Debug)]
pub(crate) enum BackendChoice {
    Default,
    Registry(Arc<Registry>),
    Backend(Arc<dyn Backend>),
}

impl Default for LoadOptions {
    fn default() -> Self {
        LoadOptions {
            model: ModelOptions::new(),
            choice: BackendChoice::Default,
            #[cfg(all(unix, feature = "plugins"))]
            plugins: None,
            version_range: None,
            integrity: Integrity::Verify,
            limits: Limits::default(),
            validate: true,
            separate_symbols: false,
            lazy: false,
        }
    }
}

impl LoadOptions {
    /// Loads a package: a directory or a zip file.
    ///
    /// # Errors
    ///
    /// As for [`Neuropod::load`].
    pub fn load(self, path: impl AsRef<Path>) -> Result<Neuropod> {
        Neuropod::load_with(path.as_ref(), self)
    }

    /// Requires a device: loading fails if the framework cannot use it.
    #[must_use]
    pub fn device(mut self, device: Device) -> Self {
        self.model = self.model.device(device);
        self
    }

    /// Prefers a device, and falls back to the CPU. The default prefers the first GPU.
    #[must_use]
    pub fn prefer_device(mut self, device: Device) -> Self {
        self.model = self.model.prefer_device(device);
        self
    }

    /// Sets the number of threads within one operator; the framework chooses by default.
    #[must_use]
    pub fn intra_op_threads(mut self, threads: usize) -> Self {
        self.model = self.model.intra_op_threads(threads);
        self
    }

    /// Sets the number of threads for independent operators; the framework chooses by default.
    #[must_use]
    pub fn inter_op_threads(mut self, threads: usize) -> Self {
        self.model = self.model.inter_op_threads(threads);
        self
    }

    /// Allows (the default) or refuses packages that carry custom operators. These are native code
    /// that can do whatever the process can.
    #[must_use]
    pub fn allow_custom_ops(mut self, allow: bool) -> Self {
        self.model = self.model.allow_custom_ops(allow);
        self
    }

    /// Sets an option of one backend, by the name in its documentation.
    #[must_use]
    pub fn backend_option(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.model = self.model.backend_option(name, value);
        self
    }

    /// Takes the backend from this registry instead of [`default_registry`](crate::default_registry). Then no
    /// plugins are looked for, unless [`LoadOptions::plugins`] says where.
    #[must_use]
    pub fn registry(mut self, registry: Arc<Registry>) -> Self {
        self.choice = BackendChoice::Registry(registry);
        self
    }

    /// Sets where plugins are looked for. They are used if no backend is registered for the package's platform and
    /// version; by default, those in the [standard places](PluginSearch::new) are.
    ///
    /// ```no_run
    /// use neuropod::{Neuropod, PluginSearch};
    ///
    /// let plugins = PluginSearch::new().path("/opt/neuropod/plugins").environment("/opt/models/.venv");
    /// let model = Neuropod::options().plugins(plugins).load("addition.neuropod")?;
    /// # Ok::<(), neuropod::Error>(())
    /// ```
    #[cfg(all(unix, feature = "plugins"))]
    #[must_use]
    pub fn plugins(mut self, search: PluginSearch) -> Self {
        self.plugins = Some(search);
        self
    }

    /// Uses this backend, whatever platform and version the package asks for.
    #[must_use]
    pub fn backend(mut self, backend: Arc<dyn Backend>) -> Self {
        self.choice = BackendChoice::Backend(backend);
        self
    }

    /// Takes a framework version in this range, as npm writes ranges, instead of in the package's.
    #[must_use]
    pub fn version_range(mut self, range: impl Into<String>) -> Self {
        self.version_range = Some(range.into());
        self
    }

    /// Sets how the package's files are held against its manifest.
    #[must_use]
    pub fn integrity(mut self, integrity: Integrity) -> Self {
        self.integrity = integrity;
        self
    }

    /// Sets the limits that protect against hostile packages.
    #[must_use]
    pub fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// Switches the checks of inputs and outputs against the spec on (the default) or off.
    #[must_use]
    pub fn validate(mut self, validate: bool) -> Self {
        self.validate = validate;
        self
    }

    /// Resolves symbols among inputs alone and among outputs alone, as the original Neuropod does.
    /// By default a symbol has one size in the whole call.
    #[must_use]
    pub fn separate_symbols(mut self, separate: bool) -> Self {
        self.separate_symbols = separate;
        self
    }

    /// Opens the package but leaves loading the model to the first call, or to
    /// [`Neuropod::load_model`].
    #[must_use]
    pub fn lazy(mut self, lazy: bool) -> Self {
        self.lazy = lazy;
        self
    }
}
