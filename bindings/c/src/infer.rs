//! Running models.

use std::ffi::c_char;
use std::ptr;

use neuropod::{DType, Inputs, Tensor};
use smallvec::SmallVec;

use crate::call::{array, code, out};
use crate::failure::{Failure, Result};
use crate::handle::{self, lend};
use crate::model::NP_Neuropod;
use crate::status::{NP_Code, NP_Status};
use crate::tensor::NP_NeuropodTensor;
use crate::text::{NP_String, text};
use crate::value_map::NP_NeuropodValueMap;

/// A tensor with its name.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct NP_NamedTensor {
    /// The name, as UTF-8.
    pub name: NP_String,
    /// The tensor.
    pub tensor: *const NP_NeuropodTensor,
}

/// So many names need no memory of their own.
type Names<'a> = SmallVec<[&'a str; 4]>;

/// Runs the model and gives every output of its spec. Inputs are handed to the framework without a copy wherever it can
/// take them, and must not be written meanwhile. `outputs` receives the outputs, which are to be freed with
/// `NP_FreeValueMap`; on an error it receives null.
///
/// # Safety
///
/// `model` is null or a model; `inputs` is null or a map that nobody changes meanwhile; `outputs` is null or can be
/// written; `status` is null or a status of this thread's.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn NP_Infer(
    model: *const NP_Neuropod,
    inputs: *const NP_NeuropodValueMap,
    outputs: *mut *mut NP_NeuropodValueMap,
    status: *mut NP_Status,
) -> NP_Code {
    // SAFETY: the caller's promise.
    unsafe { NP_InferWithRequestedOutputs(model, inputs, 0, ptr::null(), outputs, status) }
}

/// Runs the model and gives the requested outputs, in the order of the request; all of them if `noutputs` is 0.
/// Otherwise as `NP_Infer`.
///
/// # Safety
///
/// As for `NP_Infer`; `requested_outputs` is null or has `noutputs` texts, each of which is null or ends with a zero.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn NP_InferWithRequestedOutputs(
    model: *const NP_Neuropod,
    inputs: *const NP_NeuropodValueMap,
    noutputs: usize,
    requested_outputs: *const *const c_char,
    outputs: *mut *mut NP_NeuropodValueMap,
    status: *mut NP_Status,
) -> NP_Code {
    let work = || {
        // SAFETY: the caller's promise.
        unsafe { out(outputs, "outputs", ptr::null_mut()) }?;
        // SAFETY: the caller's promise.
        let (inputs, requested) =
            unsafe { (lend(inputs)?, array(requested_outputs, noutputs, "requested_outputs")?) };
        // SAFETY: the caller's promise.
        let names = requested.iter().map(|name| unsafe { text(*name, "requested_outputs") });
        let names = names.collect::<Result<Names<'_>>>()?;
        let tensors = inputs.entries().iter().map(|(name, tensor)| Ok((&**name, &**tensor)));
        // SAFETY: the caller's promise.
        unsafe { run(model, tensors, &names, outputs) }
    };
    // SAFETY: the caller's promise.
    unsafe { code(status, work) }
}

/// Runs the model with inputs from an array, which needs no map. Names are UTF-8. Otherwise as
/// `NP_InferWithRequestedOutputs`.
///
/// # Safety
///
/// `model` is null or a model; `inputs` is null or has `num_inputs` elements, whose names' bytes are there and whose
/// tensors are null or tensors; `requested_outputs` is null or has `num_requested` elements whose bytes are there;
/// `outputs` is null or can be written; `status` is null or a status of this thread's.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn NP_InferTensors(
    model: *const NP_Neuropod,
    inputs: *const NP_NamedTensor,
    num_inputs: usize,
    requested_outputs: *const NP_String,
    num_requested: usize,
    outputs: *mut *mut NP_NeuropodValueMap,
    status: *mut NP_Status,
) -> NP_Code {
    let work = || {
        // SAFETY: the caller's promise.
        unsafe { out(outputs, "outputs", ptr::null_mut()) }?;
        // SAFETY: the caller's promise.
        let (inputs, requested) = unsafe {
            (
                array(inputs, num_inputs, "inputs")?,
                array(requested_outputs, num_requested, "requested_outputs")?,
            )
        };
        // SAFETY: the caller's promise.
        let names = requested.iter().map(|name| unsafe { name.text("requested_outputs") });
        let names = names.collect::<Result<Names<'_>>>()?;
        // SAFETY: the caller's promise.
        let tensors =
            inputs.iter().map(|input| unsafe { Ok((input.name.text("inputs")?, lend(input.tensor)?)) });
        // SAFETY: the caller's promise.
        unsafe { run(model, tensors, &names, outputs) }
    };
    // SAFETY: the caller's promise.
    unsafe { code(status, work) }
}

/// # Safety
///
/// `model` is null or a model; `outputs` can be written.
unsafe fn run<'a>(
    model: *const NP_Neuropod,
    tensors: impl Iterator<Item = Result<(&'a str, &'a NP_NeuropodTensor)>>,
    requested: &[&str],
    outputs: *mut *mut NP_NeuropodValueMap,
) -> Result<()> {
    // SAFETY: the caller's promise.
    let model = unsafe { lend(model) }?;
    let mut inputs = Inputs::with_capacity(tensors.size_hint().0);
    for pair in tensors {
        let (name, tensor) = pair?;
        match tensor.numbers() {
            Some(tensor) => {
                check_bools(name, tensor)?;
                inputs.push(name, tensor)?;
            }
            None => inputs.push(name, tensor.current()?)?,
        }
    }
    let returned = model.neuropod.infer_with_outputs(inputs, requested)?;
    // SAFETY: the caller's promise.
    unsafe { out(outputs, "outputs", handle::give(NP_NeuropodValueMap::from(returned))) }
}

/// A C program can write any byte where a `bool` belongs, and frameworks count on 0 and 1.
fn check_bools(name: &str, tensor: &Tensor) -> Result<()> {
    let wrong = |byte: &u8| *byte > 1;
    if tensor.dtype() != DType::Bool || !tensor.bytes().iter().any(wrong) {
        return Ok(());
    }
    let index = tensor.bytes().iter().position(wrong).unwrap_or_default();
    let value = tensor.bytes()[index];
    let message = format!("the input `{name}` has the byte {value} at {index}: a bool is 0 or 1");
    Err(Failure::new(NP_Code::NEUROPOD_INVALID_INPUT, message))
}
