//! Choosing the device.

use std::sync::OnceLock;

use neuropod_core::{Device, ModelOptions};

use crate::c_api::CApi;
use crate::convert::gpu_count;
use crate::{TensorFlowError, forks};

/// The device that a model goes to, after the options' fallback.
pub(crate) fn resolve(api: &'static CApi, options: &ModelOptions) -> Result<Device, TensorFlowError> {
    match usable(api, options.device) {
        Ok(()) => Ok(options.device),
        Err(_) if options.device_fallback => Ok(Device::Cpu),
        Err(reason) => Err(TensorFlowError::Device(format!(
            "the device `{}` cannot be used: {reason}; use `Device::Cpu`, or \
             `ModelOptions::prefer_device`, which falls back to the CPU",
            options.device
        ))),
    }
}

fn usable(api: &'static CApi, device: Device) -> Result<(), String> {
    let index = match device {
        Device::Cpu => return Ok(()),
        Device::Cuda(index) => index,
        other => return Err(format!("the TensorFlow backend has no device `{other}`")),
    };
    match gpus(api) {
        (_, Err(reason)) => Err(reason.clone()),
        (forks, Ok(1..)) if *forks != forks::count() => {
            Err("GPUs were used before this process was forked, and can be used by one of the two alone"
                .to_owned())
        }
        (_, Ok(0)) => Err("TensorFlow finds no CUDA device".to_owned()),
        (_, Ok(count)) if index >= *count => {
            Err(format!("TensorFlow finds {count} CUDA device(s), numbered from 0"))
        }
        _ => Ok(()),
    }
}

/// The number of GPUs, and how often the process had been forked when it was looked up: when it was first needed.
fn gpus(api: &'static CApi) -> &'static (u32, Result<u32, String>) {
    static GPUS: OnceLock<(u32, Result<u32, String>)> = OnceLock::new();
    GPUS.get_or_init(|| (forks::count(), gpu_count(api).map_err(|failure| failure.message)))
}
