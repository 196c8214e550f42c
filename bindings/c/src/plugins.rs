//! Where a package's backend comes from.

use std::path::{Path, PathBuf};

use neuropod::PluginSearch;
use neuropod_core::Error;
use neuropod_package::Package;

use crate::failure::Result;

/// What a program says of plugins.
#[derive(Clone, Debug, Default)]
pub(crate) struct Plugins {
    /// Places that come before the standard ones.
    pub(crate) paths: Vec<PathBuf>,
    /// A Python environment with frameworks.
    pub(crate) environment: Option<PathBuf>,
    /// The only places for a platform.
    pub(crate) overrides: Vec<(String, PathBuf)>,
}

impl Plugins {
    /// The search for the backend of the package at a path.
    pub(crate) fn search(&self, package: &Path) -> Result<PluginSearch> {
        let overrides = self.overrides_for(package)?;
        let search = match overrides.is_empty() {
            true => self.paths.iter().fold(PluginSearch::new(), PluginSearch::path),
            false => {
                overrides.into_iter().fold(PluginSearch::new().standard_places(false), PluginSearch::path)
            }
        };
        Ok(match &self.environment {
            Some(environment) => search.environment(environment),
            None => search,
        })
    }

    fn overrides_for(&self, package: &Path) -> Result<Vec<&PathBuf>> {
        if self.overrides.is_empty() {
            return Ok(Vec::new());
        }
        let package = Package::open(package).map_err(Error::from)?;
        let platform = &package.definition().platform;
        Ok(self.overrides.iter().filter(|(known, _)| known == platform).map(|(_, path)| path).collect())
    }
}
