//! Opening a plugin's shared library.
#![allow(unsafe_code)]

use std::borrow::Cow;
use std::error::Error as _;
use std::path::Path;

use libloading::os::unix::{Library, RTLD_LOCAL, RTLD_NOW};
use neuropod_core::{Error, ErrorKind, Result};

use crate::abi::{ENTRY_SYMBOL, NeuropodPluginEntry};
use crate::library_file::check_whole;

/// Opens a library for good, and finds the function that it exports.
pub(super) fn open(path: &Path) -> Result<NeuropodPluginEntry> {
    check_whole(path)?;
    // A name without a folder would be looked for elsewhere.
    let path = path.canonicalize()?;
    // SAFETY: this runs the library's code, which the caller trusts, as `load` says.
    let library = unsafe { Library::open(Some(&path), RTLD_NOW | RTLD_LOCAL) }.map_err(|error| {
        // What the system says is the error's cause.
        let reason = error.source().map_or_else(|| error.to_string(), ToString::to_string);
        failed(format!("the plugin's library does not load: {reason}"))
    })?;
    // SAFETY: the interface says that what has this name is of this type.
    let entry = unsafe { library.get::<NeuropodPluginEntry>(ENTRY_SYMBOL) }.map(|symbol| *symbol);
    let entry = entry.map_err(|_| {
        failed(
            "this is no plugin of Neuropod: it exports no function `neuropod_plugin`; see `export_backend!`",
        )
    })?;
    // Models and tensors may use it until the process ends: it is never closed.
    std::mem::forget(library);
    Ok(entry)
}

#[cold]
fn failed(message: impl Into<Cow<'static, str>>) -> Error {
    Error::new(ErrorKind::Load, message)
}
