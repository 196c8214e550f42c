//! The options of a model.

use std::fs;
use std::path::{Path, PathBuf};

use neuropod_backend_tf::TensorFlowBackend;
use neuropod_core::{
    Backend, DType, Device, Error, ErrorKind, Model, ModelOptions, ModelSource, Tensor, TensorSpec,
};

use crate::support::{any, cpu, f32s, file, infer, load_with, numbers, source, vector};

fn addition() -> ModelSource {
    source("Addition", &[f32s("x", 1), f32s("y", 1)], &[f32s("out", 1)])
}

fn assert_adds(model: &dyn Model) {
    let outputs = infer(model, [("x", &vector(&[1.0])), ("y", &vector(&[2.0]))]).unwrap();
    assert_eq!(numbers(&outputs, "out"), [3.0]);
}

fn refused(options: &ModelOptions) -> Error {
    load_with(addition(), options).unwrap_err()
}

fn on(executor: &str) -> ModelOptions {
    cpu().backend_option("tensorflow.executor", executor)
}

const EXECUTORS: [&str; 4] = ["auto", "pool", "caller", "single-threaded"];

/// A model of control flow, its second input, and what becomes of 3 with it.
fn control_flow() -> [(&'static str, TensorSpec, Tensor, f32); 4] {
    let times = (any("times", DType::Int32, 0), Tensor::scalar(5i32), 96.0);
    let double = (any("double", DType::Bool, 0), Tensor::scalar(false), -3.0);
    [("V1Loop", &times), ("V1Cond", &double), ("V2Loop", &times), ("V2Cond", &double)]
        .map(|(name, (spec, value, expected))| (name, spec.clone(), value.clone(), *expected))
}

#[test]
fn every_executor_gives_the_same_results() {
    for executor in EXECUTORS {
        let model = load_with(addition(), &on(executor)).unwrap();
        assert_adds(&*model);
        let chosen = if executor == "auto" { "single-threaded" } else { executor };
        assert!(format!("{model:?}").contains(&format!("executor: {chosen}")), "{model:?}");

        for (name, spec, value, expected) in control_flow() {
            if executor == "single-threaded" && name.starts_with("V1") {
                continue; // the next test
            }
            let source = source(name, &[f32s("x", 1), spec.clone()], &[f32s("out", 1)]);
            let model = load_with(source, &on(executor)).unwrap();
            for _ in 0..3 {
                let outputs = infer(&*model, [("x", &vector(&[3.0])), (&spec.name, &value)]).unwrap();
                assert_eq!(numbers(&outputs, "out"), [expected], "{name} on {executor}");
            }
        }

        let chains = source("MatrixChains", &[f32s("x", 2)], &[f32s("out", 2)]);
        let outputs = infer(&*load_with(chains, &on(executor)).unwrap(), [("x", &ones())]).unwrap();
        assert_eq!(outputs["out"].dims(), [4, 256]);
        let auto = source("MatrixChains", &[f32s("x", 2)], &[f32s("out", 2)]);
        let expected = infer(&*load_with(auto, &cpu()).unwrap(), [("x", &ones())]).unwrap();
        let pairs = numbers(&outputs, "out").iter().zip(numbers(&expected, "out"));
        assert!(pairs.into_iter().all(|(found, expected)| (found - expected).abs() < 1e-2), "{executor}");
    }
}

fn ones() -> Tensor {
    Tensor::full([4, 256], 1.0f32).unwrap()
}

#[test]
fn the_single_threaded_executor_refuses_what_it_would_get_wrong() {
    for (name, spec, _, _) in control_flow().into_iter().filter(|(name, ..)| name.starts_with("V1")) {
        let source = source(name, &[f32s("x", 1), spec], &[f32s("out", 1)]);
        let error = load_with(source, &on("single-threaded")).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidArgument, "{name}: {error}");
        assert!(error.message().contains("`tensorflow.executor`"), "{error}");
        assert!(error.message().contains("control flow of TensorFlow 1"), "{error}");
    }
    let counter = source("RefCounter", &[f32s("x", 1)], &[f32s("out", 1)]);
    let error = load_with(counter, &on("single-threaded")).unwrap_err();
    assert!(error.message().contains("variables of TensorFlow 1"), "{error}");
}

#[test]
fn options_that_are_misspelt_or_make_no_sense_are_errors_that_say_what_is_known() {
    for (options, parts) in [
        (
            cpu().backend_option("tensorflow.exekutor", "pool"),
            ["`tensorflow.exekutor`", "tensorflow.executor"],
        ),
        (on("fastest"), ["`fastest`", "auto, pool, caller, single-threaded"]),
        (cpu().backend_option("tensorflow.memory_growth", "1"), ["`1`", "true or false"]),
        (on("caller").inter_op_threads(2), ["`caller`", "inter-op"]),
        (cpu().inter_op_threads(0), ["inter-op threads is 0", "between 1 and"]),
        (cpu().intra_op_threads(usize::MAX), ["intra-op", "between 1 and"]),
    ] {
        let error = refused(&options);
        assert_eq!(error.kind(), ErrorKind::InvalidArgument, "{error}");
        assert!(parts.iter().all(|part| error.message().contains(part)), "{error}");
    }
    assert_adds(&*load_with(addition(), &cpu().backend_option("torch.something", "else")).unwrap());
}

#[test]
fn numbers_of_threads_are_taken() {
    for options in [
        cpu().intra_op_threads(1),
        cpu().intra_op_threads(3),
        cpu().inter_op_threads(1),
        cpu().inter_op_threads(2),
        cpu().intra_op_threads(2).inter_op_threads(2),
    ] {
        let model = load_with(addition(), &options).unwrap();
        assert_adds(&*model);
        if options.inter_op_threads.is_some() {
            assert!(format!("{model:?}").contains("executor: pool"), "{model:?}");
        }
        let chains = source("MatrixChains", &[f32s("x", 2)], &[f32s("out", 2)]);
        assert!(infer(&*load_with(chains, &options).unwrap(), [("x", &ones())]).is_ok());
    }
}

#[test]
fn a_required_device_that_is_not_there_is_an_error_and_a_preferred_one_falls_back() {
    let absent = Device::Cuda(1000);
    let error = refused(&ModelOptions::new().device(absent));
    assert_eq!(error.kind(), ErrorKind::Device);
    assert!(error.message().contains("`cuda:1000`") && error.message().contains("prefer_device"), "{error}");
    assert!(error.message().contains("CUDA device"), "{error}");
    assert_adds(&*load_with(addition(), &ModelOptions::new().prefer_device(absent)).unwrap());
    assert_adds(&*load_with(addition(), &ModelOptions::new()).unwrap());
}

/// The library that this process uses.
fn library() -> PathBuf {
    drop(load_with(addition(), &cpu()).unwrap());
    let maps = fs::read_to_string("/proc/self/maps").expect("/proc/self/maps");
    let line = maps.lines().find(|line| line.contains("libtensorflow_cc.so.2")).expect("it is loaded");
    PathBuf::from(&line[line.find('/').expect("a path")..])
}

#[test]
fn the_library_can_be_named_by_file_or_folder() {
    let file = library();
    let named = |path: &Path| cpu().backend_option("tensorflow.library", path.to_str().unwrap());
    for path in [&*file, file.parent().unwrap()] {
        assert_adds(&*load_with(addition(), &named(path)).unwrap());
        let backend = TensorFlowBackend::with_library(path);
        backend.check().unwrap();
        assert_adds(&*backend.load(addition().into(), &cpu()).unwrap());
    }
    // Another way to the same file is the same library.
    let folder = tempfile::tempdir().unwrap();
    let link = folder.path().join("libtensorflow_cc.so.2");
    std::os::unix::fs::symlink(&file, &link).unwrap();
    assert_adds(&*load_with(addition(), &named(&link)).unwrap());
}

#[test]
fn a_library_that_is_not_there_or_a_second_one_is_an_error() {
    let in_use = library();
    let folder = tempfile::tempdir().unwrap();
    let named = |path: &Path| cpu().backend_option("tensorflow.library", path.to_str().unwrap());

    let error = refused(&named(&folder.path().join("none")));
    assert_eq!(error.kind(), ErrorKind::Load);
    assert!(error.message().contains("there is no TensorFlow library at"), "{error}");
    assert!(error.message().contains("libtensorflow_cc.so.2"), "{error}");

    fs::write(folder.path().join("libtensorflow.so.2"), file("Addition.pb")).unwrap();
    let error = refused(&named(folder.path()));
    assert_eq!(error.kind(), ErrorKind::Load);
    assert!(error.message().contains("another TensorFlow already"), "{error}");
    assert!(error.message().contains(in_use.to_str().unwrap()), "{error}");
}
