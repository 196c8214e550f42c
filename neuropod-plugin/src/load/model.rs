//! A plugin's model as a model.
#![allow(unsafe_code)]

use std::ffi::c_void;
use std::ptr;
use std::sync::Arc;

use neuropod_core::{
    Allocator, DType, Inputs, Model, ModelSource, Outputs, Result, Shape, Tensor, default_allocator,
};
use smallvec::SmallVec;

use crate::abi::*;
use crate::load::outputs::Sink;
use crate::marshal::codes::dtype_code;
use crate::marshal::errors::collect;
use crate::marshal::owner::NONE;
use crate::marshal::tensor::{lend_input, take_writable};
use crate::marshal::text::malformed;

type Infer = unsafe extern "C" fn(
    *mut c_void,
    *const NeuropodInput,
    usize,
    *const NeuropodStr,
    usize,
    *mut NeuropodOutputs,
    *mut NeuropodErrors,
) -> i32;

type Allocate = unsafe extern "C" fn(
    *mut c_void,
    u32,
    *const usize,
    usize,
    *mut NeuropodTensor,
    *mut NeuropodErrors,
) -> i32;

/// A model of a plugin.
#[derive(Debug)]
pub(super) struct PluginModel {
    handle: Arc<Handle>,
    infer: Infer,
    allocate: Option<Allocate>,
    /// The names of the outputs, in the order of the spec.
    outputs: Vec<Arc<str>>,
}

/// The plugin's model; it is destroyed when the model and its allocators are dropped.
#[derive(Debug)]
struct Handle {
    model: *mut c_void,
    destroy: unsafe extern "C" fn(*mut c_void),
}

// SAFETY: the interface says that a plugin's functions may be called from any thread, several at once.
unsafe impl Send for Handle {}
// SAFETY: as above.
unsafe impl Sync for Handle {}

impl Drop for Handle {
    fn drop(&mut self) {
        // SAFETY: the model is there, nobody else uses it any more, and this is the only call.
        unsafe { (self.destroy)(self.model) };
    }
}

impl PluginModel {
    /// # Safety
    ///
    /// The plugin has filled the table in, and it is used once.
    pub(super) unsafe fn new(table: NeuropodModel, source: &ModelSource) -> Result<Self> {
        let missing = |name| malformed(format!("the plugin loaded a model without the function `{name}`"));
        let destroy = table.destroy.ok_or_else(|| missing("destroy"))?;
        let handle = Arc::new(Handle { model: table.model, destroy });
        let infer = table.infer.ok_or_else(|| missing("infer"))?;
        let outputs = source.outputs.iter().map(|spec| Arc::clone(&spec.name)).collect();
        Ok(PluginModel { handle, infer, allocate: table.allocate, outputs })
    }
}

impl Model for PluginModel {
    fn infer(&self, inputs: &Inputs<'_>, requested: &[&str]) -> Result<Outputs> {
        // Filled in place: what is moved here is moved in each call.
        let mut lent: SmallVec<[NeuropodInput; 4]> = SmallVec::new();
        for (name, input) in inputs.iter() {
            lent.push(NeuropodInput { name: NeuropodStr::lend(name), tensor: lend_input(input) });
        }
        let mut names: SmallVec<[NeuropodStr; 4]> = SmallVec::new();
        for name in requested {
            names.push(NeuropodStr::lend(name));
        }
        let mut sink = Sink::new(&self.outputs, requested);
        let result = collect("running the plugin's model", |errors| {
            let mut table = sink.table();
            // SAFETY: the plugin's function with its argument; the arrays and tables live until it returns.
            unsafe {
                (self.infer)(
                    self.handle.model,
                    lent.as_ptr(),
                    lent.len(),
                    names.as_ptr(),
                    names.len(),
                    &raw mut table,
                    errors,
                )
            }
        });
        sink.finish(result)
    }

    fn allocator(&self) -> Arc<dyn Allocator> {
        match self.allocate {
            Some(allocate) => Arc::new(PluginAllocator { handle: Arc::clone(&self.handle), allocate }),
            None => default_allocator(),
        }
    }
}

/// Memory of a plugin's model.
#[derive(Debug)]
struct PluginAllocator {
    handle: Arc<Handle>,
    allocate: Allocate,
}

impl Allocator for PluginAllocator {
    fn allocate(&self, dtype: DType, dims: &[usize]) -> Result<Tensor> {
        if dtype == DType::String {
            return Tensor::zeros(dtype, dims);
        }
        // What cannot be a shape is refused here.
        let shape = Shape::new(dims)?;
        let mut raw = NeuropodTensor {
            dtype: dtype_code(dtype),
            flags: 0,
            rank: 0,
            dims: ptr::null(),
            data: ptr::null(),
            len: 0,
            offsets: ptr::null(),
            owner: NONE,
        };
        collect("allocating memory of the plugin's model", |errors| {
            let dims = shape.dims();
            // SAFETY: the plugin's function with its argument; the array and tables live until it returns.
            unsafe {
                (self.allocate)(self.handle.model, raw.dtype, dims.as_ptr(), dims.len(), &raw mut raw, errors)
            }
        })?;
        // SAFETY: the plugin has filled the table in for us alone.
        unsafe { take_writable(&raw, dtype, dims) }
    }
}
