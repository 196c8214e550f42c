//! How inputs reach `forward`.

use neuropod_core::reexport::half::{bf16, f16};
use neuropod_core::{DType, ErrorKind, Inputs, Tensor, TensorView};

use crate::support::{any, f32s, file, infer, load, words};

fn vector(values: &[f32]) -> Tensor {
    Tensor::from_slice([values.len()], values).unwrap()
}

#[test]
fn arguments_are_fed_by_name_in_any_order() {
    let model = load("AdditionArgs", &[f32s("x", 1), f32s("y", 1)], &[f32s("out", 1)]);
    let (x, y) = (vector(&[1.0, 2.0, 3.0, 4.0]), vector(&[10.0, 20.0, 30.0, 40.0]));
    for inputs in [[("x", &x), ("y", &y)], [("y", &y), ("x", &x)]] {
        let outputs = infer(&*model, inputs).unwrap();
        assert_eq!(outputs["out"].as_slice::<f32>().unwrap(), [11.0, 22.0, 33.0, 44.0]);
    }
}

#[test]
fn one_dict_argument_takes_all_inputs() {
    let model = load("AdditionDict", &[f32s("x", 2), f32s("y", 2)], &[f32s("out", 2)]);
    let x = Tensor::from_vec([2, 2], vec![1.0f32, 2.0, 3.0, 4.0]).unwrap();
    let outputs = infer(&*model, [("x", &x), ("y", &x)]).unwrap();
    assert_eq!(outputs["out"].dims(), [2, 2]);
    assert_eq!(outputs["out"].as_slice::<f32>().unwrap(), [2.0, 4.0, 6.0, 8.0]);
}

#[test]
fn strings_go_in_and_out_with_any_bytes() {
    let model = load("StringsDict", &[words("x"), words("y")], &[words("out")]);
    let x = Tensor::from_strings([3], &["", "zwei", "\u{1F980}"]).unwrap();
    let y = Tensor::from_strings([3], &[&b"\xff\0"[..], b"b", b"c"]).unwrap();
    let outputs = infer(&*model, [("x", &x), ("y", &y)]).unwrap();
    let out: Vec<_> = outputs["out"].as_byte_strings().unwrap().collect();
    assert_eq!(out, [&b" \xff\0"[..], b"zwei b", "\u{1F980} c".as_bytes()]);
}

#[test]
fn string_lists_and_strings_are_arguments_too() {
    let model = load("StringsArgs", &[words("x"), any("suffix", DType::String, 0)], &[words("out")]);
    let x = Tensor::from_strings([2], &["a", "b"]).unwrap();
    let suffix = Tensor::from_strings([], &["!"]).unwrap();
    let outputs = infer(&*model, [("x", &x), ("suffix", &suffix)]).unwrap();
    assert_eq!(outputs["out"].as_strings().unwrap(), ["a!", "b!"]);

    let none = Tensor::from_strings::<&str>([0], &[]).unwrap();
    let outputs = infer(&*model, [("x", &none), ("suffix", &suffix)]).unwrap();
    assert_eq!((outputs["out"].dtype(), outputs["out"].dims()), (DType::String, &[0][..]));
}

#[test]
fn a_dict_of_unions_mixes_strings_and_numbers() {
    let inputs = [words("words"), f32s("numbers", 1)];
    let model = load("Mixed", &inputs, &[f32s("count", 1), words("shout")]);
    let words = Tensor::from_strings([2], &["a", "b"]).unwrap();
    let numbers = vector(&[0.5]);
    let outputs = infer(&*model, [("words", &words), ("numbers", &numbers)]).unwrap();
    assert_eq!(outputs["count"].as_slice::<f32>().unwrap(), [2.5]);
    assert_eq!(outputs["shout"].as_strings().unwrap(), ["A", "B"]);
}

#[test]
fn absent_inputs_take_the_default_of_their_argument() {
    let inputs = [f32s("x", 1), f32s("bias", 1), any("scale", DType::Float32, 0)];
    let model = load("OptionalArgs", &inputs, &[f32s("out", 1)]);
    let (x, bias, scale) = (vector(&[1.0]), vector(&[0.5]), Tensor::scalar(10.0f32));
    let out = |inputs: Inputs<'_>| infer(&*model, inputs).unwrap()["out"].as_scalar::<f32>().unwrap();

    let mut given = Inputs::new();
    given.push("x", &x).unwrap();
    assert_eq!(out(given.clone()), 2.0);
    given.push("bias", &bias).unwrap();
    assert_eq!(out(given.clone()), 2.5);
    given.push("scale", &scale).unwrap();
    assert_eq!(out(given), 10.5);

    let error = infer(&*model, [("bias", &bias)]).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::MissingInput);
    assert!(error.message().contains("`x`") && error.message().contains("Tensor"), "{error}");
}

#[test]
fn scalar_arguments_are_fed_from_tensors_of_one_element() {
    let inputs = [
        f32s("x", 1),
        any("rate", DType::Int32, 0),
        any("gain", DType::Float32, 1),
        any("negate", DType::Bool, 0),
        any("label", DType::String, 1),
    ];
    let model = load("Scalars", &inputs, &[f32s("out", 1), any("length", DType::Int64, 1)]);
    let x = vector(&[1.0, 2.0]);
    let call = |rate: &Tensor, gain: &Tensor| {
        let negate = Tensor::scalar(true);
        let label = Tensor::from_strings([1], &["four"]).unwrap();
        let inputs = [("x", &x), ("rate", rate), ("gain", gain), ("negate", &negate), ("label", &label)];
        infer(&*model, inputs)
    };
    let gain = Tensor::from_vec([1], vec![0.5f32]).unwrap();
    let outputs = call(&Tensor::scalar(16_000i32), &gain).unwrap();
    assert_eq!(outputs["out"].as_slice::<f32>().unwrap(), [-16_000.5, -16_001.0]);
    assert_eq!(outputs["length"].as_slice::<i64>().unwrap(), [4]);

    for rate in [Tensor::scalar(8u8), Tensor::scalar(8i64), Tensor::scalar(8u64), Tensor::scalar(8i16)] {
        let outputs = call(&rate, &Tensor::scalar(f16::from_f32(1.0))).unwrap();
        assert_eq!(outputs["out"].as_slice::<f32>().unwrap(), [-9.0, -10.0]);
    }
    let error = call(&Tensor::scalar(1.5f32), &gain).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidInput);
    assert!(error.message().contains("`rate`") && error.message().contains("int"), "{error}");
    let error = call(&Tensor::scalar(u64::MAX), &gain).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidInput);
    let error = call(&Tensor::from_vec([2], vec![1i32, 2]).unwrap(), &gain).unwrap_err();
    assert!(error.message().contains("`rate`") && error.message().contains("holds 2"), "{error}");
}

#[test]
fn every_dtype_goes_in_and_out_unchanged() {
    fn check(tensor: &Tensor) {
        let spec = |name| any(name, tensor.dtype(), tensor.rank());
        let model = load("Identity", &[spec("x")], &[spec("out")]);
        let outputs = infer(&*model, [("x", tensor)]).unwrap();
        assert_eq!(&outputs["out"], tensor, "{}", tensor.dtype());
    }
    check(&Tensor::from_vec([2, 1], vec![true, false]).unwrap());
    check(&Tensor::from_vec([2, 1], vec![i8::MIN, i8::MAX]).unwrap());
    check(&Tensor::from_vec([2, 1], vec![i16::MIN, i16::MAX]).unwrap());
    check(&Tensor::from_vec([2, 1], vec![i32::MIN, i32::MAX]).unwrap());
    check(&Tensor::from_vec([2, 1], vec![i64::MIN, i64::MAX]).unwrap());
    check(&Tensor::from_vec([2, 1], vec![0, u8::MAX]).unwrap());
    check(&Tensor::from_vec([2, 1], vec![0, u16::MAX]).unwrap());
    check(&Tensor::from_vec([2, 1], vec![0, u32::MAX]).unwrap());
    check(&Tensor::from_vec([2, 1], vec![0, u64::MAX]).unwrap());
    check(&Tensor::from_vec([2, 1], vec![f16::MIN, f16::EPSILON]).unwrap());
    check(&Tensor::from_vec([2, 1], vec![bf16::MIN, bf16::EPSILON]).unwrap());
    check(&Tensor::from_vec([2, 1], vec![f32::MIN, f32::EPSILON]).unwrap());
    check(&Tensor::from_vec([2, 1], vec![f64::MIN, f64::EPSILON]).unwrap());
}

#[test]
fn a_bool_that_is_neither_0_nor_1_never_reaches_torch() {
    let model = load("Identity", &[any("x", DType::Bool, 1)], &[any("out", DType::Bool, 1)]);
    let mut tensor = Tensor::from_vec([2], vec![true, false]).unwrap();
    tensor.as_mut_bytes().unwrap()[1] = 2;
    let error = infer(&*model, [("x", &tensor)]).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidInput);
    assert_eq!(error.context("tensor"), Some("x"));
    assert!(error.message().contains("neither 0 nor 1"), "{error}");
}

#[test]
fn rank_0_and_empty_tensors_keep_their_shape() {
    for dims in [&[][..], &[0], &[3, 0, 2], &[1, 1, 1, 1, 1, 2]] {
        let tensor = Tensor::zeros(DType::Float32, dims).unwrap();
        let (input, output) = (f32s("x", dims.len()), f32s("out", dims.len()));
        let outputs = infer(&*load("Identity", &[input], &[output]), [("x", &tensor)]).unwrap();
        assert_eq!(outputs["out"].dims(), dims);
    }
}

#[test]
fn names_and_kinds_that_nobody_checked_are_errors() {
    let model = load("AdditionArgs", &[f32s("x", 1), f32s("y", 1)], &[f32s("out", 1)]);
    let x = vector(&[1.0]);
    let error = infer(&*model, [("x", &x), ("z", &x)]).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::UnknownName);
    assert!(error.message().contains("`z`") && error.message().contains("`x`, `y`"), "{error}");

    let text = Tensor::from_strings([1], &["text"]).unwrap();
    let error = infer(&*model, [("x", &x), ("y", &text)]).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidInput);
    assert!(error.message().contains("`y`"), "{error}");
}

#[test]
fn results_equal_those_of_torch_called_directly() {
    let model = load("Normalises", &[f32s("x", 2)], &[f32s("out", 2)]);
    let values: Vec<f32> = (0..3000).map(|i| (i as f32 * 0.37).sin()).collect();
    let ours = infer(&*model, [("x", TensorView::from_slice(&[1000, 3], &values).unwrap())]).unwrap();

    let mut direct = tch::CModule::load_data(&mut &file("Normalises.pt")[..]).unwrap();
    direct.set_eval();
    let x = tch::Tensor::from_slice(&values).reshape([1000, 3]);
    let theirs = Vec::<f32>::try_from(direct.forward_ts(&[x]).unwrap().reshape([-1])).unwrap();
    assert_eq!(ours["out"].as_slice::<f32>().unwrap(), theirs);
}
