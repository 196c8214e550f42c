//! Options that every backend gets.

use std::collections::BTreeMap;

use crate::Device;

/// How a backend loads and runs one model.
///
/// # The device
///
/// By default a model runs on the first GPU if the framework can use one, and on the CPU otherwise.
/// A device that was set with [`ModelOptions::device`] is required: the load fails if it cannot be
/// used. [`ModelOptions::prefer_device`] falls back to the CPU.
///
/// ```
/// use neuropod_core::{Device, ModelOptions};
///
/// let options = ModelOptions::new().device(Device::Cpu).intra_op_threads(1);
/// assert!(!options.device_fallback);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ModelOptions {
    /// The device that the model runs on.
    pub device: Device,
    /// Whether the model runs on the CPU when `device` cannot be used.
    pub device_fallback: bool,
    /// Threads within one operator; `None` leaves the framework's choice.
    pub intra_op_threads: Option<usize>,
    /// Threads for independent operators; `None` leaves the framework's choice.
    pub inter_op_threads: Option<usize>,
    /// Whether shared libraries that the package carries may be loaded. They are native code and
    /// can do whatever the process can.
    pub allow_custom_ops: bool,
    /// Options of one backend, by the names in its documentation; others ignore them.
    pub backend: BTreeMap<String, String>,
}

impl Default for ModelOptions {
    fn default() -> Self {
        ModelOptions {
            device: Device::Cuda(0),
            device_fallback: true,
            intra_op_threads: None,
            inter_op_threads: None,
            allow_custom_ops: true,
            backend: BTreeMap::new(),
        }
    }
}

impl ModelOptions {
    /// The defaults: the first GPU or else the CPU, the framework's threads, custom operators
    /// allowed.
    pub fn new() -> Self {
        ModelOptions::default()
    }

    /// Requires a device.
    #[must_use]
    pub fn device(mut self, device: Device) -> Self {
        self.device = device;
        self.device_fallback = false;
        self
    }

    /// Prefers a device, and falls back to the CPU.
    #[must_use]
    pub fn prefer_device(mut self, device: Device) -> Self {
        self.device = device;
        self.device_fallback = true;
        self
    }

    /// Sets the number of threads within one operator.
    #[must_use]
    pub fn intra_op_threads(mut self, threads: usize) -> Self {
        self.intra_op_threads = Some(threads);
        self
    }

    /// Sets the number of threads for independent operators.
    #[must_use]
    pub fn inter_op_threads(mut self, threads: usize) -> Self {
        self.inter_op_threads = Some(threads);
        self
    }

    /// Allows or refuses shared libraries that the package carries.
    #[must_use]
    pub fn allow_custom_ops(mut self, allow: bool) -> Self {
        self.allow_custom_ops = allow;
        self
    }

    /// Sets an option of one backend.
    #[must_use]
    pub fn backend_option(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.backend.insert(name.into(), value.into());
        self
    }
}
