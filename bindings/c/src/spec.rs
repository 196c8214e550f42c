//! What a model takes and returns.

use std::ffi::{CString, c_char};
use std::ptr;

use neuropod::{Dim, TensorSpec};

use crate::call::plain;
use crate::failure::{Failure, Result};
use crate::handle::{self, Behind, Handle, lend};
use crate::model::NP_Neuropod;
use crate::tensor_type::NP_TensorType;
use crate::text::c_string;

/// What one axis of a tensor may measure.
#[repr(C)]
pub struct NP_Dimension {
    /// The size; -1 for any size, -2 for a symbol.
    pub value: i64,
    /// The symbol's name, which stands for the same size wherever it is in one call; null if it is no symbol.
    pub symbol: *const c_char,
}

/// The name, element type and shape of one input or output. Free it with `NP_FreeTensorSpec`.
#[repr(C)]
pub struct NP_TensorSpec {
    /// The name, up to a zero. It belongs to the spec.
    pub name: *const c_char,
    /// The type of the elements.
    pub r#type: NP_TensorType,
    /// The number of axes; 0 for a scalar.
    pub num_dims: usize,
    /// The axes, outermost first. They belong to the spec.
    pub dims: *const NP_Dimension,
}

// SAFETY: the type is `repr(C)`, and what is shown comes first.
unsafe impl Behind for Spec {
    type Shown = NP_TensorSpec;
}

impl Handle for NP_TensorSpec {
    const NAME: &'static str = "spec";
}

/// A spec with what its pointers lead to.
#[repr(C)]
struct Spec {
    shown: NP_TensorSpec,
    _name: CString,
    _dims: Vec<NP_Dimension>,
    _symbols: Vec<CString>,
}

impl Spec {
    fn new(spec: &TensorSpec) -> Result<Self> {
        let name = c_string(&spec.name)?;
        let mut symbols = Vec::new();
        let mut dims = Vec::with_capacity(spec.dims.len());
        for dim in &spec.dims {
            let (value, symbol) = match dim {
                Dim::Any => (-1, ptr::null()),
                Dim::Fixed(size) => (i64::try_from(*size).unwrap_or(i64::MAX), ptr::null()),
                Dim::Symbol(symbol) => {
                    symbols.push(c_string(symbol)?);
                    (-2, symbols.last().map_or(ptr::null(), |symbol| symbol.as_ptr()))
                }
            };
            dims.push(NP_Dimension { value, symbol });
        }
        let shown = NP_TensorSpec {
            name: name.as_ptr(),
            r#type: NP_TensorType::of(spec.dtype)?,
            num_dims: dims.len(),
            dims: dims.as_ptr(),
        };
        Ok(Spec { shown, _name: name, _dims: dims, _symbols: symbols })
    }
}

/// The number of inputs in the model's spec; 0 on an error.
///
/// # Safety
///
/// `model` is null or a model.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn NP_GetNumInputs(model: *const NP_Neuropod) -> usize {
    // SAFETY: the caller's promise.
    plain(0, || Ok(unsafe { lend(model) }?.neuropod.inputs().len()))
}

/// The number of outputs in the model's spec; 0 on an error.
///
/// # Safety
///
/// `model` is null or a model.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn NP_GetNumOutputs(model: *const NP_Neuropod) -> usize {
    // SAFETY: the caller's promise.
    plain(0, || Ok(unsafe { lend(model) }?.neuropod.outputs().len()))
}

/// The spec of the input at an index, in the package's order. Null on an error. Free it with `NP_FreeTensorSpec`; it
/// stays valid when the model is freed.
///
/// # Safety
///
/// `model` is null or a model.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn NP_GetInputSpec(model: *const NP_Neuropod, index: usize) -> *mut NP_TensorSpec {
    // SAFETY: the caller's promise.
    plain(ptr::null_mut(), || give("input", unsafe { lend(model) }?.neuropod.inputs(), index))
}

/// The spec of the output at an index, in the package's order. Otherwise as `NP_GetInputSpec`.
///
/// # Safety
///
/// `model` is null or a model.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn NP_GetOutputSpec(model: *const NP_Neuropod, index: usize) -> *mut NP_TensorSpec {
    // SAFETY: the caller's promise.
    plain(ptr::null_mut(), || give("output", unsafe { lend(model) }?.neuropod.outputs(), index))
}

fn give(what: &str, specs: &[TensorSpec], index: usize) -> Result<*mut NP_TensorSpec> {
    let spec = specs.get(index).ok_or_else(|| Failure::index(what, index, specs.len()))?;
    Ok(handle::give_behind(Spec::new(spec)?))
}

/// Frees a spec. Null is ignored.
///
/// # Safety
///
/// `spec` is null, or was returned by a function and not freed yet.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn NP_FreeTensorSpec(spec: *mut NP_TensorSpec) {
    // SAFETY: the caller's promise.
    unsafe { handle::free_behind::<Spec>(spec) };
}
