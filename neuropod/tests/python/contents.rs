//! What a package of Python code holds. No interpreter is needed for that.

use std::fs;
use std::path::Path;

use neuropod::PythonModel;
use neuropod_package::Package;

use crate::support::{ADDITION, Folders, addition, content};

/// The files under `0`.
fn files(package: &Path) -> Vec<String> {
    let mut files = Package::open(package).unwrap().files().paths();
    files.retain(|path| path.starts_with("0/"));
    files
}

#[test]
fn code_is_packaged_under_its_path_and_every_folder_can_be_imported() {
    let folders = Folders::with(&[
        ("a/__init__.py", "# not packaged"),
        ("a/b/__init__.py", "from . import c"),
        ("a/b/c/model.py", ADDITION),
        ("a/b/c/names.txt", "data"),
        ("a/d/other.py", ""),
        ("e/f.py", "# e.f"),
    ]);
    let path = folders.package("addition");
    let model = PythonModel::new("a.b.c.model", "get_model").code(folders.source(), ["a/b", "./e/"]);
    addition(model).write(&path).unwrap();
    let files = files(&path);
    assert_eq!(
        files,
        [
            "0/code/__init__.py",
            "0/code/a/__init__.py",
            "0/code/a/b/__init__.py",
            "0/code/a/b/c/__init__.py",
            "0/code/a/b/c/model.py",
            "0/code/a/b/c/names.txt",
            "0/code/e/__init__.py",
            "0/code/e/f.py",
            "0/config.json",
        ]
    );
    let empty: Vec<_> = files.iter().filter(|file| content(&path, file).is_empty()).collect();
    assert_eq!(
        empty,
        ["0/code/__init__.py", "0/code/a/__init__.py", "0/code/a/b/c/__init__.py", "0/code/e/__init__.py"]
    );
    assert_eq!(content(&path, "0/code/a/b/__init__.py"), "from . import c");
    assert_eq!(content(&path, "0/code/a/b/c/model.py"), ADDITION);
}

#[test]
fn compiled_and_hidden_files_are_left_out() {
    let folders = Folders::with(&[
        ("model.py", ADDITION),
        ("model.pyc", "x"),
        ("model.pyo", "x"),
        ("a/__pycache__/model.cpython-311.pyc", "x"),
        ("__pycache__/kept.py", "x"),
        (".git/config", "x"),
        (".env", "SECRET=1"),
        ("a/.hidden/b.py", "x"),
        ("only/compiled.pyc", "x"),
    ]);
    #[cfg(unix)]
    std::os::unix::fs::symlink("nowhere", folders.source().join(".git/link")).unwrap();
    let path = folders.package("addition");
    addition(PythonModel::new("model", "get_model").code(folders.source(), ["."])).write(&path).unwrap();
    assert_eq!(files(&path), ["0/code/__init__.py", "0/code/model.py", "0/config.json"]);
}

#[test]
fn a_folder_beside_a_module_of_its_name_does_not_hide_it() {
    let folders = Folders::with(&[("model.py", ADDITION), ("model/names.txt", "a\nb\n")]);
    let path = folders.package("addition");
    addition(PythonModel::new("model", "get_model").code(folders.source(), ["."])).write(&path).unwrap();
    let files = files(&path);
    assert_eq!(files, ["0/code/__init__.py", "0/code/model.py", "0/code/model/names.txt", "0/config.json"]);
}

#[test]
fn modules_and_folders_of_several_roots_stand_side_by_side() {
    let folders = Folders::with(&[("one/a/b.py", ""), ("two/a/c.py", ""), ("three/model.py", ADDITION)]);
    let source = folders.source();
    let path = folders.package("addition");
    let model = PythonModel::new("model", "get_model")
        .code(source.join("one"), ["a"])
        .code(source.join("two"), ["a"])
        .module(source.join("three/model.py"));
    addition(model).write(&path).unwrap();
    assert_eq!(
        files(&path),
        [
            "0/code/__init__.py",
            "0/code/a/__init__.py",
            "0/code/a/b.py",
            "0/code/a/c.py",
            "0/code/model.py",
            "0/config.json",
        ]
    );
}

#[test]
fn data_has_the_names_that_were_given() {
    let folders = Folders::with(&[
        ("model.py", ADDITION),
        ("trained/1.pt", "weights"),
        ("words/.index", "0"),
        ("words/en/list.txt", "a\n"),
    ]);
    let source = folders.source();
    let path = folders.package("addition");
    let model = PythonModel::new("model", "get_model")
        .module(source.join("model.py"))
        .data("weights/encoder.pt", source.join("trained/1.pt"))
        .data("words", source.join("words"));
    addition(model).write(&path).unwrap();
    let files = files(&path);
    let data: Vec<_> = files.iter().filter(|path| path.starts_with("0/data/")).collect();
    assert_eq!(data, ["0/data/weights/encoder.pt", "0/data/words/.index", "0/data/words/en/list.txt"]);
    assert_eq!(content(&path, "0/data/weights/encoder.pt"), "weights");
}

#[test]
fn the_configuration_is_what_the_original_writes() {
    let folders = Folders::with(&[("größe/model.py", ADDITION)]);
    let path = folders.package("addition");
    let model = PythonModel::new("größe.model", "get_model").code(folders.source(), ["größe"]);
    addition(model).write(&path).unwrap();
    assert_eq!(content(&path, "0/config.json"), include_str!("../golden/python.json"));
    let package = Package::open(&path).unwrap();
    assert_eq!(package.definition().platform, "python");
    assert_eq!(package.definition().platform_version_semver, "*");
}

#[test]
fn exact_versions_are_kept_as_they_are() {
    let folders = Folders::with(&[("model.py", ADDITION)]);
    let model = PythonModel::new("model", "get_model").module(folders.source().join("model.py"));
    let path = folders.package("locked");
    let lock = "numpy==1.26.4\nsix==1.17.0\n";
    addition(model.clone().requirements(["numpy"]).requirements_lock(lock)).write(&path).unwrap();
    assert_eq!(content(&path, "0/requirements.lock"), lock);
    let path = folders.package("none");
    addition(model.requirements_lock(lock).requirements([""; 0])).write(&path).unwrap();
    assert!(!Package::open(&path).unwrap().files().contains("0/requirements.lock"));
}

#[test]
fn equal_code_gives_equal_bytes() {
    let mut sources = [("a/model.py", ADDITION), ("a/z.py", "z"), ("a/b/y.py", "y")];
    let first = Folders::with(&sources);
    sources.reverse();
    let folders = [first, Folders::with(&sources)];
    let zips = folders.map(|folders| {
        let path = folders.package("addition");
        let model = PythonModel::new("a.model", "get_model")
            .code(folders.source(), ["a"])
            .data("z.py", folders.source().join("a/z.py"));
        addition(model).write(&path).unwrap();
        fs::read(path).unwrap()
    });
    assert_eq!(zips[0], zips[1]);
}
