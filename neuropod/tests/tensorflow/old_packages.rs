//! Packages as the original Neuropod 0.2 and 0.3 wrote them, built by hand.

use std::fmt::Write as _;
use std::fs::{self, File};
use std::io::Write as _;
use std::path::{Path, PathBuf};

use neuropod::{Integrity, Tensor};
use sha2::{Digest, Sha256};
use zip::write::SimpleFileOptions;

use crate::models;
use crate::support::{Folder, floats, options};

/// No version range, no devices, no custom operators.
const SHORT_CONFIG: &str = r#"{
    "name": "addition_model",
    "platform": "tensorflow",
    "input_spec": [{
        "dtype": "float32",
        "shape": [null],
        "name": "x"
    }, {
        "dtype": "float32",
        "shape": [null],
        "name": "y"
    }],
    "output_spec": [{
        "dtype": "float32",
        "shape": [null],
        "name": "out"
    }]
}"#;

/// With the blanks that Python 2 left at the ends of lines, a comment, and keys that nobody knows.
const LONG_CONFIG: &str = r#"{
    "custom_ops": [], 
    "default_device": 1, // of a tool around it
    "input_spec": [
        {"dtype": "float32", "name": "x", "shape": ["length"], "description": "one"}, 
        {"dtype": "float32", "name": "y", "shape": ["length"]}
    ], 
    "input_tensor_device": {"x": "GPU", "y": "CPU"}, 
    "name": "addition_model", 
    "output_spec": [{"dtype": "float32", "name": "out", "shape": ["length"]}], 
    "platform": "tensorflow", 
    "platform_version_semver": "*"
}"#;

/// What `pickle.dump({"test_input": ...})` starts with; it is never read.
const PICKLE: &[u8] = b"\x80\x02}q\x00(X\x0a\x00\x00\x00test_inputq\x01";

/// A package's files, by path.
#[derive(Clone)]
struct OldPackage(Vec<(String, Vec<u8>)>);

impl OldPackage {
    fn new(config: &str) -> Self {
        OldPackage(Vec::new()).file("config.json", config)
    }

    fn graph(config: &str, mapping: &str) -> Self {
        OldPackage::new(config)
            .file("0/config.json", mapping)
            .file("0/data/model.pb", models::file("Addition.pb"))
    }

    fn file(mut self, path: &str, content: impl Into<Vec<u8>>) -> Self {
        self.0.push((path.to_owned(), content.into()));
        self
    }

    fn folder(mut self, path: &str, source: &Path) -> Self {
        for entry in fs::read_dir(source).unwrap() {
            let source = entry.unwrap().path();
            let path = format!("{path}/{}", source.file_name().unwrap().to_str().unwrap());
            self = if source.is_dir() {
                self.folder(&path, &source)
            } else {
                self.file(&path, fs::read(&source).unwrap())
            };
        }
        self
    }

    /// As 0.3 does at the end of packaging.
    fn manifest(self) -> Self {
        let hash = |content: &[u8]| {
            Sha256::digest(content).iter().fold(String::new(), |mut text, byte| {
                write!(text, "{byte:02x}").unwrap();
                text
            })
        };
        let files: Vec<_> = self
            .0
            .iter()
            .map(|(path, content)| format!("        \"{path}\": \"{}\"", hash(content)))
            .collect();
        let files = files.join(",\n");
        self.file(
            "manifest.json",
            format!("{{\n    \"files\": {{\n{files}\n    }},\n    \"manifest_version\": 1\n}}"),
        )
    }

    fn write_dir(&self, path: PathBuf) -> PathBuf {
        for (file, content) in &self.0 {
            let file = path.join(file);
            fs::create_dir_all(file.parent().unwrap()).unwrap();
            fs::write(file, content).unwrap();
        }
        fs::create_dir_all(path.join("0/ops")).unwrap(); // made by the packager whatever is in it
        path
    }

    fn write_zip(&self, path: PathBuf) -> PathBuf {
        let mut files = self.0.clone();
        files.sort();
        let mut writer = zip::ZipWriter::new(File::create(&path).unwrap());
        for (file, content) in &files {
            writer.start_file(file, SimpleFileOptions::default().unix_permissions(0o600)).unwrap();
            writer.write_all(content).unwrap();
        }
        writer.finish().unwrap();
        path
    }

    /// Adds with the package, as a folder and as a zip file.
    fn assert_adds(&self) {
        let folder = Folder::new();
        for path in [self.write_dir(folder.join("folder")), self.write_zip(folder.join("file.zip"))] {
            let model = options().load(&path).unwrap_or_else(|error| panic!("{error:?}"));
            let outputs = model.infer([("x", &floats(&[1.0, 2.0])), ("y", &floats(&[3.0, 4.0]))]).unwrap();
            assert_eq!(outputs["out"], floats(&[4.0, 6.0]));
        }
    }
}

#[test]
fn nodes_are_named_with_or_without_an_index() {
    for mapping in [
        r#"{"node_name_mapping": {"y": "y:0", "x": "x:0", "out": "out:0"}, "init_op_names": {}}"#,
        r#"{"node_name_mapping": {"x": "x", "y": "y", "out": "out"}, "init_op_names": []}"#,
        r#"{"node_name_mapping": {"x": "x", "y": "y:0", "out": "out"}} /* no more */"#,
    ] {
        OldPackage::graph(SHORT_CONFIG, mapping).assert_adds();
        OldPackage::graph(LONG_CONFIG, mapping).assert_adds();
    }
}

#[test]
fn the_configuration_under_0_may_hold_the_problem_definition_too() {
    let both = LONG_CONFIG.replacen(
        '{',
        r#"{"node_name_mapping": {"x": "x:0", "y": "y:0", "out": "out:0"}, "init_op_names": [], "#,
        1,
    );
    OldPackage::graph(LONG_CONFIG, &both).assert_adds();
}

#[test]
fn pickled_test_data_is_not_looked_at() {
    let mapping = r#"{"node_name_mapping": {"x": "x:0", "y": "y:0", "out": "out:0"}, "init_op_names": []}"#;
    OldPackage::graph(LONG_CONFIG, mapping).file("test_data.pkl", PICKLE).assert_adds();
}

#[test]
fn a_manifest_is_verified_if_there_is_one() {
    let mapping = r#"{"node_name_mapping": {"x": "x:0", "y": "y:0", "out": "out:0"}, "init_op_names": []}"#;
    let package = OldPackage::graph(LONG_CONFIG, mapping);
    let folder = Folder::new();
    let without = package.write_zip(folder.join("without"));
    let with = package.manifest();
    with.assert_adds();
    let with = with.write_zip(folder.join("with"));
    options().integrity(Integrity::Require).load(with).unwrap();
    assert!(options().integrity(Integrity::Require).load(without).is_err());
}

#[test]
fn saved_models_are_called_by_their_default_signature() {
    let package = OldPackage::new(SHORT_CONFIG).folder("0/data/savedmodel", &models::path("AdditionSaved"));
    package.assert_adds();
    let config = r#"{"node_name_mapping": null, "init_op_names": []}"#;
    package.clone().file("0/config.json", config).manifest().assert_adds();
    package.file("0/config.json", SHORT_CONFIG).assert_adds();
}

#[test]
fn strings_and_initial_operations_work_as_before() {
    let config = r#"{"name": "strings_model", "platform": "tensorflow",
        "input_spec": [{"name": "x", "dtype": "string", "shape": [null]},
                       {"name": "suffix", "dtype": "string", "shape": []}],
        "output_spec": [{"name": "out", "dtype": "string", "shape": [null]}]}"#;
    let mapping =
        r#"{"node_name_mapping": {"x": "x", "suffix": "suffix", "out": "out:0"}, "init_op_names": {}}"#;
    let strings = OldPackage::new(config)
        .file("0/config.json", mapping)
        .file("0/data/model.pb", models::file("Strings.pb"));
    let folder = Folder::new();
    let model = options().load(strings.write_zip(folder.join("strings"))).unwrap();
    let x = Tensor::from_strings([2], &["a", "größe"]).unwrap();
    let suffix = Tensor::from_strings([0; 0], &["!"]).unwrap();
    let outputs = model.infer([("x", &x), ("suffix", &suffix)]).unwrap();
    assert_eq!(outputs["out"], Tensor::from_strings([2], &["a!", "größe!"]).unwrap());

    let config = r#"{"name": "m", "platform": "tensorflow", "platform_version_semver": ">=1.12",
        "input_spec": [{"name": "x", "dtype": "float32", "shape": [null]}],
        "output_spec": [{"name": "out", "dtype": "float32", "shape": [null]}]}"#;
    let mapping = r#"{"node_name_mapping": {"x": "x", "out": "out"}, "init_op_names": ["first", "second"]}"#;
    let variables = OldPackage::new(config)
        .file("0/config.json", mapping)
        .file("0/data/model.pb", models::file("InitOrder.pb"));
    let model = options().load(variables.write_dir(folder.join("variables"))).unwrap();
    assert_eq!(model.infer([("x", &floats(&[2.0]))]).unwrap()["out"], floats(&[20.0]));
}
