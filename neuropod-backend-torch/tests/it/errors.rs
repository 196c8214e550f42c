//! What a user reads when something is wrong.

use std::sync::Arc;

use neuropod_backend_torch::TorchError;
use neuropod_core::{DType, Device, ErrorKind, ModelOptions, ModelSource, Tensor};
use neuropod_test_utils::MemoryFiles;

use crate::support::{any, cpu, f32s, file, infer, load, load_source, source, words};

fn load_bytes(bytes: impl Into<Vec<u8>>) -> neuropod_core::Error {
    let files = MemoryFiles::new().file("0/data/model.pt", bytes);
    load_source(ModelSource::new("broken", "torchscript", Arc::new(files))).unwrap_err()
}

#[test]
fn an_exception_of_the_model_arrives_with_its_traceback_and_no_more() {
    let model = load("Raises", &[f32s("x", 1)], &[f32s("out", 1)]);
    let bad = Tensor::from_vec([1], vec![1.0f32]).unwrap();
    let error = infer(&*model, [("x", &bad)]).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Model);
    assert!(error.message().contains("the sum must not be positive"), "{error}");
    assert!(!error.to_string().contains('\n'), "{error}");
    let whole = format!("{error:?}");
    assert!(whole.contains("raise ValueError") && !whole.contains("frame #"), "{whole}");

    let good = Tensor::from_vec([1], vec![-1.0f32]).unwrap();
    assert_eq!(infer(&*model, [("x", &good)]).unwrap()["out"], good, "the model can be called again");
}

#[test]
fn an_error_of_an_operator_arrives_without_torchs_own_frames() {
    let model = load("AdditionArgs", &[f32s("x", 1), f32s("y", 1)], &[f32s("out", 1)]);
    let (x, y) =
        (Tensor::from_vec([2], vec![1.0f32; 2]).unwrap(), Tensor::from_vec([3], vec![1.0f32; 3]).unwrap());
    let error = infer(&*model, [("x", &x), ("y", &y)]).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Model);
    assert!(error.message().contains("must match the size of tensor b (3)"), "{error}");
    assert!(!format!("{error:?}").contains("frame #"), "{error:?}");
}

#[test]
fn a_missing_key_of_a_dict_argument_is_the_models_own_error() {
    let model = load("AdditionDict", &[f32s("x", 1), f32s("y", 1)], &[f32s("out", 1)]);
    let x = Tensor::from_vec([1], vec![1.0f32]).unwrap();
    let error = infer(&*model, [("x", &x)]).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Model);
    assert_eq!(error.context("absent inputs"), Some("`y`"));
}

#[test]
fn files_that_are_no_torchscript_say_so() {
    let whole = file("AdditionArgs.pt");
    for (bytes, part) in [
        (Vec::new(), "empty"),
        (b"\x80\x02\x8a\nl\xfc\x9cF".to_vec(), "torch.jit.script"),
        (b"PK".to_vec(), "torch.jit.script"),
        (b"PK\x03\x04 and no zip".to_vec(), "zip"),
        (whole[..whole.len() / 2].to_vec(), "zip"),
        (file("Pickle.pt"), "torch.save"),
    ] {
        let error = load_bytes(bytes);
        assert_eq!(error.kind(), ErrorKind::Load, "{error}");
        assert!(error.message().contains(part), "{part}: {error}");
        assert_eq!(error.context("file"), Some("0/data/model.pt"));
        assert!(!format!("{error:?}").contains("frame #"), "{error:?}");
    }
}

#[test]
fn damaged_files_are_errors_and_nothing_worse() {
    let whole = file("Normalises.pt");
    for position in (0..whole.len()).step_by(97) {
        let mut damaged = whole.clone();
        damaged[position] ^= 0x5a;
        let files = MemoryFiles::new().file("0/data/model.pt", damaged);
        let mut source = ModelSource::new("damaged", "torchscript", Arc::new(files));
        source.inputs = vec![f32s("x", 2)];
        source.outputs = vec![f32s("out", 2)];
        // Some damage is in bytes that do not matter: then the model loads.
        if let Err(error) = load_source(source) {
            assert!(matches!(error.kind(), ErrorKind::Load | ErrorKind::InvalidSpec), "{error}");
        }
    }
}

#[test]
fn a_missing_file_is_not_found() {
    let source = ModelSource::new("empty", "torchscript", Arc::new(MemoryFiles::new()));
    assert_eq!(load_source(source).unwrap_err().kind(), ErrorKind::NotFound);
}

#[test]
fn a_model_without_forward_says_so() {
    let error = load_source(source("NoForward", &[], &[])).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Load);
    assert!(error.message().contains("forward"), "{error}");
}

#[test]
fn a_problem_definition_that_does_not_fit_is_an_error_at_load() {
    let (x, y, out) = (f32s("x", 1), f32s("y", 1), [f32s("out", 1)]);
    for (model, inputs, parts) in [
        ("AdditionArgs", vec![x.clone()], ["`y`", "no default"]),
        ("AdditionArgs", vec![x.clone(), y.clone(), f32s("z", 1)], ["`z`", "forward("]),
        ("AdditionArgs", vec![x.clone(), words("y")], ["`y`", "Tensor"]),
        ("AdditionDict", vec![x.clone(), words("y")], ["`y`", "Tensor"]),
        ("StringsDict", vec![x.clone()], ["`x`", "List[str]"]),
        ("Scalars", vec![x.clone(), any("rate", DType::String, 0)], ["`rate`", "int"]),
    ] {
        let error = load_source(source(model, &inputs, &out)).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidSpec, "{error}");
        assert!(parts.iter().all(|part| error.message().contains(part)), "{error}");
    }
}

#[test]
fn a_required_device_that_is_not_there_is_an_error_and_a_preferred_one_falls_back() {
    let load = |options: &ModelOptions| {
        let source = source("Identity", &[f32s("x", 1)], &[f32s("out", 1)]);
        neuropod_backend_torch::backend().load(Arc::new(source), options)
    };
    let absent = Device::Cuda(1000);
    let error = load(&ModelOptions::new().device(absent)).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Device);
    assert!(error.message().contains("prefer_device"), "{error}");

    let model = load(&ModelOptions::new().prefer_device(absent)).unwrap();
    let x = Tensor::from_vec([1], vec![1.0f32]).unwrap();
    assert_eq!(infer(&*model, [("x", &x)]).unwrap()["out"], x);
}

#[test]
fn numbers_of_threads_that_make_no_sense_are_errors() {
    let load = |options: &ModelOptions| {
        let source = source("Identity", &[f32s("x", 1)], &[f32s("out", 1)]);
        neuropod_backend_torch::backend().load(Arc::new(source), options).map(drop)
    };
    for threads in [0, usize::MAX] {
        let error = load(&cpu().intra_op_threads(threads)).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidArgument);
        assert!(error.message().contains("intra-op"), "{error}");
        let error = load(&cpu().inter_op_threads(threads)).unwrap_err();
        assert!(error.message().contains("inter-op"), "{error}");
    }
}

#[test]
fn the_precise_error_is_the_source_of_the_general_one() {
    use std::error::Error;
    let error = load_bytes("");
    let source = error.source().and_then(|source| source.downcast_ref::<TorchError>());
    assert!(matches!(source, Some(TorchError::Load(_))));
}
