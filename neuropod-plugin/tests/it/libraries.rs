//! Files that are no plugins.

use std::fs;

use neuropod_core::ErrorKind;

use crate::compile;
use crate::support::example;

#[test]
fn a_missing_file_is_not_found() {
    let error = neuropod_plugin::load("no/such/plugin.so".as_ref(), None).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound);
    assert_eq!(error.context("library"), Some("no/such/plugin.so"));
}

#[test]
fn a_truncated_library_is_refused_before_it_is_opened() {
    let folder = tempfile::tempdir().unwrap();
    let whole = fs::read(example("fake_plugin")).unwrap();
    for len in [20, 64, 1000, whole.len() / 2, whole.len() - 1] {
        let path = folder.path().join(format!("{len}.so"));
        fs::write(&path, &whole[..len]).unwrap();
        let error = neuropod_plugin::load(&path, None).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Load, "{len}: {error}");
    }
}

#[test]
fn what_is_no_library_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("text.so");
    fs::write(&path, "no library at all").unwrap();
    let error = neuropod_plugin::load(&path, None).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Load);
    // The system's reason is there.
    assert!(error.message().contains("text.so"), "{error}");
    let error = neuropod_plugin::load(folder.path(), None).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Io, "{error}");
}

#[test]
fn another_library_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let source = folder.path().join("other.c");
    fs::write(&source, "int seven(void);\nint seven(void) { return 7; }\n").unwrap();
    let library = compile::library(source.to_str().unwrap(), "other", &[]);
    let error = neuropod_plugin::load(&library, None).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Load);
    assert!(error.message().starts_with("this is no plugin of Neuropod: it exports no function"), "{error}");
}
