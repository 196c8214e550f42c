//! Loading and binding.

use std::any::Any;
use std::ffi::c_void;
use std::io;
use std::mem::MaybeUninit;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::ptr::{self, NonNull};
use std::slice;

use neuropod_core::{Device, DeviceType, Error, ErrorKind, ModelSource, ReadAt, TensorSpec};

use super::{Module, as_str, check, take_text};
use crate::{TorchError, dtype, shim};

impl Module {
    /// Loads a TorchScript file onto a device. Its weights are read once, into place.
    pub(crate) fn load(file: &dyn ReadAt, device: Device) -> Result<Self, Error> {
        let mut reading = Reading { file, failure: None };
        let context = ptr::from_mut(&mut reading).cast::<c_void>();
        let reader = shim::Reader { context, size: file.size(), read_at };
        let mut model = ptr::null_mut();
        // SAFETY: `reader` and the context behind it outlive the call, after which the shim does
        // not read again; `read_at` is made for that context; `model` is a place to write to.
        let status = unsafe { shim::npt_load(&reader, device_index(device), &mut model) };
        check(status).map_err(|error| match reading.failure.take() {
            Some(cause) => Error::new(ErrorKind::Io, "reading the model file failed").with_source(cause),
            None => error.into(),
        })?;
        let model = NonNull::new(model)
            .ok_or_else(|| TorchError::Internal("libtorch gave no model and no error".to_owned()))?;
        Ok(Module { model })
    }

    /// Resolves the inputs and outputs of a problem definition against `forward`.
    pub(crate) fn bind(&mut self, source: &ModelSource, device: Device) -> Result<(), TorchError> {
        let inputs = source.inputs.iter().map(|spec| {
            let wants_gpu = source.input_device(&spec.name) == DeviceType::Gpu;
            slot_spec(spec, if wants_gpu { device_index(device) } else { CPU })
        });
        let inputs: Vec<_> = inputs.collect::<Result<_, _>>()?;
        let outputs = source.outputs.iter().map(|spec| slot_spec(spec, CPU));
        let outputs: Vec<_> = outputs.collect::<Result<_, _>>()?;
        // SAFETY: the model is live and borrowed mutably, and the arrays have the given lengths;
        // the shim copies what it keeps of them and of the names behind them.
        check(unsafe {
            shim::npt_bind(
                self.model.as_ptr(),
                inputs.as_ptr(),
                inputs.len(),
                outputs.as_ptr(),
                outputs.len(),
            )
        })
    }

    /// What the graph of `forward` was found to do.
    pub(crate) fn traits(&self) -> shim::Traits {
        // SAFETY: the model is live.
        unsafe { shim::npt_model_traits(self.model.as_ptr()) }
    }

    /// The schema of `forward`, as torch prints it.
    pub(crate) fn schema(&self) -> Result<String, TorchError> {
        let (mut text, mut length) = (ptr::null_mut(), 0);
        // SAFETY: the model is live; `text` and `length` are places to write to.
        check(unsafe { shim::npt_model_schema(self.model.as_ptr(), &mut text, &mut length) })?;
        // SAFETY: the call above succeeded, so it set both to a text that is ours to free.
        Ok(unsafe { take_text(text, length) })
    }
}

const CPU: i32 = -1;

/// A device as the shim numbers it.
fn device_index(device: Device) -> i32 {
    match device {
        Device::Cuda(index) => i32::try_from(index).unwrap_or(i32::MAX),
        _ => CPU,
    }
}

/// A slot whose name is valid as long as `spec`.
fn slot_spec(spec: &TensorSpec, device: i32) -> Result<shim::SlotSpec, TorchError> {
    let code = dtype::to_code(spec.dtype);
    let code = code.ok_or_else(|| {
        TorchError::Spec(format!("torch has no dtype like `{}` of `{}`", spec.dtype, spec.name))
    })?;
    Ok(shim::SlotSpec {
        name: as_str(spec.name.as_bytes()),
        dtype: code,
        rank: i32::try_from(spec.dims.len()).unwrap_or(i32::MAX),
        device,
    })
}

/// A file that torch is reading, and what went wrong with it.
struct Reading<'a> {
    file: &'a dyn ReadAt,
    failure: Option<io::Error>,
}

/// Fills `length` bytes at `buffer` from `offset`.
///
/// # Safety
///
/// `context` must point to a [`Reading`] that nobody else uses during the call, and `buffer` to
/// `length` writable bytes.
unsafe extern "C" fn read_at(context: *mut c_void, offset: u64, buffer: *mut u8, length: usize) -> i32 {
    // SAFETY: the caller's promise.
    let reading = unsafe { &mut *context.cast::<Reading<'_>>() };
    if length == 0 {
        return 0; // whatever the pointer is
    }
    // SAFETY: as above: memory that can be written, and need not be initialised.
    let buffer = unsafe { slice::from_raw_parts_mut(buffer.cast::<MaybeUninit<u8>>(), length) };
    let outcome = catch_unwind(AssertUnwindSafe(|| read_exact_at(reading.file, offset, buffer)));
    match outcome.unwrap_or_else(|panic| Err(io::Error::other(panic_text(&*panic)))) {
        Ok(()) => 0,
        Err(error) => {
            reading.failure = Some(error);
            1
        }
    }
}

/// Fills the buffer: when this succeeds, all of it is initialised.
fn read_exact_at(file: &dyn ReadAt, mut offset: u64, mut buffer: &mut [MaybeUninit<u8>]) -> io::Result<()> {
    while !buffer.is_empty() {
        let read = match file.read_checked_at(offset, buffer) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            read => read?,
        };
        if read == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        buffer = &mut buffer[read..];
        offset += read as u64;
    }
    Ok(())
}

fn panic_text(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().copied();
    let text = text.or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    format!("the package's reader panicked: {}", text.unwrap_or("no message"))
}
