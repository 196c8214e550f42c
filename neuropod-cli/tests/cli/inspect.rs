//! `neuropod inspect`

use std::fs;
use std::io::Read;
use std::process::Stdio;

use serde_json::{Value, json};

use crate::support::{Folder, PACK_ADDITION};

#[test]
fn what_a_package_is() {
    let folder = Folder::with_untested_addition();
    let text = folder.run(&["inspect", "addition.neuropod"]).assert_success();
    for line in [
        "name        addition\n",
        "platform    python *\n",
        "custom ops  none\n",
        "test data   none\n",
        "\ninputs\n  x  float32  [n]\n  y  float32  [n]\n",
        "\noutputs\n  out  float32  [n]\n",
        "\nfiles\n  0/code/__init__.py  0 B",
        "  sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\n",
    ] {
        assert!(text.contains(line), "`{line}` is not in {text}");
    }
    assert!(!text.contains('\u{1b}'), "there are colours, but no terminal");
}

/// The schema that the documentation promises.
#[test]
fn json() {
    let folder = Folder::with_untested_addition();
    let json = folder.run(&["inspect", "addition.neuropod", "--json"]).assert_success();
    let mut description: Value = serde_json::from_str(&json).unwrap();
    let size = fs::metadata(folder.path("addition.neuropod")).unwrap().len();
    assert_eq!(description["package_size"], size);
    let files = description["files"].take();
    let sizes = files.as_array().unwrap().iter().map(|file| file["size"].as_u64().unwrap());
    assert_eq!(description["unpacked_size"], sizes.sum::<u64>());
    assert_eq!(files[0]["path"], "0/code/__init__.py");
    assert_eq!(files[0]["sha256"].as_str().unwrap().len(), 64);
    let manifest = files.as_array().unwrap().iter().find(|file| file["path"] == "manifest.json").unwrap();
    assert_eq!(manifest["sha256"], Value::Null);
    let object = description.as_object_mut().unwrap();
    for key in ["files", "package_size", "unpacked_size"] {
        assert!(object.remove(key).is_some());
    }
    let expected = json!({
        "schema_version": 1,
        "name": "addition",
        "platform": "python",
        "platform_version": "*",
        "inputs": [
            {"name": "x", "dtype": "float32", "shape": ["n"], "device": "GPU"},
            {"name": "y", "dtype": "float32", "shape": ["n"], "device": "GPU"},
        ],
        "outputs": [{"name": "out", "dtype": "float32", "shape": ["n"]}],
        "custom_ops": [],
        "test_data": false,
        "manifest": true,
        "format": "zip",
    });
    assert_eq!(description, expected);
}

#[test]
fn a_directory_without_a_manifest() {
    let folder = Folder::with_untested_addition();
    folder.run(&[PACK_ADDITION, &["--directory", "directory"]].concat()).assert_success();
    fs::remove_file(folder.path("directory/manifest.json")).unwrap();
    let text = folder.run(&["inspect", "directory"]).assert_success();
    assert!(text.contains("package     directory, "), "{text}");
    assert!(text.contains("manifest    none: there are no hashes to verify the files with"), "{text}");
    assert!(!text.contains("sha256"), "{text}");
    let json = folder.run(&["inspect", "directory", "--json"]).assert_success();
    let description: Value = serde_json::from_str(&json).unwrap();
    assert_eq!((&description["format"], &description["manifest"]), (&json!("directory"), &json!(false)));
    assert!(description["files"].as_array().unwrap().iter().all(|file| file["sha256"].is_null()));
}

#[test]
fn a_file_that_the_manifest_does_not_list() {
    let folder = Folder::with_untested_addition();
    folder.run(&[PACK_ADDITION, &["--directory", "directory"]].concat()).assert_success();
    fs::write(folder.path("directory/extra"), "").unwrap();
    let text = folder.run(&["inspect", "directory"]).assert_success();
    assert!(
        text.lines().any(|line| line.starts_with("  extra ") && line.ends_with("not in the manifest")),
        "{text}"
    );
}

#[test]
fn what_is_no_package() {
    let folder = Folder::new();
    folder.write("text", "no zip file");
    folder
        .run(&["inspect", "nothing"])
        .assert_failure(3, &["error: there is nothing at this path\n  package: nothing\n"]);
    folder.run(&["inspect", "text"]).assert_failure(1, &["error: this is no zip file"]);
    folder.run(&["inspect", "."]).assert_failure(1, &["error: the package has no config.json"]);
}

#[test]
fn a_reader_that_has_enough_is_no_error() {
    let folder = Folder::with_untested_addition();
    let mut command = folder.command(&["inspect", "addition.neuropod"]);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take()); // before anything can be written, or else after: both are to be quiet
    let mut stderr = String::new();
    child.stderr.take().unwrap().read_to_string(&mut stderr).unwrap();
    assert_eq!((child.wait().unwrap().code(), stderr.as_str()), (Some(0), ""));
}
