//! Running a model.

use std::collections::{BTreeMap, HashMap};

use ndarray::{Array1, array};
use neuropod::{DType, Dim, ErrorKind, Inputs, Tensor, TensorSpec, TensorView};

use crate::support::{Folder, addition, fake, floats, options, vector};

#[test]
fn every_kind_of_input_gives_the_same_result() {
    let folder = Folder::new();
    let model = folder.load(addition());
    let (x, y) = (floats(&[1.0, 2.0]), floats(&[3.0, 4.0]));
    let (xs, ys): (Array1<f32>, Array1<f32>) = (array![1.0, 2.0], array![3.0, 4.0]);
    let backwards: Array1<f32> = array![2.0, 1.0];
    let view = |values: &'static [f32; 2]| TensorView::from_slice(&[2], values).unwrap();
    let mixed = || {
        let mut inputs = Inputs::new();
        inputs.push("y", &ys)?;
        inputs.push("x", x.clone())?;
        Ok::<_, neuropod::Error>(inputs)
    };
    let pairs = [("x".to_owned(), x.clone()), ("y".to_owned(), y.clone())];
    let results = [
        model.infer([("x", &x), ("y", &y)]),
        model.infer(vec![("y", &y), ("x", &x)]),
        model.infer([("x", x.clone()), ("y", y.clone())]),
        model.infer([("x", &xs), ("y", &ys)]),
        model.infer([("x", &backwards.slice(ndarray::s![..;-1])), ("y", &ys.view())]),
        model.infer([("x", view(&[1.0, 2.0])), ("y", view(&[3.0, 4.0]))]),
        model.infer(&HashMap::from(pairs.clone())),
        model.infer(&BTreeMap::from(pairs)),
        model.infer(mixed().unwrap()),
    ];
    for outputs in results {
        assert_eq!(outputs.unwrap()["out"], floats(&[4.0, 6.0]));
    }
}

#[test]
fn requested_outputs_come_in_the_order_of_the_request() {
    let folder = Folder::new();
    let packager = fake("two", "sum = add x y\ndifference = sub x y")
        .input(vector("x"))
        .input(vector("y"))
        .output(vector("sum"))
        .output(vector("difference"));
    let model = folder.load(packager);
    let (x, y) = (floats(&[5.0]), floats(&[3.0]));
    let names = |requested: &[&str]| -> Vec<String> {
        let outputs = model.infer_with_outputs([("x", &x), ("y", &y)], requested).unwrap();
        outputs.iter().map(|(name, _)| name.to_owned()).collect()
    };
    assert_eq!(names(&[]), ["sum", "difference"]);
    assert_eq!(names(&["difference", "sum"]), ["difference", "sum"]);
    assert_eq!(names(&["difference"]), ["difference"]);
    let error = model.infer_with_outputs([("x", &x), ("y", &y)], &["product"]).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::UnknownName);
    assert!(error.to_string().contains("product") && error.to_string().contains("difference"), "{error}");
}

#[test]
fn inputs_that_do_not_fit_the_spec_are_refused_before_the_model_runs() {
    let folder = Folder::new();
    let model = folder.load(addition());
    let (two, three) = (floats(&[1.0, 2.0]), floats(&[1.0, 2.0, 3.0]));
    let error = model.infer([("x", &two), ("y", &three)]).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidInput);
    for part in ["n", "x", "y", "2", "3"] {
        assert!(error.to_string().contains(part), "{error}");
    }
    let error = model.infer([("x", &two), ("z", &two)]).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::UnknownName);
    let ints = Tensor::from_vec([2], vec![1i64, 2]).unwrap();
    let error = model.infer([("x", &two), ("y", &ints)]).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidInput);
    assert!(error.to_string().contains("int64") && error.to_string().contains("float32"), "{error}");
    let error = model.infer([("x", &two)]).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::MissingInput);
    assert_eq!(error.context("model"), Some("addition"));
}

#[test]
fn a_symbol_has_one_size_in_inputs_and_outputs() {
    let folder = Folder::new();
    let path = folder.join("tail.neuropod");
    fake("tail", "y = tail x").input(vector("x")).output(vector("y")).write(&path).unwrap();
    let x = floats(&[1.0, 2.0, 3.0]);
    let error = options().load(&path).unwrap().infer([("x", &x)]).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidOutput);
    assert!(error.to_string().contains('n'), "{error}");
    let apart = options().separate_symbols(true).load(&path).unwrap();
    assert_eq!(apart.infer([("x", &x)]).unwrap()["y"], floats(&[2.0, 3.0]));
    let unchecked = options().validate(false).load(&path).unwrap();
    assert_eq!(unchecked.infer([("x", &x)]).unwrap()["y"], floats(&[2.0, 3.0]));
}

#[test]
fn outputs_that_do_not_fit_the_spec_are_refused() {
    let folder = Folder::new();
    let spec = TensorSpec::new("y", DType::Float32, [Dim::Fixed(2)]);
    let model = folder.load(fake("wrong", "y = to_int64 x").input(vector("x")).output(spec));
    let error = model.infer([("x", &floats(&[1.0, 2.0]))]).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidOutput);
    assert!(error.to_string().contains("int64"), "{error}");
}

#[test]
fn a_failing_model_can_be_called_again() {
    let folder = Folder::new();
    let program = "fail_if_negative x too small\ny = x";
    let model = folder.load(fake("fails", program).input(vector("x")).output(vector("y")));
    let error = model.infer([("x", &floats(&[-1.0]))]).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Model);
    assert!(error.to_string().contains("too small"), "{error}");
    assert_eq!(model.infer([("x", &floats(&[1.0]))]).unwrap()["y"], floats(&[1.0]));
}

#[test]
fn allocated_tensors_are_filled_in_place() {
    let folder = Folder::new();
    let model = folder.load(addition());
    let mut x = model.allocate(DType::Float32, [2]).unwrap();
    x.as_mut_slice::<f32>().unwrap().copy_from_slice(&[1.0, 2.0]);
    let outputs = model.infer([("x", &x), ("y", &x)]).unwrap();
    assert_eq!(outputs["out"], floats(&[2.0, 4.0]));
    let error = model.allocate(DType::Float64, [usize::MAX, 2]).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidArgument);
}
