//! Which plugin is chosen, and what is said if there is none.

use std::fs;
use std::sync::Arc;
use std::thread;

use neuropod_core::ErrorKind;
use neuropod_plugin::PluginSearch;

use crate::support::*;

#[test]
fn the_highest_version_in_range_is_loaded_from_the_first_place_that_has_one() {
    let (first, second) = (folder(), folder());
    for version in ["1.0.0", "1.10.0", "1.9.0", "2.0.0-beta"] {
        plugin(&first.path().join(version), version);
    }
    plugin(&second.path().join("any"), "3.0.0");
    let search = search([&first, &second]);
    for (range, version) in [
        ("^1", "1.10.0"),
        ("<1.10", "1.9.0"),
        ("1.0.0", "1.0.0"),
        ("2.0.0", "2.0.0-beta"),
        ("*", "2.0.0-beta"),
        ("", "2.0.0-beta"),
        (">=3", "3.0.0"),
    ] {
        assert_eq!(search.find(PLATFORM, range).unwrap().info().version, version, "{range}");
    }
    let error = failure(&search, ">=4");
    assert_eq!(error.kind(), ErrorKind::BackendNotFound);
    assert!(error.message().contains("has a version in `>=4`: found `test` 2.0.0-beta"), "{error}");
    let error = search.find(PLATFORM, "latest").map(|backend| backend.info()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidArgument);
}

#[test]
fn a_plugin_that_knows_its_version_only_when_loaded_comes_last() {
    let root = folder();
    plugin(&root.path().join("a"), "2.0.0");
    describe(&root.path().join("a"), &description(None));
    plugin(&root.path().join("b"), "1.0.0");
    let search = search([&root]);
    assert_eq!(search.find(PLATFORM, "*").unwrap().info().version, "1.0.0");
    assert_eq!(search.find(PLATFORM, "^2").unwrap().info().version, "2.0.0");
    let error = failure(&search, "^3");
    assert!(error.message().contains("found `test` 1.0.0 for platform `testing`, `test` 2.0.0"), "{error}");
}

#[test]
fn a_plugin_that_fails_is_passed_over_and_named_if_nothing_else_fits() {
    let root = folder();
    plugin(&root.path().join("good"), "1.0.0");
    let broken = plugin(&root.path().join("broken"), "2.0.0");
    fs::write(broken.join(file_name("test")), "no library").unwrap();
    let lost = plugin(&root.path().join("lost"), "3.0.0");
    fs::remove_file(lost.join(file_name("test"))).unwrap();
    let search = search([&root]);
    assert_eq!(search.find(PLATFORM, "*").unwrap().info().version, "1.0.0");
    let error = failure(&search, ">=2");
    assert_eq!(error.kind(), ErrorKind::NotFound);
    assert!(error.message().contains("lost/") && error.message().contains("cannot be opened"), "{error}");
    assert!(error.context("also").unwrap().contains("broken"), "{error}");
    assert!(error.context("out of range").unwrap().contains("`test` 1.0.0"), "{error}");
    assert!(error.context("searched").unwrap().contains("(named by the program): 3 plugins"), "{error}");
}

#[test]
fn a_plugin_that_is_not_what_its_description_says_is_refused() {
    for (key, value) in [("name", "other"), ("version", "1.0.1")] {
        let root = folder();
        plugin(root.path(), "1.0.0");
        let mut wrong = description(Some("1.0.0"));
        wrong[key] = value.into();
        describe(root.path(), &wrong);
        let error = failure(&search([&root]), "*");
        assert_eq!(error.kind(), ErrorKind::Load);
        let told = "the library is `test` 1.0.0 for platform `testing`; install the plugin again";
        assert!(error.message().contains(told) && error.message().contains(value), "{error}");
    }
}

#[test]
fn a_library_can_be_named_itself_and_is_held_against_the_platform() {
    let root = folder();
    let library = root.path().join("anything.so");
    compile(&library, &["plugin.c"], &defines("test", "1.0.0"), &[]);
    let search = search([&library]);
    assert_eq!(search.find(PLATFORM, "^1").unwrap().info().version, "1.0.0");
    assert!(failure(&search, "^2").message().contains("found `test` 1.0.0"));
    let error = search.find("torchscript", "*").map(|backend| backend.info()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::BackendNotFound);
    assert!(error.context("searched").unwrap().ends_with(": `test` 1.0.0 for platform `testing`"), "{error}");
}

#[test]
fn no_library_of_another_platform_is_loaded() {
    let root = folder();
    let trace = root.path().join("trace");
    let other = plugin(&root.path().join("other"), "1.0.0");
    let mut flags = defines("test", "1.0.0");
    flags.push(format!("-DTOUCH=\"{}\"", trace.display()));
    compile(&other.join(file_name("test")), &["plugin.c"], &flags, &[]);
    let search = search([&root]);
    let error = search.find("torchscript", "*").map(|backend| backend.info()).unwrap_err();
    let expected = "no plugin provides platform `torchscript`; name its folder with `PluginSearch::path`";
    assert_eq!(error.message(), expected);
    assert_eq!(search.places()[0].plugins().len(), 1);
    assert!(!trace.exists());
    search.find(PLATFORM, "*").unwrap();
    assert!(trace.exists());
}

#[test]
fn a_library_is_loaded_once_however_it_is_found() {
    let root = folder();
    let plugin = plugin(&root.path().join("plugins/it"), "1.0.0");
    let link = root.path().join("link");
    std::os::unix::fs::symlink(&plugin, &link).unwrap();
    let paths =
        [plugin.parent().unwrap().to_path_buf(), link, plugin.clone(), plugin.join(file_name("test"))];
    let find = |index: usize| search([&paths[index % 4]]).find(PLATFORM, "*").unwrap();
    let backends: Vec<_> = thread::scope(|scope| {
        let threads: Vec<_> = (0..8).map(|index| scope.spawn(move || find(index))).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    assert!(backends.iter().all(|backend| Arc::ptr_eq(backend, &backends[0])));
}

#[test]
fn the_environment_is_told_to_the_plugin() {
    let root = folder();
    let relative = root.path().join("relative/../own").display().to_string();
    for (name, own, named, expected) in [
        ("own", "/opt/own", None, "/opt/own"),
        ("relative", "../own", None, &*relative),
        ("named", "/opt/own", Some("/opt/named"), "/opt/named"),
    ] {
        let plugin = plugin(&root.path().join(name), "1.0.0");
        // This one returns the environment as its name.
        compile(&plugin.join(file_name("test")), &["plugin.c"], &defines("environment", "1.0.0"), &[]);
        let mut described = description(Some("1.0.0"));
        described["name"] = expected.into();
        described["environment"] = own.into();
        describe(&plugin, &described);
        let search = search([&plugin]);
        let search = named.into_iter().fold(search, PluginSearch::environment);
        search.find(PLATFORM, "*").unwrap();
    }
}

#[test]
fn what_is_listed_can_be_loaded() {
    let root = folder();
    plugin(&root.path().join("a"), "1.0.0");
    let broken = plugin(&root.path().join("b"), "2.0.0");
    fs::write(broken.join(file_name("test")), "no library").unwrap();
    let search = search([&root]);
    let places = search.places();
    let [a, b] = places[0].plugins() else { panic!("{places:?}") };
    assert_eq!(search.load(a).unwrap().info().version, "1.0.0");
    let error = search.load(b).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Load, "{error}");
    assert!(error.context("plugin").is_some_and(|folder| folder.ends_with("/b")), "{error}");
}

#[test]
fn a_file_in_the_way_of_a_folder_is_no_error() {
    let root = folder();
    fs::write(root.path().join("neuropod"), "the program").unwrap();
    let search = PluginSearch::new().standard_places(false).path(root.path().join("neuropod/plugins-1"));
    assert!(
        matches!(search.places()[0].content, neuropod_plugin::PlaceContent::Missing),
        "{:?}",
        search.places()
    );
}
