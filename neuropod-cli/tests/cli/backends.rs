//! `neuropod backends`

use std::fs;
use std::os::unix::fs::PermissionsExt;

use serde_json::Value;

use crate::support::Folder;

const DESCRIPTION: &str =
    r#"{"abi": 1, "name": "torch", "platform": "torchscript", "version": "2.13.0", "library": "absent"}"#;

fn folder() -> Folder {
    let folder = Folder::new();
    fs::create_dir_all(folder.path("plugins/torch")).unwrap();
    folder.write("plugins/torch/plugin.json", DESCRIPTION);
    folder
}

#[test]
fn what_is_found_and_where_it_is_looked_for() {
    let text = folder().run(&["backends", "--plugin-path=plugins"]).assert_success();
    assert!(text.starts_with("torch 2.13.0\n  platform  torchscript\n  folder    "), "{text}");
    assert!(text.contains("\n  problem   the plugin's library "), "{text}");
    assert!(text.contains("\nsearched\n  plugins (named by the program): searched\n"), "{text}");
    assert!(text.contains("/usr/lib/neuropod/plugins-1 (the system's): "), "{text}");
}

#[test]
fn a_backend_that_cannot_be_used_is_told_with_where_it_was_looked_for() {
    let folder = folder();
    folder.write("addition.pt", "no model");
    let pack =
        ["pack", "torchscript", "--name=a", "--model=addition.pt", "--output=y:float32:n", "a.neuropod"];
    folder.run(&pack).assert_success();
    let run = folder.run(&["infer", "a.neuropod", "--plugin-path=plugins"]);
    run.assert_failure(4, &["the plugin's library ", "searched: plugins", "help: `neuropod backends`"]);
    fs::set_permissions(folder.path("plugins"), fs::Permissions::from_mode(0o777)).unwrap();
    let run = folder.run(&["infer", "a.neuropod", "--plugin-path=plugins"]);
    run.assert_failure(4, &["can be written by everyone", "chmod o-w", "help: `neuropod backends`"]);
}

#[test]
fn json() {
    let json = folder().run(&["backends", "--plugin-path=plugins", "--json"]).assert_success();
    let places: Value = serde_json::from_str(&json).unwrap();
    assert_eq!((&places[0]["path"], &places[0]["status"]), (&"plugins".into(), &"searched".into()));
    let plugin = &places[0]["plugins"][0];
    assert_eq!((&plugin["name"], &plugin["version"]), (&"torch".into(), &"2.13.0".into()));
    assert!(plugin["problem"].is_string());
}

#[test]
fn loading_tells_versions_and_what_is_wrong() {
    let json = folder().run(&["backends", "--plugin-path=plugins", "--load", "--json"]).assert_success();
    let places: Value = serde_json::from_str(&json).unwrap();
    assert!(places[0]["plugins"][0]["problem"].as_str().is_some_and(|problem| problem.contains("absent")));
    let python = &places[1]["plugins"][0];
    assert_eq!((&python["name"], &python["problem"]), (&"python".into(), &Value::Null));
    assert!(python["version"].as_str().is_some_and(|version| version.starts_with("3.")), "{python}");
}
