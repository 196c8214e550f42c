//! Manifests that do not fit their package.

use neuropod_core::ErrorKind;
use neuropod_package::{Integrity, OpenOptions, PackageError, Problem};

use crate::raw_zip::{Entry, Zip};
use crate::{assert_refused, open_bytes, refused, with};

/// The SHA-256 of `config.json`, and of `x`.
const CONFIG_HASH: &str = "f7877b905f32388caf5bb08f4e141eeec557c5ae42cae18d8580e2b3fc867806";
const X_HASH: &str = "2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881";

fn with_manifest(files: &str, version: &str) -> Zip {
    let json = format!(r#"{{"manifest_version": {version}, "files": {files}}}"#);
    with([Entry::stored("a", "x"), Entry::stored("manifest.json", json)])
}

fn with_files(files: &[(&str, &str)]) -> Zip {
    let pairs: Vec<String> = files.iter().map(|(path, hash)| format!("{path:?}: {hash:?}")).collect();
    with_manifest(&format!("{{{}}}", pairs.join(", ")), "1")
}

fn manifest_refused(json: impl AsRef<[u8]>) -> PackageError {
    refused(&with([Entry::stored("manifest.json", json)]))
}

#[test]
fn the_right_one_is_accepted() {
    let zip = with_files(&[("config.json", CONFIG_HASH), ("a", X_HASH)]);
    let package = open_bytes(&zip.bytes(), OpenOptions::new().integrity(Integrity::Require)).unwrap();
    assert_eq!(package.manifest().unwrap().hash("a"), Some(X_HASH));
}

#[test]
fn has_a_wrong_hash() {
    let wrong = X_HASH.replace('2', "3");
    let zip = with_files(&[("config.json", CONFIG_HASH), ("a", &wrong)]);
    let error = refused(&zip);
    assert!(
        matches!(error.problem(), Problem::WrongHash { expected, found } if *expected == wrong && found == X_HASH),
        "{error:?}"
    );
    assert_eq!((error.kind(), error.entry()), (ErrorKind::Integrity, Some("a")));

    // Whoever does not ask for it gets no verification; whoever asks later gets it then.
    let package = open_bytes(&zip.bytes(), OpenOptions::new().integrity(Integrity::Skip)).unwrap();
    assert_refused!(package.verify().unwrap_err(), Problem::WrongHash { .. }, Some("a"));
}

#[test]
fn has_a_wrong_hash_that_is_found_while_the_package_is_loaded() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("hostile.neuropod");
    let wrong = X_HASH.replace('2', "3");
    std::fs::write(&path, with_files(&[("config.json", CONFIG_HASH), ("a", &wrong)]).bytes()).unwrap();
    let (package, verification) = OpenOptions::new().open_concurrently(&path).unwrap();
    assert_eq!(package.definition().name, "x");
    assert_refused!(verification.finish().unwrap_err(), Problem::WrongHash { .. }, Some("a"));
}

#[test]
fn has_the_wrong_hash_of_the_problem_definition() {
    let error = refused(&with_files(&[("config.json", X_HASH), ("a", X_HASH)]));
    assert_refused!(error, Problem::WrongHash { .. }, Some("config.json"));
}

#[test]
fn leaves_a_file_out() {
    let error = refused(&with_files(&[("config.json", CONFIG_HASH)]));
    assert_refused!(error, Problem::NotInManifest, Some("a"));
}

#[test]
fn lists_a_file_that_is_not_there() {
    let error =
        refused(&with_files(&[("config.json", CONFIG_HASH), ("a", X_HASH), ("0/data/model.pt", X_HASH)]));
    assert_refused!(error, Problem::MissingFile, Some("0/data/model.pt"));
}

#[test]
fn lists_a_file_outside_the_package() {
    let error =
        refused(&with_files(&[("config.json", CONFIG_HASH), ("a", X_HASH), ("../../etc/passwd", X_HASH)]));
    assert_refused!(error, Problem::MissingFile, Some("../../etc/passwd"));
}

#[test]
fn is_required_but_missing() {
    let error = open_bytes(&with([]).bytes(), OpenOptions::new().integrity(Integrity::Require)).unwrap_err();
    assert_refused!(error, Problem::NoManifest, None);
}

#[test]
fn is_no_json() {
    assert_refused!(manifest_refused("manifest"), Problem::Manifest(_), Some("manifest.json"));
    assert_refused!(manifest_refused(""), Problem::Manifest(_), Some("manifest.json"));
    assert_refused!(manifest_refused(b"{\"\xff"), Problem::Manifest(_), Some("manifest.json"));
}

#[test]
fn is_something_else() {
    assert_refused!(manifest_refused("[1, 2]"), Problem::Manifest(_), Some("manifest.json"));
    assert_refused!(
        manifest_refused(r#"{"manifest_version": 1}"#),
        Problem::Manifest(_),
        Some("manifest.json")
    );
}

#[test]
fn is_nested_deeply() {
    let json = format!(r#"{{"manifest_version": 1, "files": {}"#, r#"{"a":"#.repeat(1_000_000));
    assert_refused!(manifest_refused(json), Problem::Manifest(_), Some("manifest.json"));
    let json = format!(r#"{{"extra": {}"#, "[".repeat(1_000_000));
    assert_refused!(manifest_refused(json), Problem::Manifest(_), Some("manifest.json"));
}

#[test]
fn has_an_unknown_version() {
    let error = refused(&with_manifest("{}", "2"));
    assert_refused!(error, Problem::ManifestVersion(2), Some("manifest.json"));
}

#[test]
fn has_a_hash_that_is_none() {
    for hash in ["", "abc", &X_HASH.to_uppercase(), &format!("{X_HASH}0"), &"é".repeat(32)] {
        let error = refused(&with_files(&[("config.json", CONFIG_HASH), ("a", hash)]));
        assert_refused!(error, Problem::Manifest(_), Some("manifest.json"));
    }
}

#[test]
fn has_a_file_twice() {
    let files = format!(r#"{{"a": "{X_HASH}", "a": "{CONFIG_HASH}"}}"#);
    assert_refused!(refused(&with_manifest(&files, "1")), Problem::Manifest(_), Some("manifest.json"));
}

#[test]
fn is_huge() {
    let error = manifest_refused(vec![b' '; 17 << 20]);
    assert_refused!(error, Problem::FileTooLarge { .. }, Some("manifest.json"));
}
