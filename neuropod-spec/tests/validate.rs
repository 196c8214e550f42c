//! What a call may be, and what is said about one that is wrong.

use neuropod_core::{DType, Dim, Error, ErrorKind, Inputs, Outputs, Tensor, TensorSpec};
use neuropod_spec::{Bindings, Side, Site, SpecError, ValidationError, Validator, Violation};

/// Name, element type and shape of one tensor of a call.
type Given<'a> = (&'a str, DType, &'a [usize]);

/// Inputs `image: float32["batch", 3, null]` and `flag: bool[]`, outputs `scores: float32["batch", 10]`
/// and `pair: int64["n", "n"]`.
fn validator() -> Validator {
    let inputs = [
        TensorSpec::new("image", DType::Float32, [Dim::from("batch"), 3.into(), Dim::Any]),
        TensorSpec::scalar("flag", DType::Bool),
    ];
    let outputs = [
        TensorSpec::new("scores", DType::Float32, [Dim::from("batch"), 10.into()]),
        TensorSpec::new("pair", DType::Int64, ["n", "n"]),
    ];
    Validator::new(&inputs, &outputs).unwrap()
}

fn tensor(dtype: DType, dims: &[usize]) -> Tensor {
    Tensor::zeros(dtype, dims).unwrap()
}

fn check_inputs(tensors: &[Given<'_>]) -> Result<Bindings, ValidationError> {
    let tensors: Vec<_> = tensors.iter().map(|&(name, dtype, dims)| (name, tensor(dtype, dims))).collect();
    let mut inputs = Inputs::new();
    for (name, tensor) in &tensors {
        inputs.push(name, tensor).unwrap();
    }
    validator().inputs(&inputs)
}

fn check_outputs(tensors: &[Given<'_>], requested: &[&str]) -> Result<(), ValidationError> {
    let mut bindings = check_inputs(&[("image", DType::Float32, &[4, 3, 2])]).unwrap();
    let outputs: Outputs = tensors.iter().map(|&(name, dtype, dims)| (name, tensor(dtype, dims))).collect();
    validator().outputs(&outputs, requested, &mut bindings)
}

const SCORES: Given<'static> = ("scores", DType::Float32, &[4, 10]);
const PAIR: Given<'static> = ("pair", DType::Int64, &[0, 0]);

#[test]
fn a_call_in_order_passes() {
    let image = ("image", DType::Float32, &[4, 3, 0][..]);
    let flag = ("flag", DType::Bool, &[][..]);
    for inputs in [&[image, flag][..], &[flag, image], &[flag], &[]] {
        assert!(check_inputs(inputs).is_ok(), "{inputs:?}");
    }
    assert_eq!(check_outputs(&[SCORES, PAIR], &[]), Ok(()));
    assert_eq!(check_outputs(&[PAIR, SCORES], &["pair", "scores"]), Ok(()));
    assert_eq!(check_outputs(&[PAIR], &["pair"]), Ok(()));
}

#[test]
fn wrong_inputs_are_refused_and_the_message_says_all() {
    let wrong: [(&[Given<'_>], &str); 7] = [
        (
            &[("imago", DType::Float32, &[]), ("flag", DType::Bool, &[]), ("", DType::Bool, &[])],
            "unknown name: unknown input `imago`, ``; the model's inputs are `image`, `flag`",
        ),
        (
            &[("flag", DType::Bool, &[]), ("flag", DType::Bool, &[])],
            "invalid input: the input is given twice (tensor: flag)",
        ),
        (
            &[("image", DType::Float64, &[4, 3, 2])],
            "invalid input: the input has the wrong dtype (tensor: image, expected: float32, found: float64)",
        ),
        (
            &[("image", DType::Float32, &[4, 3])],
            "invalid input: the input has the wrong number of axes \
             (tensor: image, expected: 3, found: 2, spec: [\"batch\", 3, null])",
        ),
        (
            &[("flag", DType::Bool, &[1])],
            "invalid input: the input has the wrong number of axes (tensor: flag, expected: 0, found: 1, spec: [])",
        ),
        (
            &[("image", DType::Float32, &[4, 0, 2])],
            "invalid input: the input has the wrong size (tensor: image, axis: 1, expected: 3, found: 0)",
        ),
        (
            &[
                ("flag", DType::Bool, &[]),
                ("image", DType::Float32, &[4, 2, 2]),
                ("unknown", DType::Bool, &[]),
            ],
            "invalid input: the input has the wrong size (tensor: image, axis: 1, expected: 3, found: 2)",
        ),
    ];
    for (inputs, expected) in wrong {
        let error = check_inputs(inputs).unwrap_err();
        assert_eq!(error.to_string(), expected);
        assert_eq!(Error::from(error).to_string(), expected);
    }
}

#[test]
fn wrong_outputs_are_refused_and_the_message_says_all() {
    let wrong: [(&[Given<'_>], &[&str], &str); 9] = [
        (
            &[SCORES, ("extra", DType::Bool, &[])],
            &[],
            "invalid output: unknown output `extra`; the model's outputs are `scores`, `pair`",
        ),
        (&[SCORES, SCORES], &[], "invalid output: the output is given twice (tensor: scores)"),
        (
            &[("scores", DType::Int8, &[4, 10])],
            &["scores"],
            "invalid output: the output has the wrong dtype (tensor: scores, expected: float32, found: int8)",
        ),
        (
            &[("scores", DType::Float32, &[4, 11])],
            &["scores"],
            "invalid output: the output has the wrong size (tensor: scores, axis: 1, expected: 10, found: 11)",
        ),
        (
            &[("scores", DType::Float32, &[5, 10])],
            &["scores"],
            "invalid output: the symbol `batch` has two sizes in one call (tensor: scores, axis: 0, \
             symbol: batch, expected: 4, found: 5, bound by: axis 0 of input `image`)",
        ),
        (
            &[SCORES, ("pair", DType::Int64, &[2, 3])],
            &[],
            "invalid output: the symbol `n` has two sizes in one call (tensor: pair, axis: 1, \
             symbol: n, expected: 2, found: 3, bound by: axis 0 of output `pair`)",
        ),
        (&[SCORES], &[], "invalid output: the model did not return `pair`"),
        (&[], &["scores", "pair"], "invalid output: the model did not return `pair`, `scores`"),
        (
            &[SCORES, PAIR],
            &["pair"],
            "invalid output: the model returned `scores`, which the call did not request",
        ),
    ];
    for (outputs, requested, expected) in wrong {
        let error = check_outputs(outputs, requested).unwrap_err();
        assert_eq!(error.to_string(), expected);
        assert_eq!(error.kind(), ErrorKind::InvalidOutput);
    }
}

#[test]
fn a_request_names_outputs_of_the_spec_once() {
    let validator = validator();
    for request in [&[][..], &["pair"], &["pair", "scores"]] {
        assert_eq!(validator.requested(request), Ok(()));
    }
    let unknown = validator.requested(&["scores", "image", "x"]).unwrap_err();
    assert_eq!(
        unknown.to_string(),
        "unknown name: there is no output `image`, `x`; the model's outputs are `scores`, `pair`"
    );
    let twice = validator.requested(&["scores", "scores"]).unwrap_err();
    assert_eq!(twice.to_string(), "invalid argument: the output is requested twice (tensor: scores)");
}

#[test]
fn a_conflict_can_be_matched_on_and_converts_with_its_pairs() {
    let error = check_outputs(&[("scores", DType::Float32, &[5, 10])], &["scores"]).unwrap_err();
    let site = |side, tensor: &str| Site { side, tensor: tensor.into(), axis: 0 };
    let expected = Violation::Symbol {
        symbol: "batch".into(),
        first: site(Side::Input, "image"),
        expected: 4,
        second: site(Side::Output, "scores"),
        found: 5,
    };
    assert_eq!(*error.violation(), expected);
    let error = Error::from(error);
    let pairs =
        ["tensor", "axis", "symbol", "expected", "found", "bound by"].map(|key| error.context(key).unwrap());
    assert_eq!(pairs, ["scores", "0", "batch", "4", "5", "axis 0 of input `image`"]);
}

#[test]
fn separate_sides_let_a_symbol_differ_between_inputs_and_outputs_alone() {
    let spec = |name| [TensorSpec::new(name, DType::Int8, ["n", "n"])];
    let validator = Validator::new(&spec("x"), &spec("y")).unwrap().separate_sides(true);
    let x = tensor(DType::Int8, &[2, 2]);
    let mut inputs = Inputs::new();
    inputs.push("x", &x).unwrap();
    let mut bindings = validator.inputs(&inputs).unwrap();
    let outputs = |dims| Outputs::from_iter([("y", tensor(DType::Int8, dims))]);
    assert_eq!(validator.outputs(&outputs(&[3, 3]), &[], &mut bindings), Ok(()));
    let error = validator.outputs(&outputs(&[3, 4]), &[], &mut bindings).unwrap_err();
    assert!(error.to_string().contains("bound by: axis 0 of output `y`"), "{error}");
    assert!(
        validator
            .clone()
            .separate_sides(false)
            .outputs(&outputs(&[3, 3]), &[], &mut validator.inputs(&inputs).unwrap())
            .is_err()
    );
}

#[test]
fn outputs_can_be_checked_without_inputs() {
    let outputs: Outputs =
        [SCORES, PAIR].iter().map(|&(name, dtype, dims)| (name, tensor(dtype, dims))).collect();
    assert_eq!(validator().outputs(&outputs, &[], &mut Bindings::default()), Ok(()));
}

#[test]
fn a_model_without_tensors_takes_and_returns_nothing() {
    let validator = Validator::new(&[], &[]).unwrap();
    let mut bindings = validator.inputs(&Inputs::new()).unwrap();
    assert_eq!(validator.outputs(&Outputs::new(), &[], &mut bindings), Ok(()));
    let unknown = validator.requested(&["y"]).unwrap_err();
    assert_eq!(unknown.to_string(), "unknown name: there is no output `y`; the model's outputs are none");
}

#[test]
fn specs_that_are_wrong_are_refused() {
    let twice = [TensorSpec::scalar("x", DType::Int8), TensorSpec::scalar("x", DType::Int16)];
    let expected = |side| SpecError::DuplicateTensor { side, tensor: "x".into() };
    assert_eq!(Validator::new(&twice, &[]).unwrap_err(), expected(Side::Input));
    assert_eq!(Validator::new(&[], &twice).unwrap_err(), expected(Side::Output));
}
