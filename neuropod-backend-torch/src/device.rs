//! Choosing the device.

use std::sync::OnceLock;

use neuropod_core::{Device, ModelOptions};

use crate::convert::cuda_devices;
use crate::{TorchError, forks};

/// The device that a model goes to, after the options' fallback.
pub(crate) fn resolve(options: &ModelOptions) -> Result<Device, TorchError> {
    match (options.device, usable(options.device)) {
        (device, Ok(())) => Ok(device),
        (_, Err(_)) if options.device_fallback => Ok(Device::Cpu),
        (device, Err(reason)) => Err(TorchError::Device(format!(
            "the device `{device}` cannot be used: {reason}; use `Device::Cpu`, or \
             `ModelOptions::prefer_device`, which falls back to the CPU"
        ))),
    }
}

fn usable(device: Device) -> Result<(), String> {
    let index = match device {
        Device::Cpu => return Ok(()),
        Device::Cuda(index) => index,
        other => return Err(format!("the torch backend has no device `{other}`")),
    };
    match cuda() {
        (_, Err(reason)) => Err(reason.clone()),
        (forks, Ok(1..)) if *forks != forks::count() => {
            Err("CUDA was used before this process was forked, and can be used by one of the two alone"
                .to_owned())
        }
        (_, Ok(0)) => Err("torch finds no CUDA device".to_owned()),
        (_, Ok(count)) if index >= *count => {
            Err(format!("torch finds {count} CUDA device(s), numbered from 0"))
        }
        _ => Ok(()),
    }
}

/// The number of CUDA devices, and how often the process had been forked when it was looked up when it is first needed: torch's CUDA libraries are large
/// and a program that stays on the CPU never loads them.
fn cuda() -> &'static (u32, Result<u32, String>) {
    static DEVICES: OnceLock<(u32, Result<u32, String>)> = OnceLock::new();
    DEVICES.get_or_init(|| (forks::count(), cuda_devices().map_err(|error| error.to_string())))
}
