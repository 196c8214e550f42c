//! The standard places, in processes with variables of their own.

use std::env;
use std::path::Path;

use neuropod_core::ErrorKind;
use neuropod_plugin::{PluginOrigin, PluginSearch};

use crate::support::*;

#[test]
fn the_variables_lead_to_plugins_in_their_order() {
    let Some(folder) = given_folder() else {
        let root = folder();
        plugin(&root.path().join("listed/it"), "1.0.0");
        plugin(&root.path().join("named"), "2.0.0");
        plugin(&root.path().join("home/.local/share/neuropod/plugins-1/it"), "3.0.0");
        let paths = [root.path().join("none"), root.path().join("listed")];
        let variables = [
            ("NEUROPOD_PLUGIN_PATH", env::join_paths(paths).unwrap()),
            ("HOME", root.path().join("home").into_os_string()),
        ];
        return run_again("standard::the_variables_lead_to_plugins_in_their_order", root.path(), &variables);
    };
    let search = PluginSearch::new();
    let version = |search: &PluginSearch, range| search.find(PLATFORM, range).unwrap().info().version;
    assert_eq!(version(&search, "*"), "1.0.0");
    assert_eq!(version(&search, ">1"), "3.0.0");
    let search = search.path(folder.join("named"));
    assert_eq!(version(&search, "*"), "2.0.0");
    assert_eq!(version(&search, ">2"), "3.0.0");
    let places = search.places();
    let origins: Vec<_> = places.iter().map(|place| place.origin).take(3).collect();
    assert_eq!(origins, [PluginOrigin::Program, PluginOrigin::Variable, PluginOrigin::Variable]);
    assert!(places.iter().any(|place| place.path == Path::new("/usr/lib/neuropod/plugins-1")));

    let error = failure(&search, ">3");
    assert!(error.message().ends_with("or name its folder in the variable NEUROPOD_PLUGIN_PATH"), "{error}");
    let error = failure(&search.standard_places(false), ">2");
    assert_eq!(error.contexts().filter(|(key, _)| *key == "searched").count(), 1);
}

#[test]
fn a_refused_path_of_the_variable_is_the_error() {
    if given_folder().is_none() {
        let root = folder();
        plugin(&root.path().join("open/it"), "1.0.0");
        set_mode(&root.path().join("open"), 0o777);
        let variables = [("NEUROPOD_PLUGIN_PATH", root.path().join("open").into_os_string())];
        return run_again("standard::a_refused_path_of_the_variable_is_the_error", root.path(), &variables);
    }
    let error = failure(&PluginSearch::new(), "*");
    assert_eq!(error.kind(), ErrorKind::Forbidden);
    assert!(error.message().contains("open`") && error.message().contains("chmod o-w"), "{error}");
}
