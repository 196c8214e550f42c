//! That the facade allocates nothing for a call, beyond what the model does: but for the list of many inputs.

use std::sync::Arc;

use neuropod::{DType, Inputs, Neuropod, Packager, Tensor, TensorSpec};
use neuropod_core::{Backend, IntoInputs, Model, ModelOptions};
use neuropod_test_utils::fake::{self, FakeBackend};
use neuropod_test_utils::{Allocations, CountingAllocator};

#[global_allocator]
static ALLOCATOR: CountingAllocator = CountingAllocator;

/// A model whose outputs are `out` and its first input.
struct Sample {
    inputs: Vec<TensorSpec>,
    outputs: Vec<TensorSpec>,
    program: String,
}

impl Sample {
    fn new(names: &[String]) -> Self {
        let vector = |name: &str| TensorSpec::new(name, DType::Float32, ["n"]);
        Sample {
            inputs: names.iter().map(|name| vector(name)).collect(),
            outputs: vec![vector("out"), vector("same")],
            program: format!("out = add {}\nsame = {}", names.join(" "), names[0]),
        }
    }

    /// The model as its backend has it.
    fn backend(&self) -> Box<dyn Model> {
        let source = fake::source(&*self.inputs, &*self.outputs, &self.program);
        FakeBackend::new().load(source, &ModelOptions::new()).unwrap()
    }

    /// The model packaged and loaded.
    fn facade(&self, validate: bool) -> Neuropod {
        let options = Neuropod::options().backend(Arc::new(FakeBackend::new())).validate(validate);
        let packager = Packager::new("sample", fake::PLATFORM)
            .bytes(fake::MODEL_FILE, &*self.program)
            .load_options(options.clone());
        let packager = self.inputs.iter().cloned().fold(packager, Packager::input);
        let packager = self.outputs.iter().cloned().fold(packager, Packager::output);
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("model.neuropod");
        packager.write(&path).unwrap();
        options.load(&path).unwrap()
    }
}

/// What a call of a model with `N` inputs allocates in the facade, with and without validation; `make` hands the
/// inputs over.
fn allocated<const N: usize, I: for<'a> Fn(&'a [String; N], &'a Tensor) -> Inputs<'a>>(
    requested: &[&str],
    make: I,
) -> [usize; 2] {
    let names: [String; N] = std::array::from_fn(|index| format!("x{index}"));
    let sample = Sample::new(&names);
    let x = Tensor::from_slice([3], &[1.0f32, 2.0, 3.0]).unwrap();
    let (backend, inputs) = (sample.backend(), make(&names, &x));
    let of_model = Allocations::during(|| drop(backend.infer(&inputs, requested).unwrap()));
    assert!(of_model.count > 0, "an output takes memory");
    [true, false].map(|validate| {
        let model = sample.facade(validate);
        let call = || drop(model.infer_with_outputs(make(&names, &x), requested).unwrap());
        Allocations::during(call).count - of_model.count
    })
}

/// Pairs of names and tensors, as most callers have them.
fn pairs<'a, const N: usize>(names: &'a [String; N], tensor: &'a Tensor) -> Inputs<'a> {
    names.each_ref().map(|name| (&**name, tensor)).into_inputs().unwrap()
}

#[test]
fn up_to_four_inputs_allocate_nothing() {
    assert_eq!(allocated::<1, _>(&[], pairs), [0, 0]);
    assert_eq!(allocated::<2, _>(&[], pairs), [0, 0]);
    assert_eq!(allocated::<4, _>(&["same", "out"], pairs), [0, 0]);
    assert_eq!(allocated::<4, _>(&["out"], pairs), [0, 0]);
}

#[test]
fn more_inputs_allocate_one_list() {
    for requested in [&[][..], &["out"]] {
        assert_eq!(allocated::<5, _>(requested, pairs), [1, 1]);
        assert_eq!(allocated::<100, _>(requested, pairs), [1, 1]);
    }
}

#[test]
fn inputs_that_are_added_one_by_one_take_one_list_too() {
    fn make<'a>(names: &'a [String; 100], tensor: &'a Tensor) -> Inputs<'a> {
        let mut inputs = Inputs::with_capacity(names.len());
        for name in names {
            inputs.push(name, tensor).unwrap();
        }
        inputs
    }
    assert_eq!(allocated::<100, _>(&[], make), [1, 1]);
}
