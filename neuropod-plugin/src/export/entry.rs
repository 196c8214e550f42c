//! The table that a program gets, and how it loads models.
#![allow(unsafe_code)]

use std::ffi::{OsStr, c_void};
use std::os::unix::ffi::OsStrExt;
use std::path::PathBuf;
use std::ptr;
use std::sync::{Arc, Mutex, PoisonError};

use neuropod_core::{Backend, BackendInfo, Error, ErrorKind, Result};

use crate::abi::*;
use crate::export::{Host, model, options, source};
use crate::marshal::codes::capability_bits;
use crate::marshal::errors::answer;
use crate::marshal::text::malformed;

/// The plugin of a shared library, made when a program first asks for it.
#[doc(hidden)]
#[derive(Debug)]
pub struct Export {
    plugin: Mutex<Option<&'static Exported>>,
}

/// A table with what it points to.
#[derive(Debug)]
struct Exported {
    table: NeuropodPlugin,
    /// What the table's texts lead into.
    _info: &'static BackendInfo,
}

// SAFETY: the table is never written, and points to a backend, which is Sync, and to texts.
unsafe impl Send for Exported {}
// SAFETY: as above.
unsafe impl Sync for Exported {}

impl Export {
    #[doc(hidden)]
    pub const fn new() -> Self {
        Export { plugin: Mutex::new(None) }
    }

    /// The plugin's table; null if an error was reported.
    ///
    /// # Safety
    ///
    /// Both pointers are null, or lead to the program's tables.
    #[doc(hidden)]
    pub unsafe fn plugin(
        &self,
        host: *const NeuropodHost,
        errors: *mut NeuropodErrors,
        backend: impl FnOnce(&Host) -> Arc<dyn Backend>,
    ) -> *const NeuropodPlugin {
        let mut table = ptr::null();
        let work = || {
            // SAFETY: the caller's promise.
            let host = unsafe { read_host(host) }?;
            let mut plugin = self.plugin.lock().unwrap_or_else(PoisonError::into_inner);
            let exported = *plugin.get_or_insert_with(|| export(backend(&host)));
            table = &raw const exported.table;
            Ok(())
        };
        // SAFETY: the caller's promise.
        unsafe { answer(errors, work) };
        table
    }
}

/// # Safety
///
/// `host` is null, or leads to the program's table.
unsafe fn read_host(host: *const NeuropodHost) -> Result<Host> {
    // SAFETY: the caller's promise.
    let host = unsafe { host.as_ref() }.ok_or_else(|| malformed("the program gave no `NeuropodHost`"))?;
    if host.abi != NEUROPOD_PLUGIN_ABI {
        let message = format!(
            "this plugin has version {NEUROPOD_PLUGIN_ABI} of the plugin interface, and the program version {}: \
             install a plugin that was built for it",
            host.abi
        );
        return Err(Error::new(ErrorKind::Load, message));
    }
    // SAFETY: a table of this version has the field, and its text is valid now.
    let environment = OsStr::from_bytes(unsafe { host.environment.bytes() }?);
    let environment = (!environment.is_empty()).then(|| PathBuf::from(environment));
    Ok(Host { environment })
}

/// Makes the table. It and what it points to stay until the process ends, as plugins do.
fn export(backend: Arc<dyn Backend>) -> &'static Exported {
    let info: &'static BackendInfo = Box::leak(Box::new(backend.info()));
    let (dtypes, devices, capabilities) = capability_bits(&backend.capabilities());
    let backend: &'static Arc<dyn Backend> = Box::leak(Box::new(backend));
    Box::leak(Box::new(Exported {
        table: NeuropodPlugin {
            size: size_of::<NeuropodPlugin>(),
            abi: NEUROPOD_PLUGIN_ABI,
            name: NeuropodStr::lend(&info.name),
            platform: NeuropodStr::lend(&info.platform),
            version: NeuropodStr::lend(&info.version),
            dtypes,
            devices,
            capabilities,
            backend: ptr::from_ref(backend).cast_mut().cast(),
            load: Some(load),
            check: Some(check),
        },
        _info: info,
    }))
}

unsafe extern "C" fn load(
    backend: *mut c_void,
    source: *const NeuropodSource,
    options: *const NeuropodOptions,
    model: *mut NeuropodModel,
    errors: *mut NeuropodErrors,
) -> i32 {
    let work = || {
        // SAFETY: the program hands back what `export` put into the table.
        let backend = unsafe { &*backend.cast::<Arc<dyn Backend>>() };
        // SAFETY: the program's tables, which are valid during the call.
        let (source, options) = unsafe { (source::read(source)?, options::read(options)?) };
        let loaded = backend.load(source, &options)?;
        // SAFETY: the program's table, which it lets us fill in.
        unsafe { model::fill(model, loaded) }
    };
    // SAFETY: the program's table.
    unsafe { answer(errors, work) }
}

unsafe extern "C" fn check(backend: *mut c_void, errors: *mut NeuropodErrors) -> i32 {
    // SAFETY: the program hands back what `export` put into the table, and its own table.
    unsafe { answer(errors, || (*backend.cast::<Arc<dyn Backend>>()).check()) }
}
