//! Where a model runs.

use std::fmt;
use std::str::FromStr;

use crate::{Error, ErrorKind};

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

impl FromStr for Device {
    type Err = Error;

    /// Reads `cpu`, `cuda` or `cuda:1`; without an index, it is the first.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::InvalidArgument`] for anything else.
    fn from_str(text: &str) -> Result<Self, Error> {
        let index = match text {
            "cpu" => return Ok(Device::Cpu),
            "cuda" => Some(0),
            _ => text.strip_prefix("cuda:").and_then(|index| index.parse().ok()),
        };
        index.map(Device::Cuda).ok_or_else(|| {
            let expected = "expected `cpu`, or `cuda:` and an index that counts from 0, as in `cuda:0`";
            Error::new(ErrorKind::InvalidArgument, format!("`{text}` is no device: {expected}"))
        })
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_shown_is_read() {
        for device in [Device::Cpu, Device::Cuda(0), Device::Cuda(3)] {
            assert_eq!(device.to_string().parse::<Device>().unwrap(), device);
        }
        assert_eq!("cuda".parse::<Device>().unwrap(), Device::Cuda(0));
        for wrong in ["", "gpu", "cuda:", "cuda:-1", "cuda:x", "CPU"] {
            let error = wrong.parse::<Device>().unwrap_err();
            assert!(error.message().contains("as in `cuda:0`"), "{error}");
        }
    }
}
