//! A call through the facade, and the same call of the backend's model, whose difference is the facade's own.

use std::array;
use std::hint::black_box;
use std::sync::Arc;

use neuropod::{Neuropod, Packager};
use neuropod_core::{Backend, DType, Inputs, IntoInputs, Model, ModelOptions, Tensor, TensorSpec};
use neuropod_test_utils::fake::{self, FakeBackend};

use super::{Case, forever};

/// As many inputs as a wide model of tabular data has.
const MANY: usize = 100;

pub(super) fn cases() -> Vec<Case> {
    let groups = [two_inputs(), many_inputs(), one_of_four_outputs()];
    groups.into_iter().flatten().collect()
}

fn two_inputs() -> Vec<Case> {
    let model = Sample::new(&["x", "y"], &["out"], "out = add x y");
    let (backend, validated, unchecked) = (model.backend(), model.facade(true), model.facade(false));
    let x = forever(values());
    let inputs = named(["x", "y"].map(|name| (name, x)));
    let alone = "backend alone: 2 inputs, 1 output";
    vec![
        Case::new(alone, move || backend.infer(black_box(&inputs), &[])),
        Case::new("infer: 2 inputs, 1 output", move || validated.infer(black_box([("x", x), ("y", x)])))
            .beyond(alone),
        Case::new("infer, not validated: 2 inputs, 1 output", move || {
            unchecked.infer(black_box([("x", x), ("y", x)]))
        })
        .beyond(alone),
    ]
}

fn many_inputs() -> Vec<Case> {
    let names: &[String; MANY] = forever(array::from_fn(|index| format!("x{index}")));
    let names = names.each_ref().map(|name| &**name);
    let model = Sample::new(&names, &["out"], &format!("out = add {}", names.join(" ")));
    let (backend, validated) = (model.backend(), model.facade(true));
    let x = forever(values());
    let pairs = names.map(|name| (name, x));
    let inputs = named(pairs);
    let alone = "backend alone: 100 inputs, 1 output";
    vec![
        Case::new(alone, move || backend.infer(black_box(&inputs), &[])),
        Case::new("infer: 100 inputs, 1 output", move || validated.infer(*black_box(&pairs))).beyond(alone),
    ]
}

fn one_of_four_outputs() -> Vec<Case> {
    let program = "sum = add x y\ndifference = sub x y\nproduct = mul x y\nsame = x";
    let model = Sample::new(&["x", "y"], &["sum", "difference", "product", "same"], program);
    let (backend, validated) = (model.backend(), model.facade(true));
    let x = forever(values());
    let inputs = named(["x", "y"].map(|name| (name, x)));
    let requested = ["product"];
    let alone = "backend alone: 1 of 4 outputs";
    vec![
        Case::new(alone, move || backend.infer(black_box(&inputs), &requested)),
        Case::new("infer: 1 of 4 outputs", move || {
            validated.infer_with_outputs(black_box([("x", x), ("y", x)]), &requested)
        })
        .beyond(alone),
    ]
}

/// A model for the fake backend, whose tensors are vectors of one length.
struct Sample {
    inputs: Vec<TensorSpec>,
    outputs: Vec<TensorSpec>,
    program: String,
}

impl Sample {
    fn new(inputs: &[&str], outputs: &[&str], program: &str) -> Self {
        let vectors = |names: &[&str]| {
            let names = names.iter();
            names.map(|name| TensorSpec::new(*name, DType::Float32, ["n"])).collect()
        };
        Sample { inputs: vectors(inputs), outputs: vectors(outputs), program: program.to_owned() }
    }

    /// The model as its backend has it.
    fn backend(&self) -> Box<dyn Model> {
        let source = fake::source(&*self.inputs, &*self.outputs, &self.program);
        FakeBackend::new().load(source, &ModelOptions::new()).expect("the program is in order")
    }

    /// The model packaged and loaded.
    fn facade(&self, validate: bool) -> Neuropod {
        let options = Neuropod::options().backend(Arc::new(FakeBackend::new())).validate(validate);
        let packager = Packager::new("fake", fake::PLATFORM)
            .bytes(fake::MODEL_FILE, &*self.program)
            .load_options(options.clone());
        let packager = self.inputs.iter().cloned().fold(packager, Packager::input);
        let packager = self.outputs.iter().cloned().fold(packager, Packager::output);
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("model.neuropod");
        packager.write(&path).expect("the package is in order");
        options.load(&path).expect("the package was just written")
    }
}

fn values() -> Tensor {
    Tensor::from_slice([4], &[1.0f32, 2.0, 3.0, 4.0]).expect("four numbers")
}

fn named<const N: usize>(pairs: [(&'static str, &'static Tensor); N]) -> Inputs<'static> {
    pairs.into_inputs().expect("tensors are inputs as they are")
}
