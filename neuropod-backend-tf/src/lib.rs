#![doc = include_str!("../README.md")]
#![deny(unsafe_code)] // `c_api`, `convert` and `library` alone lift it

mod analysis;
mod backend;
mod c_api;
mod config;
mod convert;
mod device;
mod dtype;
mod error;
mod executor;
mod forks;
mod library;
mod load;
mod model;
mod names;
mod ops;
mod options;
mod placement;
mod proto;
mod saved_model;
mod start;
mod threads;

use std::sync::Arc;

use neuropod_core::{Backend, Registry, Result};

pub use backend::TensorFlowBackend;
pub use error::TensorFlowError;
pub use saved_model::{DEFAULT_SIGNATURE, DEFAULT_TAG, SavedModel, Signature};

/// The platform of the packages that this backend runs.
pub const PLATFORM: &str = "tensorflow";

/// The version of TensorFlow that this crate is tested with.
pub const TESTED_VERSION: &str = "2.21.0";

/// The backend, to use without a registry.
///
/// ```
/// use neuropod_core::Backend;
///
/// let info = neuropod_backend_tf::backend().info();
/// assert_eq!(info.platform, neuropod_backend_tf::PLATFORM);
/// ```
pub fn backend() -> Arc<dyn Backend> {
    Arc::new(TensorFlowBackend::new())
}

/// Adds the backend to a registry.
///
/// ```
/// let registry = neuropod_core::Registry::new();
/// neuropod_backend_tf::register(&registry)?;
/// assert!(registry.find("tensorflow", ">=2.0").is_ok());
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
    pub use crate::convert::{BareCaller, BareOptions, BareOutput, BareSession, chosen_executor};
}
