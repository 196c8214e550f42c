//! Values of arguments.

use neuropod::{Device, DeviceType, Error};

/// Reads `name=value`.
pub(crate) fn pair(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if !name.is_empty() => Ok((name.to_owned(), value.to_owned())),
        _ => Err("expected a name, `=` and a value".to_owned()),
    }
}

/// Reads `cpu`, `cuda` or `cuda:1`.
pub(crate) fn device(text: &str) -> Result<Device, String> {
    text.parse().map_err(|error: Error| error.message().to_owned())
}

/// Reads `name=cpu` or `name=gpu`.
pub(crate) fn input_device(text: &str) -> Result<(String, DeviceType), String> {
    let (name, device) = pair(text)?;
    match device.to_ascii_lowercase().as_str() {
        "cpu" => Ok((name, DeviceType::Cpu)),
        "gpu" => Ok((name, DeviceType::Gpu)),
        _ => Err(format!("`{device}` is no kind of device: expected `cpu` or `gpu`")),
    }
}

/// Reads `symbol=size`.
pub(crate) fn size(text: &str) -> Result<(String, usize), String> {
    let (symbol, size) = pair(text)?;
    let size = size.parse().map_err(|_| format!("`{size}` is no size: expected a whole number from 0"))?;
    Ok((symbol, size))
}
