//! What is written can be read: as a folder, deflated and stored.

use std::fs;
use std::path::{Path, PathBuf};

use neuropod_core::{DType, ErrorKind, Tensor, TensorSpec};
use neuropod_package::{Compression, Package, PackageBuilder, Problem, TestData};
use neuropod_spec::ProblemDefinition;

fn definition() -> ProblemDefinition {
    ProblemDefinition::new("addition", "torchscript")
        .with_input(TensorSpec::new("x", DType::Float32, ["length"]))
        .with_output(TensorSpec::new("out", DType::Float32, ["length"]))
}

fn builder() -> PackageBuilder {
    PackageBuilder::new(definition())
        .bytes("0/data/model.pt", vec![7; 300_000])
        .bytes("0/data/more/names.txt", *b"a\nb\n")
        .bytes("zz/last", *b"after the manifest")
        .test_data(TestData {
            inputs: vec![("x".to_owned(), Tensor::from_vec([2], vec![1.0f32, 2.0]).unwrap())],
            outputs: vec![("out".to_owned(), Tensor::from_vec([2], vec![2.0f32, 4.0]).unwrap())],
        })
}

/// The package in every form.
fn written(folder: &Path) -> [PathBuf; 3] {
    let paths = ["unpacked", "deflated", "stored"].map(|name| folder.join(name));
    builder().write_dir(&paths[0]).unwrap();
    builder().write_zip(&paths[1], Compression::Deflate).unwrap();
    builder().write_zip(&paths[2], Compression::Store).unwrap();
    paths
}

#[test]
fn every_form_holds_the_same() {
    let folder = tempfile::tempdir().unwrap();
    for path in written(folder.path()) {
        let package = Package::open(&path).unwrap();
        assert_eq!(package.definition().name, "addition");
        let files = package.files();
        let names = [
            "0/data/model.pt",
            "0/data/more/names.txt",
            "config.json",
            "manifest.json",
            "test_data.npz",
            "zz/last",
        ];
        assert_eq!(files.paths(), names);
        let model = files.read("0/data/model.pt", 1 << 20).unwrap();
        assert_eq!(model, [7; 300_000]);
        assert_eq!(model.capacity(), model.len(), "memory was asked for once");
        assert_eq!(files.read("config.json", 1 << 20).unwrap(), definition().to_json().as_bytes());
        assert!(files.contains("zz/last") && !files.contains("zz"));

        let at = files.open_at("0/data/more/names.txt").unwrap();
        assert_eq!(at.size(), 4);
        let mut buffer = [0; 8];
        assert_eq!(at.read_at(2, &mut buffer).unwrap(), 2);
        assert_eq!(&buffer[..2], b"b\n");
        assert_eq!(at.read_at(4, &mut buffer).unwrap(), 0);
        assert_eq!(at.read_at(u64::MAX, &mut buffer).unwrap(), 0);

        let data = package.test_data().unwrap().unwrap();
        assert_eq!(data.inputs[0].1.as_slice::<f32>().unwrap(), [1.0, 2.0]);
        assert_eq!(data.outputs[0].0, "out");
        assert_eq!(package.manifest().unwrap().files().len(), 5);
        package.verify().unwrap();
        let mut compared = 0;
        package.verify_with_progress(|bytes| compared += bytes).unwrap();
        assert_eq!(compared, package.sizes().map(|(_, size)| size).sum::<u64>());
    }
}

#[test]
fn a_folder_is_used_in_place() {
    let folder = tempfile::tempdir().unwrap();
    let [unpacked, ..] = written(folder.path());
    let package = Package::open(&unpacked).unwrap();
    assert_eq!(package.files().path("0/data").unwrap(), unpacked.join("0").join("data"));
}

#[test]
fn unpacked_files_are_private_and_go_with_the_last_handle() {
    let folder = tempfile::tempdir().unwrap();
    for path in &written(folder.path())[1..] {
        let package = Package::open(path).unwrap();
        let files = package.files();
        let place = files.path("0/data").unwrap();
        assert_eq!(fs::read(place.join("model.pt")).unwrap(), [7; 300_000]);
        assert_eq!(fs::read(place.join("more/names.txt")).unwrap(), b"a\nb\n");
        assert!(!place.join("../../zz").exists(), "what is not asked for is not unpacked");
        assert_eq!(files.path("0/data").unwrap(), place, "a second request finds the same files");
        let root = place.parent().unwrap().parent().unwrap().to_owned();
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            assert_eq!(fs::metadata(&root).unwrap().permissions().mode() & 0o777, 0o700);
        }
        drop(package);
        assert!(place.exists(), "the files are still in use");
        drop(files);
        assert!(!root.exists(), "the temporary folder was not removed");
    }
}

#[test]
fn equal_content_gives_equal_bytes() {
    let folder = tempfile::tempdir().unwrap();
    let source = folder.path().join("model.pt");
    let write = |name: &str, compression| {
        let path = folder.path().join(name);
        PackageBuilder::new(definition())
            .file("0/data/model.pt", &source)
            .write_zip(&path, compression)
            .unwrap();
        fs::read(path).unwrap()
    };
    fs::write(&source, vec![1; 100_000]).unwrap();
    let first = [write("a", Compression::Deflate), write("b", Compression::Store)];
    fs::remove_file(&source).unwrap();
    fs::write(&source, vec![1; 100_000]).unwrap();
    fs::File::open(&source).unwrap().set_modified(std::time::SystemTime::UNIX_EPOCH).unwrap();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        fs::set_permissions(&source, fs::Permissions::from_mode(0o755)).unwrap();
    }
    assert_eq!(first, [write("c", Compression::Deflate), write("d", Compression::Store)]);
}

#[test]
fn nothing_is_overwritten_and_nothing_is_left_behind() {
    let folder = tempfile::tempdir().unwrap();
    let taken = folder.path().join("taken");
    fs::write(&taken, b"precious").unwrap();
    let error = builder().write_zip(&taken, Compression::Store).unwrap_err();
    assert!(matches!(error.problem(), Problem::AlreadyExists), "{error}");
    assert_eq!(error.kind(), ErrorKind::AlreadyExists);
    assert!(matches!(builder().write_dir(&taken).unwrap_err().problem(), Problem::AlreadyExists));
    assert_eq!(fs::read(&taken).unwrap(), b"precious");

    let missing = || builder().file("0/data/missing", folder.path().join("missing"));
    let target = folder.path().join("target");
    let error = missing().write_zip(&target, Compression::Store).unwrap_err();
    assert!(matches!(error.problem(), Problem::Source { .. }), "{error}");
    assert_eq!((error.entry(), error.package()), (Some("0/data/missing"), Some(target.as_path())));
    assert!(missing().write_dir(&target).is_err());
    let left: Vec<_> = fs::read_dir(folder.path()).unwrap().map(|item| item.unwrap().file_name()).collect();
    assert_eq!(left, ["taken"]);
}

#[test]
fn libraries_and_folders_are_packaged() {
    let folder = tempfile::tempdir().unwrap();
    let library = folder.path().join("libop.so");
    fs::write(&library, b"native code").unwrap();
    let code = folder.path().join("code");
    fs::create_dir_all(code.join("net")).unwrap();
    fs::write(code.join("net/__init__.py"), b"").unwrap();
    fs::write(code.join("main.py"), b"pass").unwrap();
    let with_library = || PackageBuilder::new(definition()).custom_op(&library);

    let path = folder.path().join("package");
    with_library().folder("0/code", &code).write_zip(&path, Compression::Deflate).unwrap();
    let package = Package::open(&path).unwrap();
    assert_eq!(package.source().custom_ops, ["libop.so"]);
    let files = package.files();
    assert_eq!(files.read("0/ops/libop.so", 100).unwrap(), b"native code");
    assert_eq!(files.read("0/code/main.py", 100).unwrap(), b"pass");
    assert!(files.contains("0/code/net/__init__.py"));

    let path = folder.path().join("refused");
    let twice = with_library().custom_op(&library).write_dir(&path).unwrap_err();
    assert!(matches!(twice.problem(), Problem::DuplicateCustomOp(name) if name == "libop.so"), "{twice}");
    let reserved = with_library().bytes("manifest.json", *b"{}").write_dir(&path).unwrap_err();
    assert!(matches!(reserved.problem(), Problem::Reserved), "{reserved}");
    let outside = with_library().bytes("../evil", *b"").write_dir(&path).unwrap_err();
    assert!(matches!(outside.problem(), Problem::UnsafePath(_)), "{outside}");
    let invalid = PackageBuilder::new(definition().with_input(TensorSpec::scalar("x", DType::Int8)));
    let invalid = invalid.write_dir(&path).unwrap_err();
    assert_eq!((invalid.kind(), invalid.entry()), (ErrorKind::InvalidSpec, Some("config.json")));
    assert!(!path.exists());
}

#[test]
fn a_file_of_zeros_is_not_mistaken_for_a_bomb() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("zeros.neuropod");
    let zeros = vec![0; 1 << 20];
    PackageBuilder::new(definition())
        .bytes("0/data/model.pt", zeros.clone())
        .write_zip(&path, Compression::Deflate)
        .unwrap();
    assert_eq!(Package::open(&path).unwrap().files().read("0/data/model.pt", u64::MAX).unwrap(), zeros);
}
