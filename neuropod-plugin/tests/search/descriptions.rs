//! `plugin.json`, right and wrong.

use std::fs;
use std::path::Path;

use neuropod_core::ErrorKind;
use neuropod_plugin::PluginDescription;
use serde_json::{Value, json};

use crate::support::*;

fn full() -> Value {
    json!({
        "abi": 1, "name": "torch", "platform": "torchscript", "version": "2.13.0",
        "library": "neuropod_plugin_torch",
        "framework": {
            "name": "PyTorch", "variable": "LIBTORCH", "python_package": "torch",
            "install": "pip install torch==2.13.0", "version": "~2.13.0", "folder": "./lib",
            "libraries": ["c10", "libtorch_cpu.so.2"],
        },
        "environment": "/opt/venv",
        "later": { "unknown": ["keys", "are", "ignored"] },
    })
}

#[test]
fn every_key_is_read_and_unknown_ones_are_ignored() {
    let root = folder();
    describe(root.path(), &full());
    let read = PluginDescription::read(root.path()).unwrap();
    assert_eq!(read.to_string(), "`torch` 2.13.0 for platform `torchscript`");
    assert_eq!(read.environment.as_deref(), Some(Path::new("/opt/venv")));
    let framework = read.framework.unwrap();
    assert_eq!(framework.folder, Path::new("lib"));
    assert_eq!(framework.libraries, ["c10", "libtorch_cpu.so.2"]);

    let least = json!({ "abi": 1, "name": "n", "platform": "p", "library": "l", "version": null });
    describe(root.path(), &least);
    let read = PluginDescription::read(root.path()).unwrap();
    assert_eq!((read.version, read.framework, read.environment), (None, None, None));
}

#[test]
fn a_wrong_key_is_named_with_what_was_expected() {
    let root = folder();
    for (path, value, expected) in [
        ("/abi", json!("1"), "`abi`: expected a whole number, found \"1\""),
        ("/abi", json!(-1), "`abi`: expected a whole number, found -1"),
        ("/abi", Value::Null, "`abi`: expected a whole number"),
        ("/name", json!(""), "`name`: expected a text in quotes"),
        ("/name", json!("a\u{1b}[2J"), "found \"a\\u001b[2J\""),
        ("/platform", json!(["torchscript"]), "`platform`: expected a text in quotes"),
        ("/version", json!(2.13), "`version`: expected a semantic version such as \"2.13.0\", found 2.13"),
        ("/version", json!("2.13"), "`version`: expected a semantic version"),
        ("/library", json!("../evil"), "`library`: expected a library's base name without folders and `..`"),
        ("/library", json!("a/b"), "`library`: "),
        ("/library", json!("a\\b"), "`library`: "),
        ("/library", json!(".."), "`library`: "),
        ("/library", json!("."), "`library`: "),
        ("/library", json!("a\u{0}b"), "`library`: "),
        ("/framework", json!("torch"), "`framework`: expected an object, found \"torch\""),
        ("/framework/name", json!(7), "`framework.name`: expected a text"),
        ("/framework/variable", json!("A=B"), "`framework.variable`: expected a name of letters"),
        (
            "/framework/python_package",
            json!("torch; import x"),
            "`framework.python_package`: expected a name",
        ),
        ("/framework/python_package", json!("os.path"), "`framework.python_package`: expected a name"),
        ("/framework/version", json!("about two"), "`framework.version`: expected a version range as npm"),
        ("/framework/folder", json!("/lib"), "`framework.folder`: expected a relative path without `..`"),
        ("/framework/folder", json!("lib/../.."), "`framework.folder`: expected a relative path"),
        (
            "/framework/libraries",
            json!([]),
            "`framework.libraries`: expected a list of one or more libraries",
        ),
        ("/framework/libraries", json!("c10"), "`framework.libraries`: expected a list"),
        ("/framework/libraries", json!(["c10", "x/y"]), "`framework.libraries`: expected a list"),
        ("/environment", json!({}), "`environment`: expected a text in quotes"),
    ] {
        let mut wrong = full();
        *wrong.pointer_mut(path).unwrap() = value;
        describe(root.path(), &wrong);
        let error = PluginDescription::read(root.path()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Load, "{path}");
        assert!(error.message().contains(expected), "{path}: {error}");
        assert!(error.context("file").unwrap().ends_with("plugin.json"), "{error}");
        assert!(!error.to_string().contains(char::is_control), "{error:?}");
    }
}

#[test]
fn no_content_of_the_file_is_taken_for_a_plugin_or_ends_the_program() {
    let root = folder();
    let file = root.path().join("plugin.json");
    let right = full().to_string();
    let nested = "[".repeat(60_000);
    let large = format!("{right}{}", " ".repeat(64 << 10));
    let long = right.replace("torchscript\"", &format!("{}\"", "x\\u0000".repeat(1000)));
    let contents =
        ["", "{", "null", "[]", "7", "\"plugin\"", "{}", "\u{feff}{}", &nested, &large, &long, "{\"abi\":1}"];
    let contents = contents.into_iter().map(|content| content.as_bytes().to_vec());
    let cut_off = (0..right.len()).map(|end| right.as_bytes()[..end].to_vec());
    for content in contents.chain(cut_off).chain([vec![0xff, 0xfe], vec![0; 1000]]) {
        fs::write(&file, &content).unwrap();
        let error = PluginDescription::read(root.path()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Load, "{error}");
        assert!(error.message().len() < 400, "{error}");
        assert!(search([&root]).places()[0].plugins()[0].problem.is_some());
    }
    fs::remove_file(&file).unwrap();
    assert_eq!(PluginDescription::read(root.path()).unwrap_err().kind(), ErrorKind::NotFound);
    fs::create_dir(&file).unwrap();
    assert_eq!(PluginDescription::read(root.path()).unwrap_err().kind(), ErrorKind::Io);
}

#[test]
fn a_plugin_for_another_interface_is_not_loaded_and_says_so() {
    let root = folder();
    plugin(root.path(), "1.0.0");
    let mut other = description(Some("1.0.0"));
    other["abi"] = 2.into();
    describe(root.path(), &other);
    let error = failure(&search([&root]), "*");
    assert_eq!(error.kind(), ErrorKind::Unsupported);
    assert!(
        error.message().starts_with("the plugin is built for version 2 of the plugin interface, and"),
        "{error}"
    );

    // Its keys may be others, and that is not what is wrong with it.
    describe(root.path(), &json!({ "abi": 2, "title": "test" }));
    let error = PluginDescription::read(root.path()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unsupported);
    assert!(failure(&search([&root]), "*").context("searched").unwrap().contains("version 2 of the plugin"));
}
