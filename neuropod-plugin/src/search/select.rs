//! Choosing a plugin for a platform.

use std::cmp::Reverse;
use std::path::Path;
use std::sync::Arc;

use neuropod_core::{Backend, Error, ErrorKind, Result, VersionRange};
use node_semver::Version;

use super::loaded::{load_alone, load_described};
use super::{FoundPlugin, PlaceContent, PluginPlace, PluginSearch};
use crate::PluginDescription;
use crate::framework::Environments;

pub(super) fn find(search: &PluginSearch, platform: &str, range: &str) -> Result<Arc<dyn Backend>> {
    let mut attempt = Attempt {
        search,
        platform,
        wanted: VersionRange::parse(range)?,
        environments: search.environments(),
        searched: Vec::new(),
        other_versions: Vec::new(),
        failures: Vec::new(),
        refusals: Vec::new(),
    };
    for (origin, path) in search.paths_in_order() {
        if let Some(backend) = attempt.place(PluginPlace::look(origin, path)) {
            return Ok(backend);
        }
    }
    Err(attempt.not_found(range))
}

/// The backend of a plugin, whatever its platform and version.
pub(super) fn load(search: &PluginSearch, plugin: &FoundPlugin) -> Result<Arc<dyn Backend>> {
    // What was wrong with it may be mended.
    let description = PluginDescription::read(&plugin.folder)?;
    let loaded = load_described(plugin, &description, &search.environments());
    loaded.map_err(|error| error.with("plugin", plugin.folder.display().to_string()))
}

/// One search, with what it has come across.
struct Attempt<'a> {
    search: &'a PluginSearch,
    platform: &'a str,
    wanted: VersionRange,
    environments: Environments<'a>,
    /// The places, with what was there.
    searched: Vec<String>,
    /// Plugins for the platform whose version is out of range.
    other_versions: Vec<String>,
    /// Plugins for the platform that could not be used.
    failures: Vec<Error>,
    /// What is in a place that was asked for by name, and was refused.
    refusals: Vec<Error>,
}

impl Attempt<'_> {
    /// The backend that a place provides.
    fn place(&mut self, place: PluginPlace) -> Option<Arc<dyn Backend>> {
        self.searched.push(place.to_string().replace("\n  ", "; "));
        let is_named = place.origin.is_named();
        match place.content {
            PlaceContent::Plugins(mut plugins) => {
                plugins.sort_by_key(preference);
                plugins.into_iter().find_map(|plugin| self.plugin(plugin, is_named))
            }
            PlaceContent::Library => self.library(&place.path),
            PlaceContent::Refused(error) if is_named => {
                self.refusals.push(error);
                None
            }
            PlaceContent::Refused(_) | PlaceContent::Missing | PlaceContent::Unreadable(_) => None,
        }
    }

    /// The backend of a plugin, if that is for the platform and has the right version.
    fn plugin(&mut self, mut plugin: FoundPlugin, is_named: bool) -> Option<Arc<dyn Backend>> {
        let problem = plugin.problem.take();
        let Some(description) = plugin.description.clone() else {
            self.refusals.extend(problem.filter(|error| is_named && error.kind() == ErrorKind::Forbidden));
            return None;
        };
        if description.platform != self.platform {
            return None;
        }
        if description.version.as_ref().is_some_and(|version| !self.wanted.contains(version)) {
            self.other_versions.push(description.to_string());
            return None;
        }
        let loaded = match problem {
            Some(problem) => Err(problem),
            None => load_described(&plugin, &description, &self.environments),
        };
        self.suitable(loaded.map_err(|error| error.with("plugin", plugin.folder.display().to_string())))
    }

    /// The backend of a library that the program named.
    fn library(&mut self, path: &Path) -> Option<Arc<dyn Backend>> {
        let loaded = load_alone(path, self.search.environment.as_deref());
        if let (Ok(backend), Some(text)) = (&loaded, self.searched.last_mut()) {
            text.push_str(&format!(": {}", backend.info()));
        }
        self.suitable(loaded.map_err(|error| error.with("plugin", path.display().to_string())))
    }

    /// What was loaded, if that did not fail and it turns out to be what is wanted.
    fn suitable(&mut self, loaded: Result<Arc<dyn Backend>>) -> Option<Arc<dyn Backend>> {
        let backend = match loaded {
            Ok(backend) => backend,
            Err(error) => {
                tracing::debug!(%error, "a plugin cannot be used");
                self.failures.push(error);
                return None;
            }
        };
        let info = backend.info();
        if info.platform != self.platform {
            return None;
        }
        if self.wanted.contains(&info.version) {
            return Some(backend);
        }
        self.other_versions.push(info.to_string());
        None
    }

    #[cold]
    fn not_found(self, range: &str) -> Error {
        let message = self.advice(range);
        let mut errors = self.failures.into_iter().chain(self.refusals);
        let mut error = errors.next().unwrap_or_else(|| Error::new(ErrorKind::BackendNotFound, message));
        for other in errors {
            error = error.with("also", other.to_string());
        }
        for version in self.other_versions {
            error = error.with("out of range", version);
        }
        self.searched.into_iter().fold(error, |error, place| error.with("searched", place))
    }

    /// What is missing and what to do.
    fn advice(&self, range: &str) -> String {
        let platform = self.platform;
        let found = match &self.other_versions[..] {
            [] => format!("no plugin provides platform `{platform}`"),
            versions => {
                format!(
                    "no plugin for platform `{platform}` has a version in `{range}`: found {}",
                    versions.join(", ")
                )
            }
        };
        let named = if self.search.is_limited {
            "name its folder with `PluginSearch::path`"
        } else {
            "install it into one of the folders that were searched, or name its folder in the variable \
             NEUROPOD_PLUGIN_PATH"
        };
        format!("{found}; {named}")
    }
}

/// The highest version first, then what has none; else the order stays.
fn preference(plugin: &FoundPlugin) -> (bool, Reverse<Option<Version>>) {
    let version = plugin.description.as_ref().and_then(|description| description.parsed_version());
    (version.is_none(), Reverse(version))
}
