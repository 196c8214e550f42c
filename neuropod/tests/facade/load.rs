//! Loading a package.

use std::fs;
use std::sync::{Arc, Barrier};
use std::thread;

use neuropod::backend::{BackendInfo, Registry};
use neuropod::{Compression, Device, ErrorKind, Integrity, Neuropod};
use neuropod_test_utils::fake::FakeBackend;

use crate::support::{Folder, addition, fake, floats, options, vector};

fn registry(backends: &[FakeBackend]) -> Arc<Registry> {
    let registry = Registry::new();
    for backend in backends {
        registry.register(Arc::new(backend.clone())).unwrap();
    }
    Arc::new(registry)
}

fn version(version: &str) -> FakeBackend {
    FakeBackend::new().with_info(BackendInfo::new("fake", "fake", version))
}

#[test]
fn the_problem_definition_is_readable() {
    let folder = Folder::new();
    let model = folder.load(addition());
    assert_eq!((model.name(), model.platform()), ("addition", "fake"));
    assert_eq!(model.inputs(), [vector("x"), vector("y")]);
    assert_eq!(model.outputs(), [vector("out")]);
    assert_eq!(model.backend().version, "1.0.0");
    assert!(format!("{model:?}").contains("addition"));
}

#[test]
fn the_highest_version_in_the_range_is_chosen() {
    let folder = Folder::new();
    let path = folder.join("ranged.neuropod");
    addition().platform_version("^1.2").write_dir(&path).unwrap_or_else(|error| panic!("{error}"));
    let registry = registry(&[version("1.2.0"), version("1.9.0"), version("2.0.0")]);
    let chosen = |range: Option<&str>| {
        let options = Neuropod::options().registry(Arc::clone(&registry));
        let options = range.into_iter().fold(options, |options, range| options.version_range(range));
        options.load(&path).map(|model| model.backend().version)
    };
    assert_eq!(chosen(None).unwrap(), "1.9.0");
    assert_eq!(chosen(Some("*")).unwrap(), "2.0.0");
    assert_eq!(chosen(Some(">=1 <1.5")).unwrap(), "1.2.0");
    let error = chosen(Some("^3")).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::BackendNotFound);
    assert!(error.to_string().contains("1.9.0"), "{error}");
}

#[test]
fn a_platform_without_a_backend_says_how_to_get_one() {
    let folder = Folder::new();
    let path = folder.join("torch.neuropod");
    neuropod::Packager::new("m", "torchscript").output(vector("y")).write(&path).unwrap();
    let error = options().load(&path).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::BackendNotFound);
    assert_eq!(
        error.message(),
        "no backend is registered for platform `torchscript`; registered: `fake` 1.0.0 for platform `fake`; \
         enable the feature `torch` of the crate `neuropod`, or register the crate `neuropod-backend-torch`"
    );
    assert!(error.context("package").is_some_and(|package| package.contains("torch.neuropod")));
}

#[test]
fn a_missing_package_is_not_found() {
    let error = options().load("no/such/package").unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound);
    assert!(error.to_string().contains("no/such/package"), "{error}");
}

#[test]
fn a_changed_file_fails_the_integrity_check() {
    let folder = Folder::new();
    let path = folder.join("changed");
    addition().write_dir(&path).unwrap();
    fs::write(path.join("0/data/model.fake"), "out = sub x y").unwrap();
    let error = options().load(&path).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Integrity);
    assert!(error.to_string().contains("0/data/model.fake"), "{error}");
    assert!(options().integrity(Integrity::Skip).load(&path).is_ok());

    fs::remove_file(path.join("manifest.json")).unwrap();
    assert!(options().load(&path).is_ok());
    let error = options().integrity(Integrity::Require).load(&path).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Integrity);
}

#[test]
fn damage_is_reported_rather_than_what_the_backend_makes_of_it() {
    let folder = Folder::new();
    let path = folder.join("damaged");
    addition().write_dir(&path).unwrap();
    fs::write(path.join("0/data/model.fake"), "nonsense").unwrap();
    assert_eq!(options().load(&path).unwrap_err().kind(), ErrorKind::Integrity);
    assert_eq!(options().integrity(Integrity::Skip).load(&path).unwrap_err().kind(), ErrorKind::Load);
}

#[test]
fn custom_operators_can_be_forbidden() {
    let folder = Folder::new();
    let library = folder.join("libop.so");
    fs::write(&library, "not loaded").unwrap();
    let path = folder.join("ops.neuropod");
    addition().custom_op(&library).write(&path).unwrap();
    let error = options().allow_custom_ops(false).load(&path).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Forbidden);
    assert!(error.to_string().contains("libop.so"), "{error}");
    assert!(error.to_string().contains("allow_custom_ops(true)"), "{error}");
}

#[test]
fn options_reach_the_backend() {
    let folder = Folder::new();
    let path = folder.join("model.neuropod");
    addition().write(&path).unwrap();
    let backend = FakeBackend::new();
    let options = Neuropod::options().backend(Arc::new(backend.clone()));
    options
        .device(Device::Cpu)
        .intra_op_threads(2)
        .inter_op_threads(3)
        .backend_option("fast", "yes")
        .load(&path)
        .unwrap();
    let loads = backend.loads();
    assert_eq!((loads[0].device, loads[0].device_fallback), (Device::Cpu, false));
    assert_eq!((loads[0].intra_op_threads, loads[0].inter_op_threads), (Some(2), Some(3)));
    assert_eq!(loads[0].backend["fast"], "yes");
}

#[test]
fn a_lazy_model_is_loaded_once_by_the_first_of_many_calls() {
    let folder = Folder::new();
    let path = folder.join("model.neuropod");
    addition().write(&path).unwrap();
    let backend = FakeBackend::new();
    let model = Neuropod::options().backend(Arc::new(backend.clone())).lazy(true).load(&path).unwrap();
    assert_eq!(model.name(), "addition");
    assert!(backend.loads().is_empty());
    let barrier = Barrier::new(8);
    thread::scope(|scope| {
        for index in 0..8 {
            let (model, barrier) = (&model, &barrier);
            scope.spawn(move || {
                let x = floats(&[index as f32; 3]);
                barrier.wait();
                let outputs = model.infer([("x", &x), ("y", &x)]).unwrap();
                assert_eq!(outputs["out"], floats(&[2.0 * index as f32; 3]));
            });
        }
    });
    assert_eq!(backend.loads().len(), 1);
}

#[test]
fn a_lazy_load_that_failed_is_tried_again() {
    let folder = Folder::new();
    let path = folder.join("broken");
    fake("broken", "nonsense").output(vector("y")).write_dir(&path).unwrap();
    let model = options().lazy(true).load(&path).unwrap();
    assert_eq!(model.load_model().unwrap_err().kind(), ErrorKind::Load);
    fs::write(path.join("0/data/model.fake"), "y = x\n\n\n").unwrap();
    model.load_model().unwrap();
}

#[test]
fn a_zip_and_a_folder_of_one_package_are_one_model() {
    let folder = Folder::new();
    let paths = [folder.join("deflated"), folder.join("stored"), folder.join("folder")];
    addition().write(&paths[0]).unwrap();
    addition().compression(Compression::Store).write(&paths[1]).unwrap();
    addition().write_dir(&paths[2]).unwrap();
    for path in paths {
        let model = options().load(path).unwrap();
        let x = floats(&[1.0]);
        assert_eq!(model.infer([("x", &x), ("y", &x)]).unwrap()["out"], floats(&[2.0]));
    }
}
