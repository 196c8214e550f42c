//! A plugin: a crate with a `plugin.json`, and what an installation makes of it.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde_json::Value;

use super::build::{self, Profile};
use super::files::{DATA, Destination};
use crate::environment::Environment;

const DESCRIPTION: &str = "plugin.json";

/// The folders of the plugins' crates.
const FOLDERS: [&str; 3] = ["plugins/python", "plugins/tf", "plugins/torch"];

/// A plugin that is built.
pub(crate) struct Plugin {
    description: Value,
    library: PathBuf,
}

impl Plugin {
    /// Builds every plugin.
    pub(crate) fn build_all(root: &Path, environment: &Environment, profile: Profile) -> Result<Vec<Self>> {
        FOLDERS.into_iter().map(|folder| Plugin::build(root, folder, environment, profile)).collect()
    }

    /// Builds the plugin of a crate's folder.
    fn build(root: &Path, folder: &str, environment: &Environment, profile: Profile) -> Result<Self> {
        let file = root.join(folder).join(DESCRIPTION);
        let text = fs::read(&file).with_context(|| format!("cannot read {}", file.display()))?;
        let description: Value =
            serde_json::from_slice(&text).with_context(|| format!("{} is not JSON", file.display()))?;
        // The library is named for its crate.
        let name = text_of(&description, "library")?.replace('_', "-");
        let library = build::plugin(root, environment, profile, &name)?;
        Ok(Plugin { description, library })
    }

    /// Puts the plugin into a folder of its own in Neuropod's, and notes the environment that has its framework.
    /// A relative one is seen from the plugin's folder.
    pub(crate) fn install(
        &self,
        destination: &Destination,
        neuropod: &str,
        environment: &Path,
    ) -> Result<()> {
        let environment = environment.to_str().context(
            "the cache folder's path is not UTF-8, as plugin.json must be: name another in NEUROPOD_CACHE",
        )?;
        let mut description = self.description.clone();
        description["environment"] = environment.into();
        let text = format!("{description:#}\n");
        let folder = format!("{neuropod}/{}", folder(&self.description)?);
        let name = self.library.file_name().context("a library has a name")?.to_string_lossy();
        destination.copy(&format!("{folder}/{name}"), DATA, &self.library)?;
        destination.write(&format!("{folder}/{DESCRIPTION}"), DATA, text.as_bytes())
    }
}

/// Where programs look for a plugin in Neuropod's folder: `plugins-1/torch-2.13.0` for instance. One that is built
/// for a version of its framework leaves those for others in place.
fn folder(description: &Value) -> Result<String> {
    let abi = description["abi"].as_u64().context("plugin.json has no number `abi`")?;
    let name = text_of(description, "name")?;
    let version = description["version"].as_str().map_or_else(String::new, |version| format!("-{version}"));
    Ok(format!("plugins-{abi}/{name}{version}"))
}

fn text_of<'a>(description: &'a Value, key: &str) -> Result<&'a str> {
    description[key].as_str().with_context(|| format!("plugin.json has no text `{key}`"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn versions_have_folders_of_their_own() {
        let torch = json!({"abi": 1, "name": "torch", "version": "2.13.0"});
        assert_eq!(folder(&torch).unwrap(), "plugins-1/torch-2.13.0");
        let python = json!({"abi": 2, "name": "python"});
        assert_eq!(folder(&python).unwrap(), "plugins-2/python");
        let message = folder(&json!({"abi": 1})).unwrap_err().to_string();
        assert_eq!(message, "plugin.json has no text `name`");
    }

    #[test]
    fn the_environment_is_noted() {
        let scratch = tempfile::tempdir().unwrap();
        let library = scratch.path().join("libneuropod_plugin_fake.so");
        fs::write(&library, "library").unwrap();
        let description = json!({"abi": 1, "name": "fake", "environment": null});
        let plugin = Plugin { description, library };
        let prefix = scratch.path().join("prefix");
        plugin.install(&Destination::new(&prefix), "lib/neuropod", Path::new("/cache/venv")).unwrap();
        let folder = prefix.join("lib/neuropod/plugins-1/fake");
        let written: Value = serde_json::from_slice(&fs::read(folder.join(DESCRIPTION)).unwrap()).unwrap();
        assert_eq!(written, json!({"abi": 1, "name": "fake", "environment": "/cache/venv"}));
        assert_eq!(fs::read(folder.join("libneuropod_plugin_fake.so")).unwrap(), b"library");
    }
}
