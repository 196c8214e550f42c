//! A plugin's table as a backend.
#![allow(unsafe_code)]

use std::ffi::c_void;
use std::mem::{MaybeUninit, offset_of};
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::ptr;
use std::sync::Arc;

use neuropod_core::{
    Backend, BackendInfo, Capabilities, Error, ErrorKind, Model, ModelOptions, ModelSource, Result,
};
use node_semver::Version;

use crate::abi::*;
use crate::load::model::PluginModel;
use crate::load::source::{LentOptions, LentSource};
use crate::marshal::codes::capabilities;
use crate::marshal::errors::collect;

/// The backend of a plugin.
#[derive(Debug)]
pub(super) struct PluginBackend {
    info: BackendInfo,
    capabilities: Capabilities,
    functions: Functions,
}

/// The plugin's functions, with their first argument.
#[derive(Clone, Copy, Debug)]
struct Functions {
    load: Load,
    check: Option<Check>,
    backend: *mut c_void,
}

type Load = unsafe extern "C" fn(
    *mut c_void,
    *const NeuropodSource,
    *const NeuropodOptions,
    *mut NeuropodModel,
    *mut NeuropodErrors,
) -> i32;

type Check = unsafe extern "C" fn(*mut c_void, *mut NeuropodErrors) -> i32;

// SAFETY: the interface says that a plugin's functions may be called from any thread, several at once.
unsafe impl Send for Functions {}
// SAFETY: as above.
unsafe impl Sync for Functions {}

impl PluginBackend {
    /// Asks a library for its plugin.
    pub(super) fn start(entry: NeuropodPluginEntry, environment: Option<&Path>) -> Result<Self> {
        let environment = environment.map_or(&[][..], |path| path.as_os_str().as_bytes());
        let host = NeuropodHost {
            size: size_of::<NeuropodHost>(),
            abi: NEUROPOD_PLUGIN_ABI,
            environment: NeuropodStr::lend_bytes(environment),
        };
        let mut plugin: *const NeuropodPlugin = ptr::null();
        collect("starting the plugin", |errors| {
            // SAFETY: the library says by the function's name that it is of this type; the tables live until it
            // returns.
            plugin = unsafe { entry(&raw const host, errors) };
            i32::from(plugin.is_null())
        })?;
        // SAFETY: not null, and the interface says that it is a plugin's table, which is valid for good.
        unsafe { PluginBackend::read(plugin) }
    }

    /// # Safety
    ///
    /// `plugin` leads to a plugin's table, of any version.
    unsafe fn read(plugin: *const NeuropodPlugin) -> Result<Self> {
        // SAFETY: these two fields are in the table of every version.
        let (size, abi) = unsafe { ((&raw const (*plugin).size).read(), (&raw const (*plugin).abi).read()) };
        if abi != NEUROPOD_PLUGIN_ABI {
            return Err(malformed(format!(
                "the plugin has version {abi} of the plugin interface, and this program version \
                 {NEUROPOD_PLUGIN_ABI}: install a plugin that was built for it"
            )));
        }
        let needed = offset_of!(NeuropodPlugin, check); // what comes later may be missing
        if size < needed {
            return Err(malformed(format!("the plugin's table has {size} bytes, and {needed} are needed")));
        }
        let mut table = MaybeUninit::<NeuropodPlugin>::zeroed();
        // SAFETY: the table has so many bytes, and zeros in all fields, null and 0, are valid for what it lacks.
        let plugin = unsafe {
            let size = size.min(size_of::<NeuropodPlugin>());
            ptr::copy_nonoverlapping(plugin.cast::<u8>(), table.as_mut_ptr().cast::<u8>(), size);
            table.assume_init()
        };
        let load = plugin.load.ok_or_else(|| malformed("the plugin's table has no function `load`"))?;
        // SAFETY: the plugin's texts are valid for good.
        let info = unsafe { info(&plugin) }?;
        let capabilities = capabilities(plugin.dtypes, plugin.devices, plugin.capabilities);
        let functions = Functions { load, check: plugin.check, backend: plugin.backend };
        Ok(PluginBackend { info, capabilities, functions })
    }
}

/// # Safety
///
/// The table's texts are valid.
unsafe fn info(plugin: &NeuropodPlugin) -> Result<BackendInfo> {
    let mut texts = [("name", plugin.name), ("platform", plugin.platform), ("version", plugin.version)]
        // SAFETY: the caller's promise.
        .map(|(field, text)| (field, unsafe { text.text() }));
    for (field, text) in &mut texts {
        match text {
            Ok("") => return Err(malformed(format!("the plugin has no {field}"))),
            Ok(_) => {}
            Err(error) => return Err(malformed(format!("the plugin's {field} cannot be read: {error}"))),
        }
    }
    let [name, platform, version] = texts.map(|(_, text)| text.unwrap_or_default());
    if let Err(error) = Version::parse(version) {
        let message = format!("the plugin's version `{version}` is not a semantic version: {error}");
        return Err(malformed(message));
    }
    Ok(BackendInfo::new(name, platform, version))
}

impl Backend for PluginBackend {
    fn info(&self) -> BackendInfo {
        self.info.clone()
    }

    fn capabilities(&self) -> Capabilities {
        self.capabilities.clone()
    }

    fn check(&self) -> Result<()> {
        let Functions { check, backend, .. } = self.functions;
        let Some(check) = check else { return Ok(()) };
        // SAFETY: the plugin's function with its argument; the table lives until it returns.
        collect("checking the plugin's framework", |errors| unsafe { check(backend, errors) })
    }

    fn load(&self, source: Arc<ModelSource>, options: &ModelOptions) -> Result<Box<dyn Model>> {
        let lent_source = LentSource::new(&source);
        let lent_options = LentOptions::new(options);
        let mut table = NeuropodModel {
            size: size_of::<NeuropodModel>(),
            model: ptr::null_mut(),
            infer: None,
            allocate: None,
            destroy: None,
        };
        let Functions { load, backend, .. } = self.functions;
        collect("loading a model with the plugin", |errors| {
            let (source, options) = (lent_source.table(), lent_options.table());
            // SAFETY: the plugin's function with its argument; the tables live until it returns.
            unsafe { load(backend, &raw const source, &raw const options, &raw mut table, errors) }
        })?;
        // SAFETY: the plugin has filled the table in.
        let model = unsafe { PluginModel::new(table, &source) }?;
        Ok(Box::new(model))
    }
}

#[cold]
fn malformed(message: impl Into<std::borrow::Cow<'static, str>>) -> Error {
    Error::new(ErrorKind::Load, message)
}
