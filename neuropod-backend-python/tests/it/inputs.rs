//! How inputs reach a model.

use neuropod_core::{DType, ErrorKind, Inputs, Tensor, TensorView};

use crate::support::{
    address, any, assert_says, cpu, f32s, failure, files, function, infer, load, load_code, load_with,
    numbers, source_of, strings, vector,
};

#[test]
fn every_type_arrives_as_numpys_type_of_that_name() {
    for dtype in DType::ALL.into_iter().filter(|dtype| *dtype != DType::String) {
        let model = load(
            "def model(x): return {'name': x.dtype.name, 'sum': x.astype('float32').sum()}",
            &[any("x", dtype, 2)],
            &[any("name", DType::String, 0), any("sum", DType::Float32, 0)],
        );
        let outputs = infer(&*model, [("x", Tensor::zeros(dtype, [2, 3]).unwrap())]).unwrap();
        assert_eq!(strings(&outputs, "name"), [dtype.name()]);
        assert_eq!(numbers::<f32>(&outputs, "sum"), [0.0], "{dtype}");
    }
}

#[test]
fn bfloat16_has_the_values_that_it_should() {
    let model = load(
        "def model(x): return {'out': x.astype('float32'), 'back': x + 1}",
        &[any("x", DType::BFloat16, 1)],
        &[f32s("out", 1), any("back", DType::BFloat16, 1)],
    );
    // 1 and -2.5.
    let x = TensorView::from_bytes(DType::BFloat16, &[2], &[0x80, 0x3f, 0x20, 0xc0]).unwrap().to_tensor();
    let outputs = infer(&*model, [("x", &x)]).unwrap();
    assert_eq!(numbers::<f32>(&outputs, "out"), [1.0, -2.5]);
    // 2 and -1.5.
    assert_eq!(outputs["back"].bytes(), [0x00, 0x40, 0xc0, 0xbf]);
}

const WHERE: &str = "def model(x): return {'at': x.ctypes.data, 'writable': x.flags.writeable}";

fn wheres(dtype: DType, rank: usize) -> [Vec<neuropod_core::TensorSpec>; 2] {
    [vec![any("x", dtype, rank)], vec![any("at", DType::Int64, 0), any("writable", DType::Bool, 0)]]
}

#[test]
fn tensors_arrive_without_a_copy_and_cannot_be_written() {
    for (dtype, rank) in [(DType::Float32, 1), (DType::BFloat16, 2), (DType::Bool, 0), (DType::UInt8, 3)] {
        let [inputs, outputs] = wheres(dtype, rank);
        let model = load(WHERE, &inputs, &outputs);
        let x = Tensor::zeros(dtype, vec![4; rank]).unwrap();
        let outputs = infer(&*model, [("x", &x)]).unwrap();
        assert_eq!(numbers::<i64>(&outputs, "at"), [address(&x)], "{dtype}");
        assert_eq!(numbers::<bool>(&outputs, "writable"), [false]);
    }
}

#[test]
fn views_are_copied_as_they_are_lent_for_the_call_alone() {
    let [inputs, outputs] = wheres(DType::Float32, 1);
    let model = load(WHERE, &inputs, &outputs);
    let values = [1.0f32; 4];
    let outputs = infer(&*model, [("x", TensorView::from_slice(&[4], &values).unwrap())]).unwrap();
    assert_ne!(numbers::<i64>(&outputs, "at"), [values.as_ptr() as i64]);
    assert_eq!(numbers::<bool>(&outputs, "writable"), [true]);

    let keeps = load(
        "kept = []\ndef model(x):\n    kept.append(x)\n    return {'first': kept[0]}",
        &[f32s("x", 1)],
        &[f32s("first", 1)],
    );
    let mut values = vec![1.0f32; 4];
    infer(&*keeps, [("x", TensorView::from_slice(&[4], &values).unwrap())]).unwrap();
    values.fill(9.0);
    let outputs = infer(&*keeps, [("x", TensorView::from_slice(&[4], &values).unwrap())]).unwrap();
    assert_eq!(numbers::<f32>(&outputs, "first"), [1.0; 4]);
}

#[test]
fn writing_to_an_input_is_an_error_that_names_the_option() {
    for line in
        ["x[0] = 9", "x += 1", "x.sort()", "x.fill(9)", "numpy.add(x, 1, out=x)", "x.setflags(write=True)"]
    {
        let model = load(
            &format!("def model(x):\n    {line}\n    return {{'out': x}}"),
            &[f32s("x", 1)],
            &[f32s("out", 1)],
        );
        let x = vector(&[3.0, 2.0, 1.0]);
        let error = failure(&*model, [("x", &x)]);
        assert_says(&error, ErrorKind::Model, &["ValueError", "`python.copy_inputs`"]);
        assert_eq!(x.as_slice::<f32>().unwrap(), [3.0, 2.0, 1.0], "{line}");
    }
}

#[test]
fn with_the_option_a_model_writes_to_copies() {
    let code = function("def model(x):\n    x += 1\n    return {'out': x}");
    let source = source_of(files(&code), &[f32s("x", 1)], &[f32s("out", 1)]);
    let model = load_with(source, &cpu().backend_option("python.copy_inputs", "true")).unwrap();
    let x = vector(&[1.0, 2.0]);
    for _ in 0..2 {
        let outputs = infer(&*model, [("x", &x)]).unwrap();
        assert_eq!(numbers::<f32>(&outputs, "out"), [2.0, 3.0]);
        assert_eq!(x.as_slice::<f32>().unwrap(), [1.0, 2.0]);
    }
}

#[test]
fn an_input_that_a_model_keeps_outlives_the_callers() {
    let model = load(
        "kept = []\ndef model(x):\n    kept.append(x)\n    return {'first': kept[0] + 0}",
        &[f32s("x", 1)],
        &[f32s("first", 1)],
    );
    for value in [1.0, 2.0, 3.0] {
        let outputs = infer(&*model, [("x", vector(&[value; 1 << 16]))]).unwrap();
        assert!(numbers::<f32>(&outputs, "first").iter().all(|first| *first == 1.0));
    }
}

#[test]
fn inputs_without_elements_and_without_axes_arrive() {
    let model = load(
        "def model(x): return {'shape': numpy.array(x.shape, dtype='int64'), 'x': x}",
        &[f32s("x", 2)],
        &[any("shape", DType::Int64, 1), f32s("x", 2)],
    );
    let x = Tensor::zeros(DType::Float32, [0, 3]).unwrap();
    let outputs = infer(&*model, [("x", &x)]).unwrap();
    assert_eq!(numbers::<i64>(&outputs, "shape"), [0, 3]);
    assert_eq!(outputs["x"], x);

    let scalar =
        load("def model(x): return {'out': numpy.float32(x * 2)}", &[f32s("x", 0)], &[f32s("out", 0)]);
    let outputs = infer(&*scalar, [("x", Tensor::scalar(4.0f32))]).unwrap();
    assert_eq!(outputs["out"].as_scalar::<f32>().unwrap(), 8.0);
}

#[test]
fn more_axes_than_numpy_knows_are_an_error() {
    let model = load("def model(x): return {'out': x}", &[f32s("x", 65)], &[f32s("out", 65)]);
    let error = failure(&*model, [("x", Tensor::zeros(DType::Float32, vec![1; 65]).unwrap())]);
    assert_says(&error, ErrorKind::InvalidInput, &["cannot be handed to Python", "dimension"]);
    assert_eq!(error.context("tensor"), Some("x"));
}

#[test]
fn parameters_with_a_default_value_are_inputs_that_may_be_absent() {
    let model = load(
        "def model(x, *, y=None, z=numpy.float32(5)): return {'out': numpy.float32(x + (1 if y is None else y) + z)}",
        &[f32s("x", 0), f32s("y", 0), f32s("z", 0)],
        &[f32s("out", 0)],
    );
    let of = |given: &[(&'static str, f32)]| {
        let mut inputs = Inputs::new();
        for (name, value) in given {
            inputs.push(name, Tensor::scalar(*value)).unwrap();
        }
        infer(&*model, inputs).map(|outputs| outputs["out"].as_scalar::<f32>().unwrap())
    };
    assert_eq!(of(&[("x", 1.0)]).unwrap(), 7.0);
    assert_eq!(of(&[("z", 0.0), ("x", 1.0)]).unwrap(), 2.0);
    assert_eq!(of(&[("y", 2.0), ("z", 0.0), ("x", 1.0)]).unwrap(), 3.0);
    assert_says(&of(&[("y", 1.0)]).unwrap_err(), ErrorKind::MissingInput, &["`x`"]);
}

#[test]
fn a_model_can_take_whatever_comes() {
    let model = load(
        "def model(first, **others): return {'names': sorted(others), 'sum': numpy.float32(first + sum(others.values()))}",
        &[f32s("first", 0), f32s("größe (m²)", 0), f32s("self", 0), f32s("class", 0)],
        &[any("names", DType::String, 1), f32s("sum", 0)],
    );
    let one = Tensor::scalar(1.0f32);
    let outputs =
        infer(&*model, [("class", &one), ("first", &one), ("größe (m²)", &one), ("self", &one)]).unwrap();
    assert_eq!(strings(&outputs, "names"), ["class", "größe (m²)", "self"]);
    assert_eq!(numbers::<f32>(&outputs, "sum"), [4.0]);
}

#[test]
fn bound_methods_classes_and_partial_functions_are_models() {
    for callable in [
        "Model().run",
        "Model()",
        "__import__('functools').partial(both, y=numpy.float32(1))",
        "lambda x: both(x, 1)",
        "Model.of",
    ] {
        let code = format!(
            "import numpy\n\ndef both(x, y): return {{'out': x + y}}\n\n\
             class Model:\n    def run(self, x): return both(x, 1)\n    __call__ = run\n    \
             of = staticmethod(lambda x: both(x, 1))\n\n\
             def get_model(data): return {callable}\n"
        );
        let model = load_code(&code, &[f32s("x", 1)], &[f32s("out", 1)]).unwrap();
        let outputs = infer(&*model, [("x", vector(&[1.0]))]).unwrap();
        assert_eq!(numbers::<f32>(&outputs, "out"), [2.0], "{callable}");
    }
}

#[test]
fn an_input_of_another_type_or_name_is_an_error_that_says_both() {
    let model = load("def model(x): return {'out': x}", &[f32s("x", 1)], &[f32s("out", 1)]);
    let error = failure(&*model, [("x", Tensor::zeros(DType::Int64, [1]).unwrap())]);
    assert_says(&error, ErrorKind::InvalidInput, &["float32", "int64"]);
    assert_eq!(error.context("tensor"), Some("x"));
    assert_says(&failure(&*model, [("y", vector(&[1.0]))]), ErrorKind::UnknownName, &["`y`", "`x`"]);
}
