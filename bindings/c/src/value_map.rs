//! Maps from names to tensors.

use std::ffi::{CString, c_char};
use std::ptr;
use std::sync::Arc;

use neuropod::Outputs;
use smallvec::SmallVec;

use crate::call::{code, missing, out, plain};
use crate::failure::{Failure, Result};
use crate::handle::{self, Behind, Handle, another, lend, lend_mut, share};
use crate::status::{NP_Code, NP_Status};
use crate::tensor::NP_NeuropodTensor;
use crate::text::{NP_String, c_string, text};

/// Tensors by their names: what goes into a model, and what comes out. It may be read by several threads at once, but
/// not while one changes it.
#[derive(Default)]
pub struct NP_NeuropodValueMap {
    /// So many need no memory of their own.
    entries: SmallVec<[(Arc<str>, Arc<NP_NeuropodTensor>); 4]>,
}

impl Handle for NP_NeuropodValueMap {
    const NAME: &'static str = "value map";
}

impl NP_NeuropodValueMap {
    /// Adds a tensor, and replaces one of the same name.
    pub(crate) fn insert(&mut self, name: &str, tensor: Arc<NP_NeuropodTensor>) {
        match self.entries.iter_mut().find(|(known, _)| **known == *name) {
            Some((_, place)) => *place = tensor,
            None => self.entries.push((name.into(), tensor)),
        }
    }

    pub(crate) fn entries(&self) -> &[(Arc<str>, Arc<NP_NeuropodTensor>)] {
        &self.entries
    }
}

impl From<Outputs> for NP_NeuropodValueMap {
    fn from(outputs: Outputs) -> Self {
        let tensors = outputs.into_iter();
        NP_NeuropodValueMap {
            entries: tensors.map(|(name, tensor)| (name, NP_NeuropodTensor::new(tensor))).collect(),
        }
    }
}

/// Names of tensors. Free it with `NP_FreeTensorNameList`.
#[repr(C)]
pub struct NP_TensorNameList {
    /// How many there are.
    pub num_tensors: usize,
    /// The names, each up to a zero. They belong to the list.
    pub tensor_names: *const *const c_char,
}

/// A list with what its pointers lead to.
#[repr(C)]
struct NameList {
    list: NP_TensorNameList,
    _pointers: Vec<*const c_char>,
    _names: Vec<CString>,
}

// SAFETY: the type is `repr(C)`, and the list comes first.
unsafe impl Behind for NameList {
    type Shown = NP_TensorNameList;
}

impl Handle for NP_TensorNameList {
    const NAME: &'static str = "list of names";
}

/// Makes an empty map. Free it with `NP_FreeValueMap`.
#[unsafe(no_mangle)]
pub extern "C" fn NP_NewValueMap() -> *mut NP_NeuropodValueMap {
    handle::give(NP_NeuropodValueMap::default())
}

/// Frees a map with its references to tensors; handles that the program has stay valid. Null is ignored.
///
/// # Safety
///
/// `nvm` is null, or was returned by a function and not freed yet.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn NP_FreeValueMap(nvm: *mut NP_NeuropodValueMap) {
    // SAFETY: the caller's promise.
    unsafe { handle::free(nvm) };
}

/// Adds a tensor, and replaces one of the same name. Nothing is copied: the map has a reference of its own, and
/// `tensor` is still the caller's to free.
///
/// # Safety
///
/// `nvm` is null or a map that nobody else uses meanwhile; `name` is null or ends with a zero; `tensor` is null or a
/// tensor.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn NP_InsertTensor(
    nvm: *mut NP_NeuropodValueMap,
    name: *const c_char,
    tensor: *const NP_NeuropodTensor,
) -> NP_Code {
    let work = || {
        // SAFETY: the caller's promise.
        let (nvm, name, tensor) = unsafe { (lend_mut(nvm)?, text(name, "name")?, another(tensor)?) };
        nvm.insert(name, tensor);
        Ok(())
    };
    // SAFETY: there is no status.
    unsafe { code(ptr::null_mut(), work) }
}

/// The tensor of that name; null if there is none, which is no error, and on an error. Nothing is copied. Free it with
/// `NP_FreeTensor`; it stays valid when the map is freed.
///
/// # Safety
///
/// `nvm` is null or a map that nobody changes meanwhile; `name` is null or ends with a zero.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn NP_GetTensor(
    nvm: *const NP_NeuropodValueMap,
    name: *const c_char,
) -> *mut NP_NeuropodTensor {
    plain(ptr::null_mut(), || {
        // SAFETY: the caller's promise.
        let (nvm, name) = unsafe { (lend(nvm)?, text(name, "name")?) };
        let found = nvm.entries.iter().find(|(known, _)| **known == *name);
        Ok(found.map_or(ptr::null_mut(), |(_, tensor)| share(Arc::clone(tensor))))
    })
}

/// Takes the tensor of that name out of the map, if there is one.
///
/// # Safety
///
/// `nvm` is null or a map that nobody else uses meanwhile; `name` is null or ends with a zero.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn NP_RemoveTensor(nvm: *mut NP_NeuropodValueMap, name: *const c_char) {
    plain((), || {
        // SAFETY: the caller's promise.
        let (nvm, name) = unsafe { (lend_mut(nvm)?, text(name, "name")?) };
        nvm.entries.retain(|(known, _)| **known != *name);
        Ok(())
    });
}

/// The number of tensors in a map; 0 on an error.
///
/// # Safety
///
/// `nvm` is null or a map that nobody changes meanwhile.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn NP_GetNumTensors(nvm: *const NP_NeuropodValueMap) -> usize {
    // SAFETY: the caller's promise.
    plain(0, || Ok(unsafe { lend(nvm) }?.entries.len()))
}

/// The tensor at an index, with its name. Tensors are in the order in which they were inserted, and a model's outputs in
/// that of the request or of the spec. Nothing is copied: the name belongs to the map, and is valid until that is changed
/// or freed; the tensor is to be freed with `NP_FreeTensor`. `name` may be null.
///
/// # Safety
///
/// `nvm` is null or a map that nobody changes meanwhile; `name` and `tensor` are null or can be written; `status` is
/// null or a status of this thread's.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn NP_GetTensorAt(
    nvm: *const NP_NeuropodValueMap,
    index: usize,
    name: *mut NP_String,
    tensor: *mut *mut NP_NeuropodTensor,
    status: *mut NP_Status,
) -> NP_Code {
    let work = || {
        // SAFETY: the caller's promise.
        let entries = unsafe { lend(nvm) }?.entries();
        if tensor.is_null() {
            return Err(missing("tensor"));
        }
        // SAFETY: the caller's promise.
        unsafe { out(tensor, "tensor", ptr::null_mut()) }?;
        let entry = entries.get(index);
        let (key, value) = entry.ok_or_else(|| Failure::index("tensor", index, entries.len()))?;
        // SAFETY: the caller's promise.
        unsafe {
            if !name.is_null() {
                out(name, "name", NP_String::lend(key.as_bytes()))?;
            }
            out(tensor, "tensor", share(Arc::clone(value)))
        }
    };
    // SAFETY: the caller's promise.
    unsafe { code(status, work) }
}

/// The names of all tensors in a map, in its order. Null on an error. Free it with `NP_FreeTensorNameList`.
///
/// # Safety
///
/// `nvm` is null or a map that nobody changes meanwhile.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn NP_GetTensorNames(nvm: *const NP_NeuropodValueMap) -> *mut NP_TensorNameList {
    plain(ptr::null_mut(), || {
        // SAFETY: the caller's promise.
        let entries = unsafe { lend(nvm) }?.entries();
        let names = entries.iter().map(|(name, _)| c_string(name)).collect::<Result<Vec<_>>>()?;
        let pointers: Vec<_> = names.iter().map(|name| name.as_ptr()).collect();
        let list = NP_TensorNameList { num_tensors: pointers.len(), tensor_names: pointers.as_ptr() };
        Ok(handle::give_behind(NameList { list, _pointers: pointers, _names: names }))
    })
}

/// Frees a list of names. Null is ignored.
///
/// # Safety
///
/// `tensor_names` is null, or was returned by `NP_GetTensorNames` and not freed yet.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn NP_FreeTensorNameList(tensor_names: *mut NP_TensorNameList) {
    // SAFETY: the caller's promise.
    unsafe { handle::free_behind::<NameList>(tensor_names) };
}
