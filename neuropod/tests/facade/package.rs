//! Packaging with a self-test.

use std::sync::{Arc, Mutex};
use std::{fs, io};

use neuropod::{Compression, Error, ErrorKind};
use neuropod_package::Package;

use crate::support::{Folder, addition, fake, floats, options, vector};

#[test]
fn a_tested_package_carries_its_test_data() {
    let folder = Folder::new();
    let path = folder.join("addition.neuropod");
    let tested = addition()
        .test_input("x", floats(&[1.0]))
        .test_input("y", floats(&[2.0]))
        .test_output("out", floats(&[3.000_001]));
    tested.clone().write(&path).unwrap();
    let data = Package::open(&path).unwrap().test_data().unwrap().expect("the test data is kept");
    assert_eq!(data.inputs.len(), 2);
    assert_eq!(data.outputs[0], ("out".to_owned(), floats(&[3.000_001])));

    let without = folder.join("without.neuropod");
    tested.persist_test_data(false).write(&without).unwrap();
    assert!(Package::open(&without).unwrap().test_data().unwrap().is_none());
    assert_eq!(folder.names().len(), 2, "{:?}", folder.names());
}

#[test]
fn a_package_whose_test_fails_is_not_written() {
    let folder = Folder::new();
    let wrong = addition()
        .test_input("x", floats(&[1.0, 2.0]))
        .test_input("y", floats(&[3.0, 4.0]))
        .test_output("out", floats(&[4.0, 7.0]));
    let error = wrong.clone().write(folder.join("zip")).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::SelfTest);
    assert_eq!(error.context("output"), Some("out"));
    assert!(error.to_string().contains("element 1 should be 7, but is 6"), "{error}");
    assert_eq!(wrong.write_dir(folder.join("folder")).unwrap_err().kind(), ErrorKind::SelfTest);
    let error = fake("fails", "fail broken")
        .output(vector("y"))
        .test_output("y", floats(&[1.0]))
        .write(folder.join("fails"))
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Model);
    assert!(folder.names().is_empty(), "{:?}", folder.names());
}

#[test]
fn a_tester_of_the_callers_replaces_the_test_in_this_process() {
    let folder = Folder::new();
    let path = folder.join("fails");
    let seen = Arc::new(Mutex::new(None));
    let tested = {
        let seen = Arc::clone(&seen);
        fake("fails", "fail broken").output(vector("y")).test_output("y", floats(&[1.0])).tester(
            move |staged, data| {
                // A package that can be loaded, and is not where it will be.
                assert_eq!(options().load(staged)?.name(), "fails");
                *seen.lock().unwrap() = Some((staged.to_owned(), data.outputs.clone()));
                Ok(())
            },
        )
    };
    tested.clone().write(&path).unwrap();
    let (staged, outputs) = seen.lock().unwrap().take().expect("the tester is called");
    assert_ne!(staged, path);
    assert!(!staged.exists());
    assert_eq!(outputs, [("y".to_owned(), floats(&[1.0]))]);
    assert_eq!(folder.names(), ["fails"]);

    let refused = tested.tester(|_, _| Err(Error::new(ErrorKind::SelfTest, "not good enough")));
    let error = refused.write(folder.join("refused")).unwrap_err();
    assert_eq!((error.kind(), error.message()), (ErrorKind::SelfTest, "not good enough"));
    assert_eq!(error.context("package"), folder.join("refused").to_str());
    assert_eq!(folder.names(), ["fails"]);
    addition().tester(|_, _| panic!("there is nothing to test")).write(folder.join("untested")).unwrap();
}

#[test]
fn progress_is_told_and_can_end_the_writing() {
    let folder = Folder::new();
    let told = Arc::new(Mutex::new(Vec::new()));
    let report = {
        let told = Arc::clone(&told);
        move |written, size| {
            told.lock().unwrap().push((written, size));
            Ok(())
        }
    };
    let large = addition().bytes("0/data/weights", vec![1; 1 << 20]).compression(Compression::Store);
    large.progress(report).write(folder.join("a")).unwrap();
    let told = told.lock().unwrap();
    assert!(told.is_sorted(), "{told:?}");
    let (written, size) = *told.last().unwrap();
    assert_eq!(written, size);
    assert!(size > 1 << 20, "{size}");

    let ended = addition().progress(|_, _| Err(io::Error::other("enough")));
    let error = ended.write_dir(folder.join("b")).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Io);
    assert!(error.to_string().contains("enough"), "{error}");
    assert_eq!(folder.names(), ["a"]);
}

#[test]
fn what_is_there_already_is_kept() {
    let folder = Folder::new();
    let path = folder.join("mine");
    fs::write(&path, "precious").unwrap();
    assert_eq!(addition().write(&path).unwrap_err().kind(), ErrorKind::AlreadyExists);
    assert_eq!(addition().write_dir(&path).unwrap_err().kind(), ErrorKind::AlreadyExists);
    assert_eq!(fs::read_to_string(&path).unwrap(), "precious");
    assert_eq!(folder.names(), ["mine"]);
}

#[test]
fn missing_files_and_folders_are_errors() {
    let folder = Folder::new();
    let error =
        addition().file("0/data/weights", folder.join("missing")).write(folder.join("a")).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound);
    assert!(error.to_string().contains("missing"), "{error}");
    assert_eq!(error.context("package"), folder.join("a").to_str());
    let error = addition().write(folder.join("no/such/folder/a")).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound);
    assert_eq!(error.context("folder"), folder.join("no/such/folder").to_str());
    assert!(error.message().contains("make it first"), "{error}");
    assert!(folder.names().is_empty(), "{:?}", folder.names());
}

#[test]
fn a_definition_that_makes_no_sense_is_refused() {
    let folder = Folder::new();
    let error = addition().input(vector("x")).write(folder.join("twice")).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidSpec);
    assert!(error.to_string().contains('x'), "{error}");
}

#[test]
fn equal_content_gives_equal_bytes() {
    let folder = Folder::new();
    let paths = [folder.join("a"), folder.join("b")];
    for path in &paths {
        addition().write(path).unwrap();
    }
    assert_eq!(fs::read(&paths[0]).unwrap(), fs::read(&paths[1]).unwrap());
    assert!(options().load(&paths[0]).is_ok());
}
