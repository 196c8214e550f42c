//! Where a model runs.

use std::fmt;

/// A place that a model or a tensor can be put on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Device {
    /// The host's processor.
    Cpu,
    /// The CUDA device of that index, counted from 0 among the visible ones.
    Cuda(u32),
}

impl Device {
    /// True for a graphics processor.
    pub const fn is_gpu(self) -> bool {
        matches!(self, Device::Cuda(_))
    }
}

impl fmt::Display for Device {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Device::Cpu => f.write_str("cpu"),
            Device::Cuda(index) => write!(f, "cuda:{index}"),
        }
    }
}

/// A kind of device, as a package's `input_tensor_device` names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum DeviceType {
    /// The host's processor: `"CPU"`.
    Cpu,
    /// A graphics processor: `"GPU"`.
    Gpu,
}

impl DeviceType {
    /// The name in `config.json`.
    pub const fn name(self) -> &'static str {
        match self {
            DeviceType::Cpu => "CPU",
            DeviceType::Gpu => "GPU",
        }
    }
}

impl fmt::Display for DeviceType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}
