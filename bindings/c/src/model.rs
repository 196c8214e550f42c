//! Loaded packages.

use std::ffi::{CString, c_char};
use std::path::Path;
use std::ptr;

use neuropod::{LoadOptions, Neuropod};

use crate::call::{code, out, plain};
use crate::failure::Result;
use crate::handle::{self, Handle, lend};
use crate::load_options::{NP_LoadOptions, as_path};
use crate::runtime_options::{NP_DefaultRuntimeOptions, NP_RuntimeOptions, load_options};
use crate::status::{NP_Code, NP_Status};
use crate::text::c_string;

/// A package that is loaded and can be run, by any number of threads at once.
pub struct NP_Neuropod {
    pub(crate) neuropod: Neuropod,
    name: CString,
    platform: CString,
}

impl Handle for NP_Neuropod {
    const NAME: &'static str = "model";
}

/// Loads a package, a directory or a zip file, with the default options. `model` receives the model, which is to be
/// freed with `NP_FreeNeuropod`; on an error it receives null.
///
/// # Safety
///
/// `neuropod_path` is null or ends with a zero; `model` is null or can be written; `status` is null or a status of this
/// thread's.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn NP_LoadNeuropod(
    neuropod_path: *const c_char,
    model: *mut *mut NP_Neuropod,
    status: *mut NP_Status,
) -> NP_Code {
    // SAFETY: the caller's promise.
    unsafe { load(neuropod_path, model, status, |_| load_options(&NP_DefaultRuntimeOptions())) }
}

/// Loads a package as `options` says; null stands for the default ones. Otherwise as `NP_LoadNeuropod`.
///
/// # Safety
///
/// As for `NP_LoadNeuropod`; `options` is null or leads to options whose every field is set.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn NP_LoadNeuropodWithOpts(
    neuropod_path: *const c_char,
    options: *const NP_RuntimeOptions,
    model: *mut *mut NP_Neuropod,
    status: *mut NP_Status,
) -> NP_Code {
    // SAFETY: the caller's promise.
    let options = |_: &Path| match unsafe { options.as_ref() } {
        Some(options) => load_options(options),
        None => load_options(&NP_DefaultRuntimeOptions()),
    };
    // SAFETY: the caller's promise.
    unsafe { load(neuropod_path, model, status, options) }
}

/// Loads a package as `options` says. Otherwise as `NP_LoadNeuropod`.
///
/// # Safety
///
/// As for `NP_LoadNeuropod`; `options` is null, which is an error, or options that nobody changes meanwhile.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn NP_LoadNeuropodWithLoadOptions(
    neuropod_path: *const c_char,
    options: *const NP_LoadOptions,
    model: *mut *mut NP_Neuropod,
    status: *mut NP_Status,
) -> NP_Code {
    // SAFETY: the caller's promise.
    unsafe { load(neuropod_path, model, status, |package| lend(options)?.for_package(package)) }
}

/// # Safety
///
/// As for `NP_LoadNeuropod`.
unsafe fn load(
    path: *const c_char,
    model: *mut *mut NP_Neuropod,
    status: *mut NP_Status,
    options: impl FnOnce(&Path) -> Result<LoadOptions>,
) -> NP_Code {
    let work = || {
        // SAFETY: the caller's promise.
        unsafe { out(model, "model", ptr::null_mut()) }?;
        // SAFETY: the caller's promise.
        let path = unsafe { as_path(path) }?;
        let neuropod = options(&path)?.load(path)?;
        let (name, platform) = (c_string(neuropod.name())?, c_string(neuropod.platform())?);
        // SAFETY: the caller's promise.
        unsafe { out(model, "model", handle::give(NP_Neuropod { neuropod, name, platform })) }
    };
    // SAFETY: the caller's promise.
    unsafe { code(status, work) }
}

/// Loads the model now if the options left that for later.
///
/// # Safety
///
/// `model` is null or a model; `status` is null or a status of this thread's.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn NP_LoadModel(model: *const NP_Neuropod, status: *mut NP_Status) -> NP_Code {
    // SAFETY: the caller's promise.
    unsafe { code(status, || Ok(lend(model)?.neuropod.load_model()?)) }
}

/// Frees a model. Its tensors and allocators stay valid. Null is ignored.
///
/// # Safety
///
/// `model` is null, or was returned by a function and not freed yet, and no call uses it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn NP_FreeNeuropod(model: *mut NP_Neuropod) {
    // SAFETY: the caller's promise.
    unsafe { handle::free(model) };
}

/// The model's name, up to a zero. It belongs to the model. Null on an error.
///
/// # Safety
///
/// `model` is null or a model.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn NP_GetName(model: *const NP_Neuropod) -> *const c_char {
    // SAFETY: the caller's promise.
    plain(ptr::null(), || Ok(unsafe { lend(model) }?.name.as_ptr()))
}

/// The platform that the model was packaged for, `"torchscript"` for instance. Otherwise as `NP_GetName`.
///
/// # Safety
///
/// `model` is null or a model.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn NP_GetPlatform(model: *const NP_Neuropod) -> *const c_char {
    // SAFETY: the caller's promise.
    plain(ptr::null(), || Ok(unsafe { lend(model) }?.platform.as_ptr()))
}
