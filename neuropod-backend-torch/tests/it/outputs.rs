//! What models may return.

use neuropod_core::{DType, ErrorKind, Model, Tensor, TensorSpec};

use crate::support::{any, f32s, infer, load, words};

fn x() -> Tensor {
    Tensor::from_vec([2], vec![1.0f32, 2.0]).unwrap()
}

fn one_input(name: &str, outputs: &[TensorSpec]) -> Box<dyn Model> {
    load(name, &[f32s("x", 1)], outputs)
}

#[test]
fn a_named_tuple_names_its_fields() {
    let model = one_input("NamedTupleOut", &[words("words"), f32s("total", 0)]);
    let outputs = infer(&*model, [("x", &x())]).unwrap();
    assert_eq!(outputs["total"].as_scalar::<f32>().unwrap(), 3.0);
    assert_eq!(outputs["words"].as_strings().unwrap(), ["a", "b"]);
    let order: Vec<_> = outputs.iter().map(|(name, _)| name).collect();
    assert_eq!(order, ["words", "total"], "the order of the spec, not of the model");
}

#[test]
fn a_tuple_of_dicts_is_joined() {
    let model = one_input("TupleOfDicts", &[f32s("double", 1), words("words")]);
    let outputs = infer(&*model, [("x", &x())]).unwrap();
    assert_eq!(outputs["double"].as_slice::<f32>().unwrap(), [2.0, 4.0]);
    assert_eq!(outputs["words"].as_strings().unwrap(), ["one"]);
}

#[test]
fn unnamed_elements_take_the_names_of_the_spec_in_order() {
    for model in ["PlainTuple", "TensorList"] {
        let model = one_input(model, &[f32s("one", 1), f32s("two", 1)]);
        let outputs = infer(&*model, [("x", &x())]).unwrap();
        assert_eq!(outputs["one"].as_slice::<f32>().unwrap(), [2.0, 3.0]);
        assert_eq!(outputs["two"].as_slice::<f32>().unwrap(), [3.0, 4.0]);
    }
    let three = [f32s("one", 1), f32s("two", 1), f32s("three", 1)];
    let error = infer(&*one_input("PlainTuple", &three), [("x", &x())]).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidOutput);
    assert!(error.message().contains("2 unnamed elements"), "{error}");
}

#[test]
fn numbers_take_the_dtype_and_rank_of_the_spec() {
    let model = one_input("ScalarOut", &[f32s("out", 0)]);
    assert_eq!(infer(&*model, [("x", &x())]).unwrap()["out"], Tensor::scalar(3.0f32));
    let model = one_input("ScalarOut", &[any("out", DType::Float64, 1)]);
    let expected = Tensor::from_vec([1], vec![3.0f64]).unwrap();
    assert_eq!(infer(&*model, [("x", &x())]).unwrap()["out"], expected);
    let model = one_input("IntListOut", &[any("out", DType::Int64, 1)]);
    assert_eq!(infer(&*model, [("x", &x())]).unwrap()["out"].as_slice::<i64>().unwrap(), [2]);
}

#[test]
fn outputs_that_are_not_contiguous_are_made_so() {
    let model = load("Slice", &[f32s("x", 2)], &[f32s("head", 2), f32s("tail", 2), f32s("transposed", 2)]);
    let x = Tensor::from_vec([3, 2], vec![1.0f32, 2.0, 3.0, 4.0, 5.0, 6.0]).unwrap();
    let outputs = infer(&*model, [("x", &x)]).unwrap();
    assert_eq!(outputs["transposed"].dims(), [2, 3]);
    assert_eq!(outputs["transposed"].as_slice::<f32>().unwrap(), [1.0, 3.0, 5.0, 2.0, 4.0, 6.0]);
    assert_eq!(outputs["tail"].as_slice::<f32>().unwrap(), [5.0, 6.0]);
}

#[test]
fn requested_outputs_come_alone_and_in_the_order_of_the_request() {
    let model = one_input("PlainTuple", &[f32s("one", 1), f32s("two", 1)]);
    let x = x();
    let mut inputs = neuropod_core::Inputs::new();
    inputs.push("x", &x).unwrap();
    let names = |requested: &[&str]| -> Vec<String> {
        let outputs = model.infer(&inputs, requested).unwrap();
        outputs.iter().map(|(name, _)| name.to_owned()).collect()
    };
    assert_eq!(names(&["two"]), ["two"]);
    assert_eq!(names(&["two", "one"]), ["two", "one"]);
    let error = model.infer(&inputs, &["three"]).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::UnknownName);
    assert!(error.message().contains("`one`, `two`"), "{error}");
}

#[test]
fn wrong_results_are_errors_that_say_what_came_back() {
    let inputs = [f32s("x", 1), any("mode", DType::Int64, 0)];
    let model = load("WrongOutputs", &inputs, &[f32s("out", 1)]);
    for (mode, parts) in [
        (0, ["`out`", "a dict of nothing"]),
        (1, ["`other`", "no output"]),
        (2, ["`extra`", "no output"]),
        (3, ["`out`", "Complex"]),
        (4, ["`out`", "Sparse"]),
    ] {
        let error = infer(&*model, [("x", &x()), ("mode", &Tensor::scalar(mode))]).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidOutput, "{error}");
        assert!(parts.iter().all(|part| error.message().contains(part)), "{mode}: {error}");
    }
    for (model, part) in [("NoneOut", "None"), ("IntKeys", "int"), ("MixedTuple", "not both")] {
        let error = infer(&*one_input(model, &[f32s("out", 1)]), [("x", &x())]).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidOutput, "{error}");
        assert!(error.message().contains(part), "{model}: {error}");
    }
}

#[test]
fn an_output_that_was_not_requested_may_be_anything_extra() {
    let inputs = [f32s("x", 1), any("mode", DType::Int64, 0)];
    let model = load("WrongOutputs", &inputs, &[f32s("out", 1)]);
    let (x, mode) = (x(), Tensor::scalar(2i64));
    let mut given = neuropod_core::Inputs::new();
    given.push("x", &x).unwrap();
    given.push("mode", &mode).unwrap();
    assert_eq!(model.infer(&given, &["out"]).unwrap()["out"], x);
}
