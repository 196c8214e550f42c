//! How the names of a problem definition reach a graph's nodes, and what of the graph is run.

use neuropod_core::{DType, ErrorKind, Model, Tensor, TensorSpec, TensorView};

use crate::support::{any, f32s, infer, infer_for, load, load_source, numbers, source_with_config, vector};

fn addition(name: &str) -> Box<dyn Model> {
    load(name, &[f32s("x", 1), f32s("y", 1)], &[f32s("out", 1)])
}

/// A graph with another mapping than its own.
fn mapped(name: &str, mapping: &str, inputs: &[TensorSpec], outputs: &[TensorSpec]) -> Box<dyn Model> {
    let config = format!(r#"{{"node_name_mapping": {mapping}}}"#);
    load_source(source_with_config(name, &config, inputs, outputs)).unwrap()
}

#[test]
fn nodes_are_named_with_and_without_an_index() {
    for name in ["Addition", "AdditionBareNames"] {
        let outputs = infer(&*addition(name), [("x", &vector(&[1.0])), ("y", &vector(&[2.0]))]).unwrap();
        assert_eq!(numbers(&outputs, "out"), [3.0], "{name}");
    }
}

#[test]
fn a_mapping_of_an_old_package_is_read() {
    let config = r#"{
        // Written by hand.
        "node_name_mapping": {"x": "x", "y": "y:0", "out": "out" /* the sum */, "unused": "gone:0"},
        "init_op_names": {},
        "name": "addition", "platform": "tensorflow"
    }"#;
    let source = source_with_config("Addition", config, &[f32s("x", 1), f32s("y", 1)], &[f32s("out", 1)]);
    let outputs = infer(&*load_source(source).unwrap(), [("x", &vector(&[1.0])), ("y", &vector(&[2.0]))]);
    assert_eq!(numbers(&outputs.unwrap(), "out"), [3.0]);
}

#[test]
fn two_outputs_of_one_node_both_arrive() {
    let specs = [f32s("values", 1), any("indices", DType::Int32, 1)];
    let model = load("TwoOutputs", &[f32s("x", 1)], &specs);
    let x = vector(&[5.0, 7.0, 5.0]);
    let outputs = infer(&*model, [("x", &x)]).unwrap();
    assert_eq!(numbers(&outputs, "values"), [5.0, 7.0]);
    assert_eq!(outputs["indices"].as_slice::<i32>().unwrap(), [0, 1, 0]);

    let outputs = infer_for(&*model, [("x", &x)], &["indices"]).unwrap();
    assert_eq!(outputs["indices"].as_slice::<i32>().unwrap(), [0, 1, 0]);
    assert_eq!(outputs.len(), 1);
}

#[test]
fn one_tensor_of_the_graph_can_be_two_outputs() {
    let mapping = r#"{"x": "x", "y": "y", "out": "out", "again": "out:0"}"#;
    let inputs = [f32s("x", 1), f32s("y", 1)];
    let model = mapped("Addition", mapping, &inputs, &[f32s("out", 1), f32s("again", 1)]);
    let outputs = infer(&*model, [("x", &vector(&[1.0])), ("y", &vector(&[2.0]))]).unwrap();
    assert_eq!((numbers(&outputs, "out"), numbers(&outputs, "again")), (&[3.0][..], &[3.0][..]));
}

#[test]
fn an_input_can_be_in_the_middle_of_the_graph() {
    // `double` is the product of the placeholder `x` and 2: fed, it is not computed.
    let mapping = r#"{"twice": "double", "y": "y", "double": "double:0"}"#;
    let model = mapped("Unfed", mapping, &[f32s("twice", 1)], &[f32s("double", 1)]);
    let outputs = infer(&*model, [("twice", &vector(&[5.0]))]).unwrap();
    assert_eq!(numbers(&outputs, "double"), [5.0]);

    let mapping = r#"{"value": "out/ReadVariableOp", "x": "x", "out": "out"}"#;
    let model = mapped("Variables", mapping, &[f32s("value", 1), f32s("x", 1)], &[f32s("out", 1)]);
    let outputs = infer(&*model, [("value", &vector(&[3.0])), ("x", &vector(&[5.0]))]).unwrap();
    assert_eq!(numbers(&outputs, "out"), [15.0], "the variable was not even read");
}

#[test]
fn an_output_can_be_an_input() {
    let model = load("Passthrough", &[f32s("x", 1)], &[f32s("out", 1)]);
    let x = vector(&[1.0, 2.0]);
    let outputs = infer(&*model, [("x", &x)]).unwrap();
    assert_eq!(outputs["out"], x);
    assert_eq!(outputs["out"].bytes().as_ptr(), x.bytes().as_ptr(), "nothing is copied");

    let mut values = vec![1.0f32, 2.0];
    let outputs = infer(&*model, [("x", TensorView::from_slice(&[2], &values).unwrap())]).unwrap();
    values.fill(9.0);
    assert_eq!(outputs["out"], x, "what was borrowed is copied");

    let error = model.infer(&neuropod_core::Inputs::new(), &[]).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::MissingInput);
    assert!(error.message().contains("`x`"), "{error}");
}

#[test]
fn an_output_can_be_an_input_beside_one_that_is_computed() {
    let mapping = r#"{"x": "x", "y": "y", "same": "y:0", "double": "double"}"#;
    let inputs = [f32s("x", 1), f32s("y", 1)];
    let model = mapped("Unfed", mapping, &inputs, &[f32s("same", 1), f32s("double", 1)]);
    let outputs = infer(&*model, [("x", &vector(&[4.0])), ("y", &vector(&[7.0]))]).unwrap();
    assert_eq!((numbers(&outputs, "same"), numbers(&outputs, "double")), (&[7.0][..], &[8.0][..]));
}

#[test]
fn outputs_that_nobody_asks_for_are_not_computed() {
    let x = vector(&[1.0]);
    let model = load("ExpensiveBranch", &[f32s("x", 1)], &[f32s("cheap", 1), f32s("expensive", 1)]);
    let outputs = infer_for(&*model, [("x", &x)], &["cheap"]).unwrap();
    assert_eq!(numbers(&outputs, "cheap"), [2.0]);
    assert_eq!(outputs.len(), 1);

    let error = infer(&*model, [("x", &x)]).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Model);
    assert!(error.message().contains("the branch that nobody asked for ran"), "{error}");

    let model = load("ExpensiveBranch", &[f32s("x", 1)], &[f32s("cheap", 1)]);
    assert_eq!(numbers(&infer(&*model, [("x", &x)]).unwrap(), "cheap"), [2.0]);
}

#[test]
fn inputs_that_the_wanted_outputs_do_not_need_can_be_absent() {
    let inputs = [f32s("x", 1), f32s("y", 1)];
    let model = load("Unfed", &inputs, &[f32s("double", 1), f32s("ratio", 1)]);
    let x = vector(&[6.0]);
    let outputs = infer_for(&*model, [("x", &x)], &["double"]).unwrap();
    assert_eq!(numbers(&outputs, "double"), [12.0]);

    let error = infer_for(&*model, [("x", &x)], &["ratio"]).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::MissingInput);
    assert!(error.message().contains("`y`") && !error.message().contains("`x`"), "{error}");

    let outputs = infer_for(&*model, [("x", &x), ("y", &vector(&[2.0]))], &["ratio"]).unwrap();
    assert_eq!(numbers(&outputs, "ratio"), [3.0]);
}

#[test]
fn outputs_come_in_the_order_of_the_request_and_else_of_the_spec() {
    let outputs = [f32s("product", 1), f32s("sum", 1), f32s("difference", 1)];
    let model = load("Arithmetic", &[f32s("x", 1), f32s("y", 1)], &outputs);
    let (x, y) = (vector(&[6.0]), vector(&[2.0]));
    let results = |requested: &[&str]| -> Vec<(String, f32)> {
        let outputs = infer_for(&*model, [("x", &x), ("y", &y)], requested).unwrap();
        let value = |tensor: &Tensor| tensor.as_slice::<f32>().unwrap()[0];
        outputs.iter().map(|(name, tensor)| (name.to_owned(), value(tensor))).collect()
    };
    let pairs = |pairs: &[(&str, f32)]| -> Vec<(String, f32)> {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), *value)).collect()
    };
    assert_eq!(results(&[]), pairs(&[("product", 12.0), ("sum", 8.0), ("difference", 4.0)]));
    assert_eq!(results(&["sum", "product"]), pairs(&[("sum", 8.0), ("product", 12.0)]));
    let twice = pairs(&[("sum", 8.0), ("difference", 4.0), ("sum", 8.0)]);
    assert_eq!(results(&["sum", "difference", "sum"]), twice);
}

#[test]
fn every_dtype_goes_through_every_rank() {
    for dtype in DType::ALL.into_iter().filter(|dtype| *dtype != DType::String) {
        for rank in 0..=6 {
            let model =
                load(&format!("Identity_{dtype}"), &[any("x", dtype, rank)], &[any("y", dtype, rank)]);
            for dims in [vec![1; rank], (1..=rank).collect(), vec![0; rank]] {
                // 0 and 1 alternate: every dtype has them, bool included.
                let mut x = Tensor::zeros(dtype, &*dims).unwrap();
                x.as_mut_bytes().unwrap().iter_mut().step_by(2).for_each(|byte| *byte = 1);
                assert_eq!(infer(&*model, [("x", &x)]).unwrap()["y"], x, "{dtype} {dims:?}");
                assert_eq!(infer(&*model, [("x", x.view())]).unwrap()["y"], x, "{dtype} {dims:?}");
            }
        }
    }
}
