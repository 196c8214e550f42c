//! How a package is loaded, as far as the original Neuropod let programs say.

use std::ffi::{CStr, c_char};
use std::mem::MaybeUninit;
use std::sync::Arc;

use neuropod::{Device, LoadOptions, Neuropod, PluginSearch, Registry};

use crate::failure::{Failure, Result};
use crate::status::NP_Code;

/// The room for `control_queue_name`, with the zero at its end.
pub const QUEUENAME_MAX: usize = 256;

/// Stands for the CPU in `visible_device`.
pub const NP_DEVICE_CPU: i32 = -1;

/// Options for another process, as the original Neuropod has them.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct NP_OPEOptions {
    /// Has no meaning here.
    pub free_memory_every_cycle: MaybeUninit<bool>,
    /// Has no meaning here.
    pub control_queue_name: [c_char; QUEUENAME_MAX],
}

/// How a package is loaded. Start from `NP_DefaultRuntimeOptions`. The fields are the original Neuropod's;
/// `NP_LoadOptions` has more.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct NP_RuntimeOptions {
    /// Whether the model runs in a process of its own. Not available: loading fails with `NEUROPOD_UNSUPPORTED` if it is
    /// set.
    pub use_ope: MaybeUninit<bool>,
    /// Options for that process.
    pub ope_options: NP_OPEOptions,
    /// The number of the GPU that the model runs on if it is there and the framework can use it; otherwise it runs on
    /// the CPU. `NP_DEVICE_CPU` is the CPU. 0 by default.
    pub visible_device: i32,
    /// Whether the model is loaded with the package, which is the default, or by `NP_LoadModel` or the first call.
    pub load_model_at_construction: MaybeUninit<bool>,
    /// Whether inputs and outputs are taken as they are. By default they are held against the model's spec.
    pub disable_shape_and_type_checking: MaybeUninit<bool>,
}

/// The default options.
#[unsafe(no_mangle)]
pub extern "C" fn NP_DefaultRuntimeOptions() -> NP_RuntimeOptions {
    NP_RuntimeOptions {
        use_ope: MaybeUninit::new(false),
        ope_options: NP_OPEOptions {
            free_memory_every_cycle: MaybeUninit::new(true),
            control_queue_name: [0; QUEUENAME_MAX],
        },
        visible_device: 0,
        load_model_at_construction: MaybeUninit::new(true),
        disable_shape_and_type_checking: MaybeUninit::new(false),
    }
}

/// The facade's options.
pub(crate) fn load_options(options: &NP_RuntimeOptions) -> Result<LoadOptions> {
    if is_true(options.use_ope) {
        let message = "the option `use_ope` is set, and running a model in a process of its own is not available: \
                       leave it false";
        return Err(Failure::new(NP_Code::NEUROPOD_UNSUPPORTED, message));
    }
    let name = options.ope_options.control_queue_name.map(|byte| byte as u8);
    if CStr::from_bytes_until_nul(&name).is_err() {
        return Err(Failure::argument("`control_queue_name` does not end with a zero"));
    }
    // No backend is linked in: with an empty registry, errors speak of plugins alone.
    let loading = Neuropod::options()
        .registry(Arc::new(Registry::new()))
        .plugins(PluginSearch::new())
        .lazy(!is_true(options.load_model_at_construction))
        .validate(!is_true(options.disable_shape_and_type_checking));
    Ok(match u32::try_from(options.visible_device) {
        Ok(index) => loading.prefer_device(Device::Cuda(index)),
        Err(_) if options.visible_device == NP_DEVICE_CPU => loading.device(Device::Cpu),
        Err(_) => {
            let device = options.visible_device;
            return Err(Failure::argument(format!(
                "`visible_device` is {device}: it is the number of a GPU, or NP_DEVICE_CPU (-1)"
            )));
        }
    })
}

/// What a C program put into a `bool`: any byte but 0 is true.
pub(crate) fn is_true(value: MaybeUninit<bool>) -> bool {
    // SAFETY: the program set the byte, and any byte is valid as `u8`.
    unsafe { value.as_ptr().cast::<u8>().read() != 0 }
}
