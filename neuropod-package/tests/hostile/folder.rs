//! Packages that are a folder, with more in it than files.

use std::fs;
use std::os::unix::fs::symlink;
use std::os::unix::net::UnixListener;
use std::path::Path;
use std::process::Command;

use neuropod_core::ErrorKind;
use neuropod_package::{Limits, OpenOptions, PackageError, PathFlaw, Problem};
use tempfile::TempDir;

use crate::{CONFIG, assert_refused, open};

/// A package in a folder, to which something hostile is added.
fn package(add: impl FnOnce(&Path)) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir_all(folder.path().join("0/data")).unwrap();
    fs::write(folder.path().join("config.json"), CONFIG).unwrap();
    fs::write(folder.path().join("0/data/model.pt"), "x").unwrap();
    add(folder.path());
    folder
}

fn refused(add: impl FnOnce(&Path)) -> PackageError {
    open(package(add).path(), OpenOptions::new()).expect_err("the package was accepted")
}

fn mkfifo(path: &Path) {
    assert!(Command::new("mkfifo").arg(path).status().unwrap().success());
}

#[test]
fn the_folder_alone_is_accepted() {
    open(package(|_| ()).path(), OpenOptions::new()).unwrap();
}

#[test]
fn a_link_to_a_file() {
    let error = refused(|root| symlink("/etc/passwd", root.join("0/data/a")).unwrap());
    assert_refused!(error, Problem::Symlink, Some("0/data/a"));
}

#[test]
fn a_link_to_a_folder() {
    let error = refused(|root| symlink("/etc", root.join("0/code")).unwrap());
    assert_refused!(error, Problem::Symlink, Some("0/code"));
}

#[test]
fn a_link_to_nothing() {
    let error = refused(|root| symlink("nothing", root.join("a")).unwrap());
    assert_refused!(error, Problem::Symlink, Some("a"));
}

#[test]
fn a_link_to_itself() {
    let error = refused(|root| symlink("loop", root.join("loop")).unwrap());
    assert_refused!(error, Problem::Symlink, Some("loop"));
    let error = refused(|root| symlink("..", root.join("0/up")).unwrap());
    assert_refused!(error, Problem::Symlink, Some("0/up"));
}

#[test]
fn the_problem_definition_as_a_link() {
    let error = refused(|root| {
        fs::rename(root.join("config.json"), root.join("0/real")).unwrap();
        symlink("0/real", root.join("config.json")).unwrap();
    });
    assert_refused!(error, Problem::Symlink, Some("config.json"));
}

#[test]
fn a_pipe_which_nobody_writes_to() {
    let error = refused(|root| mkfifo(&root.join("0/data/pipe")));
    assert_refused!(error, Problem::NotRegular, Some("0/data/pipe"));
}

#[test]
fn the_problem_definition_as_a_pipe() {
    let error = refused(|root| {
        fs::remove_file(root.join("config.json")).unwrap();
        mkfifo(&root.join("config.json"));
    });
    assert_refused!(error, Problem::NotRegular, Some("config.json"));
}

#[test]
fn a_socket() {
    let error = refused(|root| drop(UnixListener::bind(root.join("s")).unwrap()));
    assert_refused!(error, Problem::NotRegular, Some("s"));
}

#[test]
fn a_pipe_instead_of_a_package() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("pipe");
    mkfifo(&path);
    assert_refused!(open(&path, OpenOptions::new()).unwrap_err(), Problem::NotAPackage, None);
}

#[test]
fn a_device_instead_of_a_package() {
    for device in ["/dev/zero", "/dev/null"] {
        assert_refused!(open(Path::new(device), OpenOptions::new()).unwrap_err(), Problem::NotAPackage, None);
    }
}

#[test]
fn nothing_at_the_path() {
    for path in ["/no/such/package", "/etc/passwd/package"] {
        let error = open(Path::new(path), OpenOptions::new()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::NotFound);
        assert_refused!(error, Problem::NotFound, None);
    }
}

#[test]
fn a_name_with_a_backslash() {
    let error = refused(|root| fs::write(root.join("..\\evil"), "x").unwrap());
    assert_refused!(error, Problem::UnsafePath(PathFlaw::Backslash), Some("..\\evil"));
}

#[test]
fn a_name_with_a_line_break() {
    let error = refused(|root| fs::write(root.join("a\nb"), "x").unwrap());
    assert_refused!(error, Problem::UnsafePath(PathFlaw::ControlCharacter), Some("a\nb"));
}

#[cfg(target_os = "linux")]
#[test]
fn a_name_that_is_not_utf8() {
    use std::os::unix::ffi::OsStrExt;
    let error = refused(|root| fs::write(root.join(std::ffi::OsStr::from_bytes(b"\xff")), "x").unwrap());
    assert_refused!(error, Problem::PathNotUtf8, Some("\u{fffd}"));
}

#[test]
fn folders_without_end() {
    let error = refused(|root| fs::create_dir_all(root.join("a/".repeat(600))).unwrap());
    assert!(matches!(error.problem(), Problem::UnsafePath(PathFlaw::TooLong)), "{error:?}");
}

#[test]
fn too_many_files() {
    let package = package(|root| (0..20).for_each(|i| fs::write(root.join(format!("f{i}")), "").unwrap()));
    let options = OpenOptions::new().limits(Limits { max_entries: 10, ..Limits::default() });
    let error = open(package.path(), options).unwrap_err();
    assert_refused!(error, Problem::TooManyEntries { found: 11, limit: 10 }, None);
}

#[test]
fn more_than_the_limit_in_files_with_holes() {
    let error = refused(|root| fs::File::create(root.join("a")).unwrap().set_len(1 << 40).unwrap());
    assert_refused!(error, Problem::TooLarge { .. }, None);
}

#[test]
fn a_file_that_becomes_something_else_later() {
    let folder = package(|_| ());
    let path = folder.path().join("0/data/model.pt");
    let files = open(folder.path(), OpenOptions::new()).unwrap().files();
    let problem = |error: neuropod_core::Error| format!("{error:?}");

    fs::write(&path, "longer").unwrap();
    let told = problem(files.open("0/data/model.pt").map(drop).unwrap_err());
    assert!(told.contains("more or fewer bytes than the declared 1"), "{told}");

    fs::remove_file(&path).unwrap();
    mkfifo(&path);
    let told = problem(files.open_at("0/data/model.pt").unwrap_err());
    assert!(told.contains("only regular files"), "{told}");

    fs::remove_file(&path).unwrap();
    symlink("/etc/passwd", &path).unwrap();
    let told = problem(files.read("0/data/model.pt", 1 << 20).unwrap_err());
    assert!(told.contains("only regular files"), "{told}");

    fs::remove_file(&path).unwrap();
    let error = files.open("0/data/model.pt").map(drop).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound);
}

#[test]
fn requests_that_leave_the_package() {
    let folder = package(|_| ());
    let files = open(folder.path(), OpenOptions::new()).unwrap().files();
    for path in [
        "../secret",
        "/etc/passwd",
        "0/../config.json",
        "./config.json",
        "",
        "0/data/",
        "config.json/",
        "0//data",
    ] {
        assert_eq!(files.path(path).unwrap_err().kind(), ErrorKind::NotFound, "{path}");
        assert_eq!(files.open(path).map(drop).unwrap_err().kind(), ErrorKind::NotFound, "{path}");
    }
}
