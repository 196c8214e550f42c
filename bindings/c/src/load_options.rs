//! How a package is loaded, with everything that can be said.

use std::ffi::{OsStr, c_char};
use std::mem::MaybeUninit;
use std::path::{Path, PathBuf};
use std::ptr;

use neuropod::{Device, Integrity, LoadOptions};

use crate::call::{code, plain};
use crate::failure::{Failure, Result};
use crate::handle::{self, Handle, lend_mut};
use crate::plugins::Plugins;
use crate::runtime_options::{NP_DefaultRuntimeOptions, NP_RuntimeOptions, is_true, load_options};
use crate::status::{NP_Code, NP_Status};
use crate::text::{terminated, text};

/// How a package is loaded: what `NP_RuntimeOptions` says, and more. It can be used for several packages; it is
/// changed by one thread at a time.
pub struct NP_LoadOptions {
    options: LoadOptions,
    plugins: Plugins,
}

impl Handle for NP_LoadOptions {
    const NAME: &'static str = "load options";
}

impl NP_LoadOptions {
    /// What the facade takes for the package at a path.
    pub(crate) fn for_package(&self, package: &Path) -> Result<LoadOptions> {
        Ok(self.options.clone().plugins(self.plugins.search(package)?))
    }
}

/// How a package's files are held against its manifest.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NP_Integrity {
    /// If there is a manifest, the files must be as it says.
    NP_INTEGRITY_VERIFY = 0,
    /// There must be a manifest, and the files as it says.
    NP_INTEGRITY_REQUIRE = 1,
    /// The manifest is not looked at.
    NP_INTEGRITY_SKIP = 2,
}

/// Makes options from `options`, or the default ones for null. Null on an error. Free them with `NP_FreeLoadOptions`.
///
/// # Safety
///
/// `options` is null or leads to options whose every field is set.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn NP_NewLoadOptions(options: *const NP_RuntimeOptions) -> *mut NP_LoadOptions {
    plain(ptr::null_mut(), || {
        // SAFETY: the caller's promise.
        let options = match unsafe { options.as_ref() } {
            Some(options) => load_options(options)?,
            None => load_options(&NP_DefaultRuntimeOptions())?,
        };
        Ok(handle::give(NP_LoadOptions { options, plugins: Plugins::default() }))
    })
}

/// Frees options. Null is ignored.
///
/// # Safety
///
/// `options` is null, or was returned by `NP_NewLoadOptions` and not freed yet.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn NP_FreeLoadOptions(options: *mut NP_LoadOptions) {
    // SAFETY: the caller's promise.
    unsafe { handle::free(options) };
}

/// Requires a device, `"cpu"` or `"cuda:0"` for instance: loading fails if the framework cannot use it.
///
/// # Safety
///
/// `options` is null or options that nobody else uses meanwhile; texts are null or end with a zero; `status` is null or
/// a status of this thread's.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn NP_SetDevice(
    options: *mut NP_LoadOptions,
    device: *const c_char,
    status: *mut NP_Status,
) -> NP_Code {
    // SAFETY: the caller's promise.
    let device = || -> Result<Device> { Ok(unsafe { text(device, "device") }?.parse()?) };
    // SAFETY: the caller's promise.
    unsafe { change(options, status, |options| Ok(options.device(device()?))) }
}

/// Sets the number of threads within one operator, and for independent operators. 0, the default, leaves it to the
/// framework.
///
/// # Safety
///
/// As for `NP_SetDevice`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn NP_SetThreads(
    options: *mut NP_LoadOptions,
    intra_op: usize,
    inter_op: usize,
    status: *mut NP_Status,
) -> NP_Code {
    let set = |options: LoadOptions| {
        let options = if intra_op == 0 { options } else { options.intra_op_threads(intra_op) };
        Ok(if inter_op == 0 { options } else { options.inter_op_threads(inter_op) })
    };
    // SAFETY: the caller's promise.
    unsafe { change(options, status, set) }
}

/// Allows packages that carry custom operators, which is the default, or refuses them. These are native code that can do
/// whatever the process can.
///
/// # Safety
///
/// As for `NP_SetDevice`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn NP_SetAllowCustomOps(
    options: *mut NP_LoadOptions,
    allow: MaybeUninit<bool>,
    status: *mut NP_Status,
) -> NP_Code {
    // SAFETY: the caller's promise.
    unsafe { change(options, status, |options| Ok(options.allow_custom_ops(is_true(allow)))) }
}

/// Sets how a package's files are held against its manifest; `NP_INTEGRITY_VERIFY` by default.
///
/// # Safety
///
/// As for `NP_SetDevice`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn NP_SetIntegrity(
    options: *mut NP_LoadOptions,
    integrity: MaybeUninit<NP_Integrity>,
    status: *mut NP_Status,
) -> NP_Code {
    // SAFETY: the caller passed a number of this size, and any number is valid as `u32`.
    let number = unsafe { integrity.as_ptr().cast::<u32>().read() };
    let set = |options: LoadOptions| {
        let chosen = INTEGRITIES.iter().find(|(name, _)| *name as u32 == number);
        let chosen = chosen.ok_or_else(|| Failure::argument(format!("there is no NP_Integrity {number}")))?;
        Ok(options.integrity(chosen.1))
    };
    // SAFETY: the caller's promise.
    unsafe { change(options, status, set) }
}

const INTEGRITIES: [(NP_Integrity, Integrity); 3] = [
    (NP_Integrity::NP_INTEGRITY_VERIFY, Integrity::Verify),
    (NP_Integrity::NP_INTEGRITY_REQUIRE, Integrity::Require),
    (NP_Integrity::NP_INTEGRITY_SKIP, Integrity::Skip),
];

const _: () = assert!(size_of::<NP_Integrity>() == size_of::<u32>());

/// Takes a framework version in this range, written as npm writes ranges, instead of in the package's.
///
/// # Safety
///
/// As for `NP_SetDevice`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn NP_SetVersionRange(
    options: *mut NP_LoadOptions,
    range: *const c_char,
    status: *mut NP_Status,
) -> NP_Code {
    // SAFETY: the caller's promise.
    unsafe { change(options, status, |options| Ok(options.version_range(text(range, "range")?))) }
}

/// Resolves symbols among inputs alone and among outputs alone, as the original Neuropod does. By default a symbol has
/// one size in the whole call.
///
/// # Safety
///
/// As for `NP_SetDevice`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn NP_SetSeparateSymbols(
    options: *mut NP_LoadOptions,
    separate: MaybeUninit<bool>,
    status: *mut NP_Status,
) -> NP_Code {
    // SAFETY: the caller's promise.
    unsafe { change(options, status, |options| Ok(options.separate_symbols(is_true(separate)))) }
}

/// Sets an option of one backend, by the name in its documentation.
///
/// # Safety
///
/// As for `NP_SetDevice`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn NP_SetBackendOption(
    options: *mut NP_LoadOptions,
    name: *const c_char,
    value: *const c_char,
    status: *mut NP_Status,
) -> NP_Code {
    // SAFETY: the caller's promise.
    let pair = || unsafe { Ok((text(name, "name")?, text(value, "value")?)) };
    let set = |options: LoadOptions| pair().map(|(name, value)| options.backend_option(name, value));
    // SAFETY: the caller's promise.
    unsafe { change(options, status, set) }
}

/// Adds a place where plugins are looked for before the standard ones: a plugin's library or folder, or a folder of
/// plugins. Places count in the order in which they are added.
///
/// # Safety
///
/// As for `NP_SetDevice`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn NP_AddPluginPath(
    options: *mut NP_LoadOptions,
    path: *const c_char,
    status: *mut NP_Status,
) -> NP_Code {
    let add = |plugins: &mut Plugins| {
        // SAFETY: the caller's promise.
        plugins.paths.push(unsafe { as_path(path) }?);
        Ok(())
    };
    // SAFETY: the caller's promise.
    unsafe { change_plugins(options, status, add) }
}

/// Names the plugin for packages of a platform, `"torchscript"` for instance: its library or folder, or a folder of
/// plugins. For these packages, no other place is looked at; several calls for one platform add places in their order.
///
/// # Safety
///
/// As for `NP_SetDevice`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn NP_OverrideBackend(
    options: *mut NP_LoadOptions,
    platform: *const c_char,
    path: *const c_char,
    status: *mut NP_Status,
) -> NP_Code {
    let add = |plugins: &mut Plugins| {
        // SAFETY: the caller's promise.
        let (platform, path) = unsafe { (text(platform, "platform")?, as_path(path)?) };
        plugins.overrides.push((platform.to_owned(), path));
        Ok(())
    };
    // SAFETY: the caller's promise.
    unsafe { change_plugins(options, status, add) }
}

/// Names the folder of a Python environment in which frameworks are looked for if none is active.
///
/// # Safety
///
/// As for `NP_SetDevice`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn NP_SetEnvironment(
    options: *mut NP_LoadOptions,
    path: *const c_char,
    status: *mut NP_Status,
) -> NP_Code {
    let set = |plugins: &mut Plugins| {
        // SAFETY: the caller's promise.
        plugins.environment = Some(unsafe { as_path(path) }?);
        Ok(())
    };
    // SAFETY: the caller's promise.
    unsafe { change_plugins(options, status, set) }
}

/// A path of any bytes.
///
/// # Safety
///
/// `path` is null or ends with a zero.
pub(crate) unsafe fn as_path(path: *const c_char) -> Result<PathBuf> {
    use std::os::unix::ffi::OsStrExt;
    // SAFETY: the caller's promise; the bytes are copied.
    Ok(OsStr::from_bytes(unsafe { terminated(path, "path") }?).into())
}

/// # Safety
///
/// `options` is null or options that nobody else uses meanwhile; `status` is null or a status of this thread's.
unsafe fn change(
    options: *mut NP_LoadOptions,
    status: *mut NP_Status,
    set: impl FnOnce(LoadOptions) -> Result<LoadOptions>,
) -> NP_Code {
    let work = || {
        // SAFETY: the caller's promise.
        let options = unsafe { lend_mut(options) }?;
        options.options = set(options.options.clone())?;
        Ok(())
    };
    // SAFETY: the caller's promise.
    unsafe { code(status, work) }
}

/// # Safety
///
/// As for `change`.
unsafe fn change_plugins(
    options: *mut NP_LoadOptions,
    status: *mut NP_Status,
    set: impl FnOnce(&mut Plugins) -> Result<()>,
) -> NP_Code {
    // SAFETY: the caller's promise.
    unsafe { code(status, || set(&mut lend_mut(options)?.plugins)) }
}
