//! The plugin finds Python by what the program says. Each test runs in a process of its own.

#[path = "../../../neuropod-backend-python/tests/support/fixtures.rs"]
mod fixtures;
#[path = "../../support.rs"]
mod support;

use fixtures::Functions;
use neuropod_core::{ErrorKind, ModelOptions};
use neuropod_test_utils::conformance::{FixtureModel, Fixtures};
use support::{Plugins, add, alone, environment};

#[test]
fn the_programs_environment_is_enough() {
    alone("the_programs_environment_is_enough", || {
        let plugins = Plugins::with_this();
        let search = plugins.search().environment(environment());
        let backend = search.find("python", "^3.10").unwrap_or_else(|error| panic!("{error:?}"));
        add(&*backend, &Functions);
    });
}

#[test]
fn the_plugins_own_environment_is_enough() {
    alone("the_plugins_own_environment_is_enough", || {
        let own = environment().display().to_string();
        let plugins = Plugins::new().add("this", |description| description["environment"] = own.into());
        let backend = plugins.search().find("python", "*").unwrap_or_else(|error| panic!("{error:?}"));
        add(&*backend, &Functions);
    });
}

#[test]
fn an_environment_without_python_is_an_error_that_names_it() {
    alone("an_environment_without_python_is_an_error_that_names_it", || {
        let plugins = Plugins::with_this();
        let empty = tempfile::tempdir().unwrap();
        let search = plugins.search().environment(empty.path());
        let backend = search.find("python", "*").unwrap_or_else(|error| panic!("{error:?}"));
        let source = Functions.source(FixtureModel::Addition).unwrap();
        let error = backend.load(source, &ModelOptions::new()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Load);
        assert!(error.message().contains(&*empty.path().to_string_lossy()), "{error}");
    });
}
