//! The backends of the enabled features.

use std::sync::{Arc, LazyLock, Once};

use neuropod_core::{Registry, Result};

/// With the backends that know their version at once.
static DEFAULT: LazyLock<Arc<Registry>> = LazyLock::new(|| {
    let registry = Arc::new(Registry::new());
    #[cfg(feature = "torch")]
    report("torchscript", neuropod_backend_torch::register(&registry));
    registry
});

static ON_DEMAND: [OnDemand; cfg!(feature = "tf") as usize + cfg!(feature = "python") as usize] = [
    #[cfg(feature = "tf")]
    OnDemand {
        platform: neuropod_backend_tf::PLATFORM,
        register: neuropod_backend_tf::register,
        registered: Once::new(),
    },
    #[cfg(feature = "python")]
    OnDemand {
        platform: neuropod_backend_python::PLATFORM,
        register: neuropod_backend_python::register,
        registered: Once::new(),
    },
];

/// A backend that must find its framework to name its version, which may start an interpreter. A
/// program that loads none of its packages is spared that.
struct OnDemand {
    platform: &'static str,
    register: fn(&Registry) -> Result<()>,
    registered: Once,
}

impl OnDemand {
    fn register(&self) {
        self.registered.call_once(|| report(self.platform, (self.register)(&DEFAULT)));
    }
}

/// The registry that [`Neuropod::load`](crate::Neuropod::load) uses: on first use it holds the
/// backends of the crate's enabled features. More can be registered at any time.
pub fn default_registry() -> &'static Arc<Registry> {
    ON_DEMAND.iter().for_each(OnDemand::register);
    &DEFAULT
}

/// The default registry, without what a package of this platform has no use for.
pub(crate) fn default_registry_for(platform: &str) -> &'static Arc<Registry> {
    if let Some(backend) = ON_DEMAND.iter().find(|backend| backend.platform == platform) {
        backend.register();
    }
    &DEFAULT
}

/// A backend that cannot be registered is left out: looking it up then says what is there.
fn report(platform: &str, result: Result<()>) {
    if let Err(error) = result {
        tracing::error!(platform, %error, "a backend could not be registered");
    }
}
