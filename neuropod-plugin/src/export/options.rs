//! The options of a model that a program loads.
#![allow(unsafe_code)]

use neuropod_core::{ModelOptions, Result};

use crate::abi::NeuropodOptions;
use crate::marshal::codes::device;
use crate::marshal::text::{array, malformed};

/// # Safety
///
/// `options` is null, or leads to the program's table, which is valid now.
pub(super) unsafe fn read(options: *const NeuropodOptions) -> Result<ModelOptions> {
    // SAFETY: the caller's promise.
    let raw =
        unsafe { options.as_ref() }.ok_or_else(|| malformed("the program gave no `NeuropodOptions`"))?;
    let device = device(raw.device, raw.device_index)
        .ok_or_else(|| malformed(format!("there is no device of the number {}", raw.device)))?;
    let mut options = match raw.device_fallback {
        0 => ModelOptions::new().device(device),
        _ => ModelOptions::new().prefer_device(device),
    };
    options.intra_op_threads = usize::try_from(raw.intra_op_threads).ok();
    options.inter_op_threads = usize::try_from(raw.inter_op_threads).ok();
    options.allow_custom_ops = raw.allow_custom_ops != 0;
    // SAFETY: the program's array, which is valid now, as are its texts.
    for option in unsafe { array(raw.options, raw.option_count, "the array of options") }? {
        // SAFETY: as above.
        let (name, value) = unsafe { (option.name.text()?, option.value.text()?) };
        options = options.backend_option(name, value);
    }
    Ok(options)
}
