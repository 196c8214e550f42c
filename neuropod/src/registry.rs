//! The backends of the enabled features.

use std::sync::{Arc, LazyLock};

use neuropod_core::Registry;

/// With the backends that know their version at once.
static DEFAULT: LazyLock<Arc<Registry>> = LazyLock::new(|| {
    let registry = Arc::new(Registry::new());
    #[cfg(feature = "torch")]
    report("torch", neuropod_backend_torch::register(&registry));
    registry
});

/// The registry that [`Neuropod::load`](crate::Neuropod::load) uses: on first use it holds the
/// backends of the crate's enabled features. More can be registered at any time.
pub fn default_registry() -> &'static Arc<Registry> {
    #[cfg(feature = "tf")]
    register_tensorflow();
    &DEFAULT
}

/// The default registry, without what a package of this platform has no use for.
pub(crate) fn default_registry_for(platform: &str) -> &'static Arc<Registry> {
    if DEFAULT.backends().iter().any(|info| info.platform == platform) {
        &DEFAULT
    } else {
        default_registry()
    }
}

/// To name its version TensorFlow is looked for, which may start an interpreter. A program that loads
/// none of its packages is spared that.
#[cfg(feature = "tf")]
fn register_tensorflow() {
    static REGISTERED: std::sync::Once = std::sync::Once::new();
    REGISTERED.call_once(|| report("tensorflow", neuropod_backend_tf::register(&DEFAULT)));
}

/// A backend that cannot be registered is left out: looking it up then says what is there.
#[cfg(any(feature = "torch", feature = "tf"))]
fn report(backend: &str, result: neuropod_core::Result<()>) {
    if let Err(error) = result {
        tracing::error!(backend, %error, "a backend could not be registered");
    }
}
