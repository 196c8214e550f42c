//! The plugin's side: a backend behind the C interface.

mod entry;
mod files;
mod inputs;
mod model;
mod options;
mod source;

use std::path::{Path, PathBuf};

pub use entry::Export;

/// What the program tells a backend that is loaded as a plugin.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Host {
    environment: Option<PathBuf>,
}

impl Host {
    /// The folder of a Python environment to look for the framework in if none is active.
    pub fn environment(&self) -> Option<&Path> {
        self.environment.as_deref()
    }
}

/// Makes a shared library a plugin: exports a backend under the name that programs look for.
///
/// It takes a function of a [`Host`] that returns an `Arc<dyn Backend>`, which is called once. The
/// crate is a `cdylib` of its own, so that the backend's crate can still be linked together with others,
/// and it is built with unwinding panics (the default):
///
/// ```toml
/// [lib]
/// crate-type = ["cdylib"]
/// ```
///
/// ```
/// use std::sync::Arc;
///
/// use neuropod_core::Backend;
/// use neuropod_plugin::Host;
/// # use neuropod_test_utils::fake::FakeBackend;
///
/// fn backend(_host: &Host) -> Arc<dyn Backend> {
///     Arc::new(FakeBackend::new())
/// }
///
/// neuropod_plugin::export_backend!(backend);
/// # fn main() {}
/// ```
#[macro_export]
macro_rules! export_backend {
    ($backend:expr) => {
        /// The plugin, for a program that loads it.
        ///
        /// # Safety
        ///
        /// As `neuropod_plugin.h` says: both pointers are null, or lead to the program's tables.
        #[unsafe(no_mangle)]
        pub unsafe extern "C" fn neuropod_plugin(
            host: *const $crate::abi::NeuropodHost,
            errors: *mut $crate::abi::NeuropodErrors,
        ) -> *const $crate::abi::NeuropodPlugin {
            static EXPORT: $crate::Export = $crate::Export::new();
            // SAFETY: the caller's promise is passed on.
            unsafe { EXPORT.plugin(host, errors, $backend) }
        }
    };
}
