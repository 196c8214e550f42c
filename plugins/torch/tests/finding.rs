//! The plugin's libtorch is found by what the program says, in the plugin's version. Each test runs in a
//! process of its own.

#[path = "../../../neuropod-backend-torch/tests/support/fixtures.rs"]
#[allow(dead_code, reason = "the kit is run by another program")]
mod fixtures;
#[path = "../../support.rs"]
mod support;

use fixtures::TorchScriptModels;
use neuropod_core::{Error, ErrorKind};
use neuropod_test_utils::MemoryFiles;
use neuropod_test_utils::conformance::{FixtureModel, Fixtures};
use support::{Plugins, add, alone, environment, has_open, is_alone, run_with_operator};

/// Writes the models if they are not there: a process of `alone` cannot.
fn write_models() {
    if !is_alone() {
        let plugins = Plugins::with_this();
        let backend = plugins.search().find("torchscript", "*").unwrap_or_else(|error| panic!("{error:?}"));
        TorchScriptModels::of(&*backend).source(FixtureModel::Addition);
    }
}

/// This plugin, and one that was built for an older PyTorch.
fn two_versions() -> Plugins {
    Plugins::with_this().add("older", |description| {
        description["version"] = "2.12.0".into();
        description["framework"]["version"] = "~2.12.0".into();
        description["framework"]["install"] = "pip install torch==2.12.0".into();
    })
}

fn assert_says(error: &Error, parts: &[&str]) {
    assert_eq!(error.kind(), ErrorKind::Load, "{error:?}");
    for part in parts {
        assert!(error.message().contains(part), "{part:?} in: {error}");
    }
}

#[test]
fn the_programs_environment_is_enough() {
    write_models();
    alone("the_programs_environment_is_enough", || {
        let plugins = Plugins::with_this();
        let search = plugins.search().environment(environment());
        let backend = search.find("torchscript", "2.13").unwrap_or_else(|error| panic!("{error:?}"));
        add(&*backend, &TorchScriptModels::of(&*backend));
    });
}

#[test]
fn the_plugins_own_environment_is_enough() {
    write_models();
    alone("the_plugins_own_environment_is_enough", || {
        let own = environment().display().to_string();
        let plugins = Plugins::new().add("this", |description| description["environment"] = own.into());
        let backend = plugins.search().find("torchscript", "*").unwrap_or_else(|error| panic!("{error:?}"));
        add(&*backend, &TorchScriptModels::of(&*backend));
    });
}

#[test]
fn operators_of_a_package_run() {
    write_models();
    alone("operators_of_a_package_run", || {
        let plugins = Plugins::with_this();
        let search = plugins.search().environment(environment());
        let backend = search.find("torchscript", "*").unwrap_or_else(|error| panic!("{error:?}"));
        let models = TorchScriptModels::of(&*backend);
        let files = MemoryFiles::new().file("0/data/model.pt", models.file("CustomOp.pt"));
        let library = models.file("libfancy_add.so");
        let outputs = run_with_operator(&*backend, files, library, &[("x", 20.0)], "out");
        assert_eq!(outputs, [41.0]);
    });
}

#[test]
fn without_libtorch_the_error_says_what_to_install() {
    alone("without_libtorch_the_error_says_what_to_install", || {
        let plugins = Plugins::with_this();
        let error = plugins.search().find("torchscript", "*").unwrap_err();
        assert_says(&error, &["PyTorch was not found", "pip install torch==2.13.0", "LIBTORCH"]);
        assert!(!has_open("libneuropod_plugin_torch.so"), "the plugin is loaded after its framework");
    });
}

#[test]
fn a_packages_range_chooses_the_version() {
    write_models();
    alone("a_packages_range_chooses_the_version", || {
        let plugins = two_versions();
        let search = plugins.search().environment(environment());
        // The environment has the other version.
        let error = search.find("torchscript", "~2.12.0").unwrap_err();
        let parts =
            ["PyTorch was not found in version `~2.12.0`", "it is of version 2.13.0", "torch==2.12.0"];
        assert_says(&error, &parts);
        let backend = search.find("torchscript", "~2.13.0").unwrap_or_else(|error| panic!("{error:?}"));
        assert_eq!(backend.info().version, "2.13.0");
        add(&*backend, &TorchScriptModels::of(&*backend));
        assert_eq!(search.find("torchscript", "*").unwrap().info().version, "2.13.0");
        // Now the process has one.
        let error = search.find("torchscript", "~2.12.0").unwrap_err();
        assert_says(&error, &["this process uses another PyTorch already", "of version 2.13.0"]);
    });
}

#[test]
fn a_library_of_another_version_than_its_description_is_refused() {
    alone("a_library_of_another_version_than_its_description_is_refused", || {
        let plugins = Plugins::new().add("wrong", |description| description["version"] = "2.12.0".into());
        let search = plugins.search().environment(environment());
        let error = search.find("torchscript", "*").unwrap_err();
        assert_says(&error, &["is not what its plugin.json says", "2.12.0", "2.13.0"]);
    });
}
