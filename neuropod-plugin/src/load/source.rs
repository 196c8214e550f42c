//! What a model is loaded from and how, as the plugin takes it.

use std::ptr;
use std::sync::Arc;

use neuropod_core::{Dim, ModelOptions, ModelSource, TensorSpec};

use crate::abi::*;
use crate::load::files;
use crate::marshal::codes::{device_code, device_type_code, dtype_code};

/// A source in the arrays of the interface. Its pointers lead into the source and into this value.
#[derive(Debug)]
pub(super) struct LentSource<'a> {
    source: &'a Arc<ModelSource>,
    inputs: LentSpecs,
    outputs: LentSpecs,
    custom_ops: Vec<NeuropodStr>,
    input_devices: Vec<NeuropodInputDevice>,
    files: NeuropodFiles,
}

impl<'a> LentSource<'a> {
    pub(super) fn new(source: &'a Arc<ModelSource>) -> Self {
        let input_devices = source.input_devices.iter().map(|(name, device)| NeuropodInputDevice {
            name: NeuropodStr::lend(name),
            device: device_type_code(*device),
        });
        LentSource {
            source,
            inputs: LentSpecs::new(&source.inputs),
            outputs: LentSpecs::new(&source.outputs),
            custom_ops: source.custom_ops.iter().map(|name| NeuropodStr::lend(name)).collect(),
            input_devices: input_devices.collect(),
            files: files::table(source),
        }
    }

    /// The table, to be used while this value lives.
    pub(super) fn table(&self) -> NeuropodSource {
        NeuropodSource {
            size: size_of::<NeuropodSource>(),
            name: NeuropodStr::lend(&self.source.name),
            platform: NeuropodStr::lend(&self.source.platform),
            inputs: self.inputs.specs.as_ptr(),
            input_count: self.inputs.specs.len(),
            outputs: self.outputs.specs.as_ptr(),
            output_count: self.outputs.specs.len(),
            custom_ops: self.custom_ops.as_ptr(),
            custom_op_count: self.custom_ops.len(),
            input_devices: self.input_devices.as_ptr(),
            input_device_count: self.input_devices.len(),
            files: ptr::from_ref(&self.files),
            retain: Some(files::retain),
            release: Some(files::release),
        }
    }
}

#[derive(Debug)]
struct LentSpecs {
    specs: Vec<NeuropodSpec>,
    /// What the specs point to: a vector each, which does not move when this value does.
    _dims: Vec<Vec<NeuropodDim>>,
}

impl LentSpecs {
    fn new(specs: &[TensorSpec]) -> Self {
        let dims: Vec<Vec<NeuropodDim>> =
            specs.iter().map(|spec| spec.dims.iter().map(lend_dim).collect()).collect();
        let specs = specs.iter().zip(&dims).map(|(spec, dims)| NeuropodSpec {
            name: NeuropodStr::lend(&spec.name),
            dtype: dtype_code(spec.dtype),
            rank: dims.len(),
            dims: dims.as_ptr(),
        });
        LentSpecs { specs: specs.collect(), _dims: dims }
    }
}

fn lend_dim(dim: &Dim) -> NeuropodDim {
    match dim {
        Dim::Any => NeuropodDim { kind: NEUROPOD_DIM_ANY, size: 0, symbol: NeuropodStr::EMPTY },
        Dim::Fixed(size) => NeuropodDim { kind: NEUROPOD_DIM_FIXED, size: *size, symbol: NeuropodStr::EMPTY },
        Dim::Symbol(symbol) => {
            NeuropodDim { kind: NEUROPOD_DIM_SYMBOL, size: 0, symbol: NeuropodStr::lend(symbol) }
        }
    }
}

/// Options in the arrays of the interface. Its pointers lead into the options and into this value.
#[derive(Debug)]
pub(super) struct LentOptions<'a> {
    options: &'a ModelOptions,
    backend: Vec<NeuropodOption>,
}

impl<'a> LentOptions<'a> {
    pub(super) fn new(options: &'a ModelOptions) -> Self {
        let backend = options.backend.iter().map(|(name, value)| NeuropodOption {
            name: NeuropodStr::lend(name),
            value: NeuropodStr::lend(value),
        });
        LentOptions { options, backend: backend.collect() }
    }

    /// The table, to be used while this value lives.
    pub(super) fn table(&self) -> NeuropodOptions {
        let threads = |count: Option<usize>| count.and_then(|count| i64::try_from(count).ok()).unwrap_or(-1);
        let (device, device_index) = device_code(self.options.device);
        NeuropodOptions {
            size: size_of::<NeuropodOptions>(),
            device,
            device_index,
            device_fallback: self.options.device_fallback.into(),
            allow_custom_ops: self.options.allow_custom_ops.into(),
            intra_op_threads: threads(self.options.intra_op_threads),
            inter_op_threads: threads(self.options.inter_op_threads),
            options: self.backend.as_ptr(),
            option_count: self.backend.len(),
        }
    }
}
