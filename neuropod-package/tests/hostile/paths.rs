//! Entries that are called, or are, what they must not be.

use neuropod_package::{Limits, OpenOptions, PathFlaw, Problem};

use crate::raw_zip::Entry;
use crate::{assert_refused, open_bytes, refused, with};

/// Asserts that a path is refused for that flaw.
fn assert_flaw(path: &str, flaw: PathFlaw) {
    let error = refused(&with([Entry::stored(path, "x")]));
    assert!(matches!(error.problem(), Problem::UnsafePath(found) if *found == flaw), "{error:?}");
    assert_eq!(error.entry(), Some(path));
}

#[test]
fn slips_out_of_the_folder() {
    for path in ["../evil", "0/../../evil", "0/data/..", "..", "../../../../etc/cron.d/evil"] {
        assert_flaw(path, PathFlaw::ParentFolder);
    }
}

#[test]
fn is_absolute() {
    assert_flaw("/etc/passwd", PathFlaw::Absolute);
    assert_flaw("//server/share", PathFlaw::Absolute);
}

#[test]
fn has_a_drive() {
    assert_flaw("C:/Windows/evil.dll", PathFlaw::Drive);
    assert_flaw("c:evil.dll", PathFlaw::Drive);
}

#[test]
fn has_backslashes() {
    for path in ["..\\evil", "0\\data\\model.pt", "\\\\server\\share"] {
        assert_flaw(path, PathFlaw::Backslash);
    }
}

#[test]
fn has_a_nul() {
    assert_flaw("0/data/model.pt\0.txt", PathFlaw::ControlCharacter);
}

#[test]
fn has_control_characters() {
    assert_flaw("a\nb", PathFlaw::ControlCharacter);
    assert_flaw("\x1b[2Ja", PathFlaw::ControlCharacter);
}

#[test]
fn has_empty_parts() {
    assert_flaw("0//data", PathFlaw::EmptyPart);
}

#[test]
fn has_parts_that_stay_where_they_are() {
    assert_flaw("./config.json", PathFlaw::CurrentFolder);
}

#[test]
fn has_no_name() {
    assert_flaw("", PathFlaw::Empty);
}

#[test]
fn is_only_a_separator() {
    assert_flaw("/", PathFlaw::Empty);
}

#[test]
fn is_too_long() {
    assert_flaw(&format!("a{}", "/a".repeat(600)), PathFlaw::TooLong);
    assert_flaw(&"a".repeat(300), PathFlaw::TooLong);
}

#[test]
fn ends_in_what_windows_drops() {
    assert_flaw("config.json.", PathFlaw::TrailingDotOrSpace);
    assert_flaw("0 /data", PathFlaw::TrailingDotOrSpace);
}

#[test]
fn is_not_utf8() {
    let error = refused(&with([Entry::stored(b"0/\xff\xfe", "x")]));
    assert_refused!(error, Problem::PathNotUtf8, Some("0/\u{fffd}\u{fffd}"));
}

#[test]
fn occurs_twice() {
    let zip = with([Entry::stored("a", "good"), Entry::stored("b", "x"), Entry::stored("a", "evil")]);
    assert_refused!(refused(&zip), Problem::Duplicate, Some("a"));
    assert_refused!(refused(&with([crate::config()])), Problem::Duplicate, Some("config.json"));
}

#[test]
fn differs_in_case_alone() {
    let error = refused(&with([Entry::stored("CONFIG.json", "{}")]));
    assert!(matches!(error.problem(), Problem::CaseConflict { .. }), "{error:?}");
    let error = refused(&with([Entry::stored("0/Ä", "x"), Entry::stored("0/ä", "x")]));
    assert!(matches!(error.problem(), Problem::CaseConflict { .. }), "{error:?}");
}

#[test]
fn is_a_file_and_a_folder() {
    let zip =
        with([Entry::stored("0/data", "x"), Entry::stored("0/data-1", "x"), Entry::stored("0/data/a", "x")]);
    assert_refused!(refused(&zip), Problem::FileAndFolder, Some("0/data"));
    let zip = with([Entry::stored("0/data", "x"), Entry::stored("0/data/", "").mode(0o040_755)]);
    assert_refused!(refused(&zip), Problem::FileAndFolder, Some("0/data"));
}

#[test]
fn is_a_symbolic_link() {
    let zip = with([Entry::stored("0/data", "/etc").mode(0o120_777)]);
    assert_refused!(refused(&zip), Problem::Symlink, Some("0/data"));
}

#[test]
fn is_a_device_a_pipe_or_a_socket() {
    for mode in [0o020_666, 0o060_666, 0o010_666, 0o140_666] {
        let zip = with([Entry::stored("a", "").mode(mode)]);
        assert_refused!(refused(&zip), Problem::NotRegular, Some("a"));
    }
}

#[test]
fn is_called_a_file_but_is_a_folder() {
    assert_refused!(refused(&with([Entry::stored("a", "").mode(0o040_755)])), Problem::NotRegular, Some("a"));
    assert_refused!(refused(&with([Entry::stored("a/", "")])), Problem::NotRegular, Some("a"));
}

#[test]
fn is_a_folder_with_content() {
    let zip = with([Entry::stored("a/", "x").mode(0o040_755)]);
    assert_refused!(refused(&zip), Problem::SizesContradict, Some("a"));
}

#[test]
fn are_too_many() {
    let options = OpenOptions::new().limits(Limits { max_entries: 100, ..Limits::default() });
    let zip = with((0..100).map(|index| Entry::stored(format!("{index}"), "")));
    let error = open_bytes(&zip.bytes(), options).unwrap_err();
    assert_refused!(error, Problem::TooManyEntries { found: 101, limit: 100 }, None);
}
