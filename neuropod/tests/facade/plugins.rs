//! Registered backends come first, then plugins.

use std::env::{self, consts};
use std::fs;
use std::path::PathBuf;
use std::sync::Arc;

use neuropod::backend::Registry;
use neuropod::{ErrorKind, LoadOptions, Neuropod, PluginSearch};

use crate::support::{Folder, addition, floats, options};

/// A search in a folder that holds one plugin, or none.
fn search(folder: &Folder, with_plugin: bool) -> PluginSearch {
    let plugins = folder.join("plugins");
    fs::create_dir_all(plugins.join("fake")).unwrap();
    if with_plugin {
        let description = r#"{"abi": 1, "name": "fake-plugin", "platform": "fake", "version": "3.0.0", "library": "fake_plugin"}"#;
        fs::write(plugins.join("fake/plugin.json"), description).unwrap();
        let name = |name| format!("{}{name}{}", consts::DLL_PREFIX, consts::DLL_SUFFIX);
        let built = examples().join(name("plugin_of_the_tests"));
        fs::copy(&built, plugins.join("fake").join(name("fake_plugin"))).unwrap_or_else(|error| {
            panic!("{}, which `cargo test -p neuropod` builds, cannot be copied: {error}", built.display())
        });
    }
    PluginSearch::new().standard_places(false).path(plugins)
}

fn examples() -> PathBuf {
    env::current_exe().unwrap().ancestors().nth(2).unwrap().join("examples")
}

/// Which backend loads a package, and whether that runs.
fn backend_of(folder: &Folder, options: LoadOptions) -> neuropod::Result<String> {
    let path = folder.join("addition.neuropod");
    if !path.exists() {
        addition().write(&path)?;
    }
    let model = options.load(&path)?;
    let outputs = model.infer([("x", &floats(&[1.0])), ("y", &floats(&[2.0]))])?;
    assert_eq!(outputs["out"], floats(&[3.0]));
    Ok(model.backend().to_string())
}

#[test]
fn a_plugin_is_used_where_no_backend_is_registered() {
    let folder = Folder::new();
    let plugins = search(&folder, true);
    let plugin = "`fake-plugin` 3.0.0 for platform `fake`";
    assert_eq!(backend_of(&folder, Neuropod::options().plugins(plugins.clone())).unwrap(), plugin);
    let empty = Neuropod::options().registry(Arc::new(Registry::new())).plugins(plugins);
    assert_eq!(backend_of(&folder, empty).unwrap(), plugin);
}

#[test]
fn a_registered_backend_comes_first_if_its_version_fits() {
    let folder = Folder::new();
    let plugins = search(&folder, true);
    let with = |range: &str| options().plugins(plugins.clone()).version_range(range);
    assert!(backend_of(&folder, with("*")).unwrap().starts_with("`fake` 1.0.0"));
    assert!(backend_of(&folder, with("^3")).unwrap().starts_with("`fake-plugin` 3.0.0"));
    let error = backend_of(&folder, with("^4")).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::BackendNotFound);
    assert!(
        error.message().contains("`fake` 1.0.0") && error.message().contains("`fake-plugin` 3.0.0"),
        "{error}"
    );
}

#[test]
fn without_a_plugin_the_error_says_where_one_was_looked_for() {
    let folder = Folder::new();
    let error = backend_of(&folder, Neuropod::options().plugins(search(&folder, false))).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::BackendNotFound);
    assert!(error.message().starts_with("no backend is registered for platform `fake`"), "{error}");
    assert!(error.message().contains("no plugin provides platform `fake`"), "{error}");
    assert!(error.context("searched").is_some_and(|place| place.contains("plugins")), "{error:?}");
}

#[test]
fn a_registry_that_was_chosen_is_not_left_for_plugins() {
    let folder = Folder::new();
    let error = backend_of(&folder, Neuropod::options().registry(Arc::new(Registry::new()))).unwrap_err();
    assert!(!error.message().contains("plugin"), "{error}");
}
