//! The backends of the enabled features.

use std::sync::{Arc, LazyLock};

use neuropod_core::Registry;

static DEFAULT: LazyLock<Arc<Registry>> = LazyLock::new(|| {
    let registry = Arc::new(Registry::new());
    #[cfg(feature = "torch")]
    report("torch", neuropod_backend_torch::register(&registry));
    registry
});

/// The registry that [`Neuropod::load`](crate::Neuropod::load) uses: on first use it holds the
/// backends of the crate's enabled features. More can be registered at any time.
pub fn default_registry() -> &'static Arc<Registry> {
    &DEFAULT
}

/// A backend that cannot be registered is left out: looking it up then says what is there.
#[cfg(feature = "torch")]
fn report(backend: &str, result: neuropod_core::Result<()>) {
    if let Err(error) = result {
        tracing::error!(backend, %error, "a backend could not be registered");
    }
}
