//! Which backend is found, and what is said when none is.

use std::sync::Arc;

use neuropod_core::{
    Backend, BackendInfo, Capabilities, DType, Error, ErrorKind, Model, ModelOptions, ModelSource, Registry,
    Result,
};

/// A backend that is found and loads nothing.
#[derive(Debug)]
struct Named(BackendInfo);

impl Backend for Named {
    fn info(&self) -> BackendInfo {
        self.0.clone()
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities::new(DType::ALL)
    }

    fn load(&self, _: Arc<ModelSource>, _: &ModelOptions) -> Result<Box<dyn Model>> {
        Err(Error::new(ErrorKind::Unsupported, "it is here to be found"))
    }
}

fn register(registry: &Registry, name: &str, platform: &str, version: &str) -> Result<()> {
    registry.register(Arc::new(Named(BackendInfo::new(name, platform, version))))
}

fn registry(backends: &[(&str, &str, &str)]) -> Registry {
    let registry = Registry::new();
    for (name, platform, version) in backends {
        register(&registry, name, platform, version).unwrap();
    }
    registry
}

/// The version that is found for the range among these versions of one platform.
fn found(versions: &[&str], range: &str) -> Option<String> {
    let backends: Vec<_> = versions.iter().map(|version| ("torch", "torchscript", *version)).collect();
    registry(&backends).find("torchscript", range).ok().map(|backend| backend.info().version)
}

#[test]
fn the_highest_version_in_the_range_is_found() {
    let versions = ["1.13.1", "2.10.0", "2.9.1", "3.0.0"];
    for (range, expected) in [
        ("*", Some("3.0.0")),
        ("", Some("3.0.0")),
        ("  ", Some("3.0.0")),
        ("^2.0", Some("2.10.0")),
        ("2.9.x", Some("2.9.1")),
        ("1.0.1 - 2.9.9", Some("2.9.1")),
        ("1.x || 2.x", Some("2.10.0")),
        (">=1 <2", Some("1.13.1")),
        ("2.9.1", Some("2.9.1")),
        (">3.0.0", None),
        ("^4", None),
    ] {
        assert_eq!(found(&versions, range).as_deref(), expected, "{range:?}");
    }
}

#[test]
fn a_pre_release_counts_as_its_release_and_ranks_below_it() {
    assert_eq!(found(&["2.14.0-dev20260101"], "^2").as_deref(), Some("2.14.0-dev20260101"));
    assert_eq!(found(&["2.13.0-rc1", "2.13.0"], "^2").as_deref(), Some("2.13.0"));
    assert_eq!(found(&["2.13.0+cu128"], "2.13.0").as_deref(), Some("2.13.0+cu128"));
    assert_eq!(found(&["3.0.0-rc1"], "^2"), None);
}

#[test]
fn platforms_are_apart() {
    let registry = registry(&[("torch", "torchscript", "2.13.0"), ("python", "python", "3.12.0")]);
    assert_eq!(registry.find("python", "*").unwrap().info().name, "python");
    let names: Vec<String> = registry.backends().into_iter().map(|info| info.name).collect();
    assert_eq!(names, ["torch", "python"]);
}

#[test]
fn one_name_and_version_is_registered_once_for_a_platform() {
    let registry = registry(&[("torch", "torchscript", "2.13.0")]);
    let error = register(&registry, "torch", "torchscript", "2.13.0").unwrap_err();
    assert_eq!(error.kind(), ErrorKind::DuplicateBackend);
    assert_eq!(error.message(), "`torch` 2.13.0 for platform `torchscript` is registered already");
    register(&registry, "torch", "torchscript", "2.12.0").unwrap();
    register(&registry, "other", "torchscript", "2.13.0").unwrap();
    register(&registry, "torch", "onnx", "2.13.0").unwrap();
    assert_eq!(registry.backends().len(), 4);
}

#[test]
fn versions_and_ranges_must_be_readable() {
    let error = register(&Registry::new(), "torch", "torchscript", "two").unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidArgument);
    let start = "the version of `torch` two for platform `torchscript` is not a semantic version: ";
    assert!(error.message().starts_with(start), "{error}");
    let error = Registry::new().find("torchscript", "newest").unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidArgument);
    assert!(error.message().starts_with("`newest` is not a version range as npm writes them: "), "{error}");
}

#[test]
fn a_failed_search_says_what_there_is_and_what_would_help() {
    let some = registry(&[("torch", "torchscript", "2.13.0"), ("torch", "torchscript", "2.12.0")]);
    let empty = Registry::new();
    let searches: [(&Registry, &str, &str, &str); 5] = [
        (
            &empty,
            "torchscript",
            "*",
            "no backend is registered for platform `torchscript`; enable the feature `torch` of the crate \
             `neuropod`, or register the crate `neuropod-backend-torch`",
        ),
        (
            &empty,
            "onnx",
            "*",
            "no backend is registered for platform `onnx`; register the backend crate that provides it",
        ),
        (
            &some,
            "tensorflow",
            "*",
            "no backend is registered for platform `tensorflow`; registered: `torch` 2.13.0 for platform \
             `torchscript`, `torch` 2.12.0 for platform `torchscript`; enable the feature `tf` of the crate \
             `neuropod`, or register the crate `neuropod-backend-tf`",
        ),
        (
            &some,
            "python",
            "*",
            "no backend is registered for platform `python`; registered: `torch` 2.13.0 for platform \
             `torchscript`, `torch` 2.12.0 for platform `torchscript`; enable the feature `python` of the crate \
             `neuropod`, or register the crate `neuropod-backend-python`",
        ),
        (
            &some,
            "torchscript",
            "^1",
            "no backend for platform `torchscript` has a version in `^1`; registered: `torch` 2.13.0 for platform \
             `torchscript`, `torch` 2.12.0 for platform `torchscript`",
        ),
    ];
    for (registry, platform, range, expected) in searches {
        let error = registry.find(platform, range).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::BackendNotFound);
        assert_eq!(error.message(), expected);
    }
}

#[test]
fn backends_are_registered_and_found_from_many_threads() {
    let registry = Registry::new();
    std::thread::scope(|scope| {
        for minor in 0..16 {
            let registry = &registry;
            scope.spawn(move || {
                register(registry, "torch", "torchscript", &format!("2.{minor}.0")).unwrap();
                assert!(registry.find("torchscript", &format!("~2.{minor}")).is_ok());
            });
        }
    });
    assert_eq!(registry.find("torchscript", "*").unwrap().info().version, "2.15.0");
}
