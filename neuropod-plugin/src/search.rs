//! Finding plugins: where they are, and which of them provides a platform.

mod loaded;
mod origin;
mod place;
mod select;

use std::collections::{BTreeMap, HashSet};
use std::path::PathBuf;
use std::sync::Arc;

use neuropod_core::{Backend, Result};

pub use self::origin::PluginOrigin;
pub use self::place::{FoundPlugin, PlaceContent, PluginPlace};
use crate::framework::Environments;
use crate::variables::Variables;

/// Finds backends that are installed as plugins: folders that hold a `plugin.json` and a shared library.
///
/// It looks in this order:
///
/// 1. the paths that the program names, with [`PluginSearch::path`];
/// 2. those that the environment variable `NEUROPOD_PLUGIN_PATH` lists;
/// 3. `neuropod/plugins-1` and `../lib/neuropod/plugins-1` beside the program, then the Python package
///    `neuropod` of the environment that the program is installed in,
///    `../lib/python3.*/site-packages/neuropod/plugins-1`;
/// 4. beside the shared library that holds this code: `plugins-1` if its folder is such a package, called
///    `neuropod`, then `neuropod/plugins-1` and `../lib/neuropod/plugins-1`;
/// 5. `neuropod/plugins-1` in the user's data folder;
/// 6. `/usr/local/lib/neuropod/plugins-1` and `/usr/lib/neuropod/plugins-1`.
///
/// The number is the version of the plugin interface. What everyone can write is refused, and a process with
/// other rights than its user's looks at no variable and at nothing of the user's.
#[derive(Clone, Debug, Default)]
#[must_use]
pub struct PluginSearch {
    paths: Vec<PathBuf>,
    environment: Option<PathBuf>,
    /// Folders of frameworks, by the names of their Python packages.
    framework_folders: BTreeMap<String, PathBuf>,
    is_limited: bool,
    variables: Variables,
}

impl PluginSearch {
    /// A search in the standard places.
    pub fn new() -> Self {
        PluginSearch::default()
    }

    /// Adds a path that is searched before the standard places, after those added before: a plugin's folder,
    /// a folder of such folders, or a shared library's file. Of a file nothing is known until it is loaded,
    /// so a search that gets to it loads it whatever its platform is.
    pub fn path(mut self, path: impl Into<PathBuf>) -> Self {
        self.paths.push(path.into());
        self
    }

    /// Sets the Python environment in which plugins look for their framework if none is active. It counts
    /// before the one in `plugin.json`. A plugin that this process has loaded already keeps what it found.
    pub fn environment(mut self, folder: impl Into<PathBuf>) -> Self {
        self.environment = Some(folder.into());
        self
    }

    /// Sets where a framework is: `folder` is that of its Python package, `…/site-packages/torch` for instance,
    /// and `python_package` the package's name, `framework.python_package` in `plugin.json`. A program that runs
    /// in a Python, which knows where an `import` would find the package, sets it; calling it again for a package
    /// replaces what it set.
    ///
    /// Plugins for that framework use this folder if the process has no libraries of the framework open and the
    /// framework's variable (`LIBTORCH`) is not set; they look nowhere else. Another version there than a plugin
    /// needs is an error which names both.
    pub fn framework_folder(mut self, python_package: impl Into<String>, folder: impl Into<PathBuf>) -> Self {
        self.framework_folders.insert(python_package.into(), folder.into());
        self
    }

    /// Sets whether the standard places are searched, `NEUROPOD_PLUGIN_PATH` among them. They are by default.
    pub fn standard_places(mut self, standard_places: bool) -> Self {
        self.is_limited = !standard_places;
        self
    }

    /// Where this search looks, in its order, and what is there. Nothing is loaded. A folder that comes
    /// up twice is listed once.
    pub fn places(&self) -> Vec<PluginPlace> {
        self.paths_in_order().into_iter().map(|(origin, path)| PluginPlace::look(origin, path)).collect()
    }

    /// The backend that provides a platform in a version of `range`, written as in npm; an empty one is `*`.
    ///
    /// The first place counts that has one; in a place the highest version, then plugins that know their
    /// version only when they are loaded. A pre-release or development build of a framework counts as its
    /// release. A plugin that fails to load, or whose framework is missing, is passed over.
    ///
    /// A plugin is loaded once in a process, after its framework, and never unloaded: asking again gives the
    /// same backend. While one is loaded, other searches wait.
    ///
    /// # Errors
    ///
    /// - That of the first plugin for the platform, if there are some and none could be used:
    ///   [`ErrorKind::Load`] if its framework was not found or the library does not load, for instance.
    /// - [`ErrorKind::Forbidden`] if what the program or the variable names was refused, as everyone can
    ///   write it.
    /// - [`ErrorKind::BackendNotFound`] if there is no plugin for the platform in that version.
    /// - [`ErrorKind::InvalidArgument`] if the range cannot be read.
    ///
    /// The context `searched` lists each place with what was there.
    ///
    /// [`ErrorKind::Load`]: neuropod_core::ErrorKind::Load
    /// [`ErrorKind::Forbidden`]: neuropod_core::ErrorKind::Forbidden
    /// [`ErrorKind::BackendNotFound`]: neuropod_core::ErrorKind::BackendNotFound
    /// [`ErrorKind::InvalidArgument`]: neuropod_core::ErrorKind::InvalidArgument
    pub fn find(&self, platform: &str, range: &str) -> Result<Arc<dyn Backend>> {
        select::find(self, platform, range)
    }

    /// Loads a plugin that [`PluginSearch::places`] listed, after its framework.
    ///
    /// # Errors
    ///
    /// What is wrong with the plugin, as [`PluginSearch::find`] says it.
    pub fn load(&self, plugin: &FoundPlugin) -> Result<Arc<dyn Backend>> {
        select::load(self, plugin)
    }

    /// Where plugins' frameworks are looked for.
    fn environments(&self) -> Environments<'_> {
        Environments::new(&self.variables, self.environment.as_deref(), &self.framework_folders)
    }

    fn paths_in_order(&self) -> Vec<(PluginOrigin, PathBuf)> {
        let named = self.paths.iter().map(|path| (PluginOrigin::Program, path.clone()));
        let standard = if self.is_limited { Vec::new() } else { origin::standard(&self.variables) };
        let mut paths: Vec<_> = named.chain(standard).collect();
        let mut seen = HashSet::new();
        paths.retain(|(_, path)| seen.insert(path.canonicalize().unwrap_or_else(|_| path.clone())));
        paths
    }
}
