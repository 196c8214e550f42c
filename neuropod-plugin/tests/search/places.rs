//! What is listed for a place, and what is refused.

use std::fs;
use std::path::Path;
use std::process::Command;

use neuropod_core::ErrorKind;
use neuropod_plugin::{PlaceContent, PluginOrigin};

use crate::support::*;

#[test]
fn a_place_lists_its_plugins_and_what_is_wrong_with_them() {
    let root = folder();
    let root = root.path().canonicalize().unwrap();
    plugin(&root.join("a"), "1.0.0");
    describe(&root.join("b"), &description(None));
    fs::create_dir(root.join("c")).unwrap();
    fs::write(root.join("c/plugin.json"), "{").unwrap();
    fs::create_dir(root.join("no-plugin")).unwrap();
    fs::write(root.join("file"), "").unwrap();
    let places = search([&root, &root.join("none"), &root.join("no-plugin"), &root.join("a/..")]).places();
    let listed: Vec<_> = places.iter().map(ToString::to_string).collect();
    let shown = root.display();
    let lines: Vec<_> = listed[0].lines().collect();
    assert_eq!(lines[0], format!("{shown} (named by the program): 3 plugins"));
    assert_eq!(lines[1], format!("  `test` 1.0.0 for platform `testing`, in {shown}/a"));
    let second = format!(
        "  `test` of a version not known before it is loaded for platform `testing`, in {shown}/b: the plugin's \
         library {shown}/b/{} cannot be opened: ",
        file_name("test")
    );
    assert!(lines[2].starts_with(&second), "{}", lines[2]);
    assert!(lines[3].starts_with(&format!("  {shown}/c: the file is not JSON: ")), "{}", lines[3]);
    assert_eq!(listed[1], format!("{shown}/none (named by the program): not there"));
    assert_eq!(listed[2], format!("{shown}/no-plugin (named by the program): no plugins"));
    assert_eq!(listed.len(), 3, "a path is listed twice: {listed:?}");
    assert_eq!(places[0].origin, PluginOrigin::Program);
}

#[test]
fn what_everyone_can_write_is_refused_with_what_to_do() {
    for (path, mode) in
        [("", 0o777), ("", 0o1777), ("it", 0o777), ("it/plugin.json", 0o666), ("it/LIBRARY", 0o666)]
    {
        let root = folder();
        plugin(&root.path().join("it"), "1.0.0");
        let path = root.path().join(path.replace("LIBRARY", &file_name("test")));
        set_mode(&path, mode);
        let search = search([&root]);
        let error = failure(&search, "*");
        assert_eq!(error.kind(), ErrorKind::Forbidden, "{path:?} {error}");
        let advice = format!(
            "`chmod o-w {}`",
            path.canonicalize().unwrap().display().to_string().trim_end_matches('/')
        );
        assert!(error.message().contains(&advice), "{error}");
        assert!(error.context("searched").unwrap().contains(&advice), "{error}");
        let content = &search.places()[0].content;
        assert_eq!(path == root.path().join(""), matches!(content, PlaceContent::Refused(_)), "{content:?}");
        set_mode(&path, 0o755);
        search.find(PLATFORM, "*").unwrap();
    }
}

#[test]
fn a_library_that_everyone_can_write_is_not_loaded_though_it_is_named() {
    let root = folder();
    let library = root.path().join("library.so");
    compile(&library, &["plugin.c"], &defines("test", "1.0.0"), &[]);
    set_mode(&library, 0o777);
    let error = failure(&search([&library]), "*");
    assert_eq!(error.kind(), ErrorKind::Forbidden);
    assert!(error.message().contains("library.so`"), "{error}");
}

#[test]
fn a_description_that_is_a_pipe_is_not_waited_for() {
    let root = folder();
    let pipe = root.path().join("plugin.json");
    assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let listed = search([&root]).places()[0].to_string();
    assert!(listed.contains("expected a file, and ") && listed.ends_with("plugin.json is none"), "{listed}");
}

#[test]
fn the_error_lists_every_place() {
    let (first, second) = (folder(), folder());
    fs::write(first.path().join("text"), "").unwrap();
    let missing = second.path().join("missing");
    let error = failure(&search([first.path(), &missing]), "*");
    assert_eq!(error.kind(), ErrorKind::BackendNotFound);
    let searched: Vec<_> =
        error.contexts().filter(|(key, _)| *key == "searched").map(|(_, text)| text).collect();
    let told = |path: &Path, what: &str| format!("{} (named by the program): {what}", path.display());
    assert_eq!(searched, [told(first.path(), "no plugins"), told(&missing, "not there")]);
    assert_eq!(text(&error).lines().count(), 4);
}
