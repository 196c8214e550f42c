//! A plugin's table as a backend.
#![allow(unsafe_code)]

use std::mem::offset_of;
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
    load: Load,
}

/// The function that loads models, with its first argument.
#[derive(Clone, Copy)]
struct Load {
    function: unsafe extern "C" fn(
        *mut std::ffi::c_void,
        *const NeuropodSource,
        *const NeuropodOptions,
        *mut NeuropodModel,
        *mut NeuropodErrors,
    ) -> i32,
    backend: *mut std::ffi::c_void,
}

// SAFETY: the interface says that a plugin's functions may be called from any thread, several at once.
unsafe impl Send for Load {}
// SAFETY: as above.
unsafe impl Sync for Load {}

impl std::fmt::Debug for Load {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Load")
    }
}

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
        let needed = offset_of!(NeuropodPlugin, load) + size_of::<usize>();
        if size < needed {
            return Err(malformed(format!("the plugin's table has {size} bytes, and {needed} are needed")));
        }
        // SAFETY: the table is of this version, and has the fields that are read.
        let plugin = unsafe { &*plugin };
        let function = plugin.load.ok_or_else(|| malformed("the plugin's table has no function `load`"))?;
        // SAFETY: the plugin's texts are valid for good.
        let info = unsafe { info(plugin) }?;
        let capabilities = capabilities(plugin.dtypes, plugin.devices, plugin.capabilities);
        Ok(PluginBackend { info, capabilities, load: Load { function, backend: plugin.backend } })
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
        let Load { function, backend } = self.load;
        collect("loading a model with the plugin", |errors| {
            let (source, options) = (lent_source.table(), lent_options.table());
            // SAFETY: the plugin's function with its argument; the tables live until it returns.
            unsafe { function(backend, &raw const source, &raw const options, &raw mut table, errors) }
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
