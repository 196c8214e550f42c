#![doc = include_str!("../README.md")]

mod backend;
mod model;

use std::sync::Arc;

use neuropod_core::{Registry, Result};

pub use backend::RpnBackend;

/// The platform of the packages that this backend loads.
pub const PLATFORM: &str = "rpn";

/// Makes the backend known.
///
/// # Errors
///
/// As for [`Registry::register`].
pub fn register(registry: &Registry) -> Result<()> {
    registry.register(Arc::new(RpnBackend))
}
