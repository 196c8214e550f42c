//! `neuropod verify`

use std::fs::{self, File};
use std::io::Write;

use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use crate::support::{Folder, PACK_ADDITION, append};

#[test]
fn a_package_that_is_as_it_was_written() {
    let folder = Folder::with_untested_addition();
    let run = folder.run(&["verify", "addition.neuropod", "--require-manifest"]);
    assert_eq!(run.stderr, "", "there is progress, but no terminal");
    let text = run.assert_success();
    assert!(text.starts_with("addition.neuropod: 5 files with "), "{text}");
    assert!(text.ends_with(" verified, as the manifest says\n"), "{text}");
}

#[test]
fn a_file_that_was_changed() {
    let folder = Folder::with_untested_addition();
    folder.run(&[PACK_ADDITION, &["--directory", "directory"]].concat()).assert_success();
    append(&folder.path("directory/0/code/addition.py"), "# changed\n");
    folder.run(&["verify", "directory"]).assert_failure(
        1,
        &["error: the SHA-256 should be ", "  entry: 0/code/addition.py\n", "  package: directory\n"],
    );
}

#[test]
fn a_package_without_a_manifest() {
    let folder = Folder::with_untested_addition();
    folder.run(&[PACK_ADDITION, &["--directory", "directory"]].concat()).assert_success();
    fs::remove_file(folder.path("directory/manifest.json")).unwrap();
    folder.run(&["verify", "directory"]).assert_failure(1, &["there is nothing to verify its files with"]);
    folder
        .run(&["verify", "directory", "--require-manifest"])
        .assert_failure(1, &["error: the package has no manifest.json"]);
}

#[test]
fn a_zip_file_without_a_manifest() {
    let folder = Folder::new();
    let mut zip = ZipWriter::new(File::create(folder.path("plain")).unwrap());
    zip.start_file("config.json", SimpleFileOptions::default()).unwrap();
    zip.write_all(br#"{"name": "plain", "platform": "none"}"#).unwrap();
    zip.finish().unwrap();
    let text = folder.run(&["verify", "plain"]).assert_success();
    assert_eq!(
        text,
        "plain: 1 file with 37 B verified, as the checksums (CRC-32) say; there is no manifest\n"
    );
    folder
        .run(&["verify", "plain", "--require-manifest"])
        .assert_failure(1, &["the package has no manifest.json"]);
}

#[test]
fn what_is_not_there() {
    Folder::new().run(&["verify", "nothing"]).assert_failure(3, &["error: there is nothing at this path"]);
}
