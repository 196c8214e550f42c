//! What a model is loaded from, as the backend takes it.
#![allow(unsafe_code)]

use std::sync::Arc;

use neuropod_core::{Dim, ModelSource, Result, TensorSpec};

use crate::abi::*;
use crate::export::files::ForeignFiles;
use crate::marshal::codes::{device_type, dtype};
use crate::marshal::text::{array, malformed};

/// Copies the problem definition, and keeps the files.
///
/// # Safety
///
/// `source` is null, or leads to the program's table, which is valid now.
pub(super) unsafe fn read(source: *const NeuropodSource) -> Result<Arc<ModelSource>> {
    // SAFETY: the caller's promise.
    let raw = unsafe { source.as_ref() }.ok_or_else(|| malformed("the program gave no `NeuropodSource`"))?;
    // SAFETY: the program's table: its texts and arrays are valid now, its files as long as they are kept.
    unsafe {
        let files = Arc::new(ForeignFiles::keep(raw)?);
        let mut source = ModelSource::new(raw.name.text()?, raw.platform.text()?, files);
        source.inputs = specs(raw.inputs, raw.input_count)?;
        source.outputs = specs(raw.outputs, raw.output_count)?;
        for name in array(raw.custom_ops, raw.custom_op_count, "the array of custom operators")? {
            source.custom_ops.push(name.text()?.to_owned());
        }
        for input in array(raw.input_devices, raw.input_device_count, "the array of inputs' devices")? {
            let device = device_type(input.device)
                .ok_or_else(|| malformed(format!("there is no device of the number {}", input.device)))?;
            source.input_devices.insert(input.name.text()?.to_owned(), device);
        }
        Ok(Arc::new(source))
    }
}

/// # Safety
///
/// The program's array, which is valid now, as is what it points to.
unsafe fn specs(start: *const NeuropodSpec, count: usize) -> Result<Vec<TensorSpec>> {
    // SAFETY: the caller's promise.
    let specs = unsafe { array(start, count, "the array of specs") }?;
    // SAFETY: the caller's promise.
    specs.iter().map(|raw| unsafe { spec(raw) }).collect()
}

/// # Safety
///
/// What the spec points to is valid now.
unsafe fn spec(raw: &NeuropodSpec) -> Result<TensorSpec> {
    // SAFETY: the caller's promise.
    let (name, dims) =
        unsafe { (raw.name.text()?, array(raw.dims, raw.rank, "the array of a spec's axes")?) };
    let dtype = dtype(raw.dtype)
        .ok_or_else(|| malformed(format!("there is no element type of the number {}", raw.dtype)))?;
    // SAFETY: the caller's promise.
    let dims: Vec<Dim> = dims.iter().map(|raw| unsafe { dim(raw) }).collect::<Result<_>>()?;
    Ok(TensorSpec::new(name, dtype, dims))
}

/// # Safety
///
/// The symbol's text is valid now.
unsafe fn dim(raw: &NeuropodDim) -> Result<Dim> {
    match raw.kind {
        NEUROPOD_DIM_ANY => Ok(Dim::Any),
        NEUROPOD_DIM_FIXED => Ok(Dim::Fixed(raw.size)),
        // SAFETY: the caller's promise.
        NEUROPOD_DIM_SYMBOL => Ok(Dim::Symbol(unsafe { raw.symbol.text() }?.into())),
        other => Err(malformed(format!("there is no kind of axis of the number {other}"))),
    }
}
