//! The standard places, in processes with variables of their own.

use std::env;
use std::path::Path;

use libloading::Library;
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
fn a_program_finds_the_plugins_of_the_python_package_that_it_is_installed_with() {
    let test = "standard::a_program_finds_the_plugins_of_the_python_package_that_it_is_installed_with";
    if given_folder().is_none() {
        let environment = folder();
        plugin(&environment.path().join("lib/python3.11/site-packages/neuropod/plugins-1/it"), "1.0.0");
        let program = environment.path().join("bin/neuropod");
        copy(&env::current_exe().unwrap(), &program);
        return run_program_again(&program, test, environment.path(), &[]);
    }
    let search = PluginSearch::new();
    assert_eq!(search.find(PLATFORM, "*").unwrap().info().version, "1.0.0");
    let places = search.places();
    let place = places.iter().find(|place| !place.plugins().is_empty()).unwrap();
    assert_eq!(place.origin, PluginOrigin::BesideProgram);
}

#[test]
fn a_module_finds_the_plugins_in_its_own_python_package() {
    let example = env::current_exe().unwrap().ancestors().nth(2).unwrap().join("examples");
    let library = example.join(file_name("module"));
    assert!(
        library.is_file(),
        "{} is missing: `cargo test -p neuropod-plugin` builds it, `--test` does not",
        library.display()
    );
    let root = folder();
    let count = |package: &str| {
        let module = root.path().join(package).join("_native.abi3.so");
        copy(&library, &module);
        plugin(&module.with_file_name("plugins-1/it"), "1.0.0");
        // SAFETY: what runs when the library is opened is Rust's, and nothing of it outlives this call.
        let library = unsafe { Library::new(&module) }.unwrap();
        // SAFETY: `examples/module.rs` declares it so.
        let count_plugins = unsafe { library.get::<extern "C" fn() -> usize>(b"count_plugins") }.unwrap();
        count_plugins()
    };
    assert_eq!(count("site-packages/neuropod"), 1);
    assert_eq!(count("site-packages/another"), 0, "a folder of that name elsewhere is not Neuropod's");
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
