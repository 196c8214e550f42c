#![doc = include_str!("../README.md")]
#![deny(unsafe_code)] // `convert` and `shim` alone lift it

mod backend;
mod convert;
mod device;
mod dtype;
mod error;
mod forks;
mod model;
mod ops;
mod options;
mod shim;

use std::sync::Arc;

use neuropod_core::{Backend, Registry, Result};

pub use backend::TorchBackend;
pub use error::TorchError;

/// The platform of the packages that this backend runs.
pub const PLATFORM: &str = "torchscript";

/// The backend, to use without a registry.
///
/// ```
/// use neuropod_core::Backend;
///
/// let info = neuropod_backend_torch::backend().info();
/// assert_eq!(info.platform, neuropod_backend_torch::PLATFORM);
/// ```
pub fn backend() -> Arc<dyn Backend> {
    Arc::new(TorchBackend::new())
}

/// Adds the backend to a registry.
///
/// ```
/// let registry = neuropod_core::Registry::new();
/// neuropod_backend_torch::register(&registry)?;
/// assert!(registry.find("torchscript", ">=2.0").is_ok());
/// # Ok::<(), neuropod_core::Error>(())
/// ```
///
/// # Errors
///
/// [`ErrorKind::DuplicateBackend`](neuropod_core::ErrorKind::DuplicateBackend) if it is there already.
pub fn register(registry: &Registry) -> Result<()> {
    registry.register(backend())
}

/// The yardstick of this project's benchmarks; not part of the interface.
#[doc(hidden)]
pub mod bench {
    pub use crate::convert::{BareArguments, BareModule, use_fresh_memory};
}
