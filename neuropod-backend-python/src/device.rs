//! Choosing the device. GPUs are PyTorch's affair: a model of another kind takes arrays in the host's
//! memory, and does with them what it likes.

use neuropod_core::{Device, ModelOptions};

use crate::PythonError;
use crate::convert::{Gil, Raised};
use crate::runtime::Runtime;

/// The device that a model goes to, after the options' fallback. `uses_torch` says whether it is one of
/// PyTorch's, which is asked for GPUs only then or when one is required.
pub(crate) fn resolve(
    runtime: &Runtime,
    gil: &Gil,
    options: &ModelOptions,
    uses_torch: bool,
) -> Result<Device, PythonError> {
    if !options.device.is_gpu() || (options.device_fallback && !uses_torch) {
        return Ok(Device::Cpu);
    }
    match usable(runtime, gil, options.device) {
        Ok(()) => Ok(options.device),
        Err(_) if options.device_fallback => Ok(Device::Cpu),
        Err(reason) => Err(PythonError::Device(format!(
            "the device `{}` cannot be used: {reason}; use `Device::Cpu`, or `ModelOptions::prefer_device`, which \
             falls back to the CPU",
            options.device
        ))),
    }
}

fn usable(runtime: &Runtime, gil: &Gil, device: Device) -> Result<(), String> {
    let Device::Cuda(index) = device else {
        return Err(format!("the Python backend has no device `{device}`"));
    };
    let failed = |raised: Raised| raised.text(gil);
    let found = runtime.of_models(gil, "cuda_devices", []).map_err(failed)?;
    match found.to_int(gil) {
        Ok(0) => Err("PyTorch finds no CUDA device".to_owned()),
        Ok(count) if i64::from(index) >= count => {
            Err(format!("PyTorch finds {count} CUDA device(s), numbered from 0"))
        }
        Ok(_) => Ok(()),
        Err(_) => Err(found.to_text(gil).map_err(failed)?),
    }
}
