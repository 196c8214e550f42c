//! The plugin finds TensorFlow by what the program says. Each test runs in a process of its own.

#[path = "../../../neuropod-backend-tf/tests/support/fixtures.rs"]
#[allow(dead_code, reason = "the kit is run by another program")]
mod fixtures;
#[path = "../../support.rs"]
mod support;

use fixtures::TensorFlowModels;
use neuropod_core::{ErrorKind, ModelOptions};
use neuropod_test_utils::MemoryFiles;
use neuropod_test_utils::conformance::{FixtureModel, Fixtures};
use support::{Plugins, add, alone, environment, is_alone, run_with_operator};

/// Writes the models if they are not there: a process of `alone` cannot.
fn write_models() {
    if !is_alone() {
        let backend = neuropod_backend_tf::backend();
        TensorFlowModels::of(&*backend).source(FixtureModel::Addition);
    }
}

#[test]
fn the_programs_environment_is_enough() {
    write_models();
    alone("the_programs_environment_is_enough", || {
        let plugins = Plugins::with_this();
        let search = plugins.search().environment(environment());
        let backend = search.find("tensorflow", "^2.16").unwrap_or_else(|error| panic!("{error:?}"));
        add(&*backend, &TensorFlowModels::of(&*backend));
    });
}

#[test]
fn the_plugins_own_environment_is_enough() {
    write_models();
    alone("the_plugins_own_environment_is_enough", || {
        let own = environment().display().to_string();
        let plugins = Plugins::new().add("this", |description| description["environment"] = own.into());
        let backend = plugins.search().find("tensorflow", "*").unwrap_or_else(|error| panic!("{error:?}"));
        add(&*backend, &TensorFlowModels::of(&*backend));
    });
}

#[test]
fn operators_of_a_package_run() {
    write_models();
    alone("operators_of_a_package_run", || {
        let plugins = Plugins::with_this();
        let search = plugins.search().environment(environment());
        let backend = search.find("tensorflow", "*").unwrap_or_else(|error| panic!("{error:?}"));
        let models = TensorFlowModels::of(&*backend);
        let (files, library) = (models.graph("CustomOp"), models.file("libfancy_add.so"));
        let inputs = [("a", 1.0), ("b", 10.0)];
        assert_eq!(run_with_operator(&*backend, files, library, &inputs, "sum"), [11.0]);
    });
}

#[test]
fn without_tensorflow_a_model_does_not_load() {
    write_models();
    alone("without_tensorflow_a_model_does_not_load", || {
        let plugins = Plugins::with_this();
        let empty = tempfile::tempdir().unwrap();
        let search = plugins.search().environment(empty.path());
        let backend = search.find("tensorflow", "*").unwrap_or_else(|error| panic!("{error:?}"));
        let source = FixtureModel::Addition.source("tensorflow", MemoryFiles::new());
        let error = backend.load(source, &ModelOptions::new()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Load);
        assert!(error.message().contains("pip install tensorflow"), "{error}");
        assert_eq!(backend.check().unwrap_err().message(), error.message());
    });
}
