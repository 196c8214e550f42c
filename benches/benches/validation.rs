//! What it costs to hold a call against its specs: at most 150 ns for two inputs and an output, and 5 µs for a hundred
//! tensors, without an allocation.
//!
//! Needs no framework: `cargo bench -p neuropod-benches --bench validation`.

use std::hint::black_box;

use criterion::Criterion;
use neuropod_benches::{Comparison, Subject, criterion};
use neuropod_core::{DType, Dim, Inputs, Outputs, Tensor, TensorSpec};
use neuropod_spec::Validator;
use neuropod_test_utils::{Allocations, CountingAllocator};

/// Validating the call of a model with more tensors than this allocates.
const MOST_WITHOUT_ALLOCATION: usize = 256;

#[global_allocator]
static ALLOCATOR: CountingAllocator = CountingAllocator;

fn main() {
    let mut criterion = criterion();
    for shape in [&[4][..], &[8, 4]] {
        let case = Case::new(2, 1, shape, Sizes::Both);
        case.run(Subject::new("validation", "2 inputs, 1 output").at(shape.len()), &mut criterion);
    }
    for tensors in [1, 10, 100, 1000] {
        let case = Case::of_tensors(tensors, &[8, 4], Sizes::Both);
        case.run(Subject::new("validation", "rank 2").at(tensors), &mut criterion);
    }
    let shape = [2, 3, 4, 5, 2, 3, 4, 5];
    for rank in [0, 1, 2, 4, 8] {
        let case = Case::of_tensors(100, &shape[..rank], Sizes::Both);
        case.run(Subject::new("validation", "100 tensors").at(rank), &mut criterion);
    }
    for (name, sizes) in
        [("100 tensors, fixed sizes", Sizes::Fixed), ("100 tensors, symbols", Sizes::Symbols)]
    {
        let case = Case::of_tensors(100, &shape[..2], sizes);
        case.run(Subject::new("validation", name), &mut criterion);
    }
    criterion.final_summary();
}

/// What a spec says of the sizes of a tensor's axes.
#[derive(Clone, Copy)]
enum Sizes {
    /// The size.
    Fixed,
    /// A symbol that this axis of all tensors shares.
    Symbols,
    /// A symbol of every second axis, the first among them, and the size of the others.
    Both,
}

/// A model whose tensors are all of one shape, and a call of it.
struct Case {
    validator: Validator,
    names: Vec<String>,
    tensor: Tensor,
    outputs: Outputs,
}

impl Case {
    /// Half of the tensors are inputs, the others outputs.
    fn of_tensors(count: usize, shape: &[usize], sizes: Sizes) -> Self {
        Case::new(count - count / 2, count / 2, shape, sizes)
    }

    fn new(inputs: usize, outputs: usize, shape: &[usize], sizes: Sizes) -> Self {
        let specs = |side: &str, count: usize| -> Vec<TensorSpec> {
            let name = |index| format!("{side}_{index}");
            (0..count).map(|index| TensorSpec::new(name(index), DType::Float32, dims(shape, sizes))).collect()
        };
        let (inputs, outputs) = (specs("input", inputs), specs("output", outputs));
        let tensor = Tensor::zeros(DType::Float32, shape).expect("a small shape");
        Case {
            validator: Validator::new(&inputs, &outputs).expect("the specs are in order"),
            names: inputs.iter().map(|spec| spec.name.to_string()).collect(),
            outputs: outputs.iter().map(|spec| (spec.name.clone(), tensor.clone())).collect(),
            tensor,
        }
    }

    fn run(&self, subject: Subject, criterion: &mut Criterion) {
        let inputs = self.inputs();
        let allocations = Allocations::during(|| self.validate(&inputs));
        let is_small = inputs.len() + self.outputs.len() <= MOST_WITHOUT_ALLOCATION;
        assert!(!is_small || allocations.count == 0, "{subject}: {allocations:?}");
        Comparison::new(subject).way("", || self.validate(&inputs)).run(criterion);
    }

    fn inputs(&self) -> Inputs<'_> {
        let mut inputs = Inputs::new();
        for name in &self.names {
            inputs.push(name, &self.tensor).expect("a tensor is an input as it is");
        }
        inputs
    }

    fn validate(&self, inputs: &Inputs<'_>) {
        self.validator.requested(black_box(&[])).expect("an empty request");
        let mut bindings = self.validator.inputs(black_box(inputs)).expect("inputs in order");
        self.validator.outputs(black_box(&self.outputs), &[], &mut bindings).expect("outputs in order");
    }
}

fn dims(shape: &[usize], sizes: Sizes) -> Vec<Dim> {
    let dim = |(axis, size): (usize, &usize)| match sizes {
        Sizes::Both if axis % 2 == 1 => Dim::Fixed(*size),
        Sizes::Fixed => Dim::Fixed(*size),
        Sizes::Symbols | Sizes::Both => Dim::from(format!("symbol_{axis}").as_str()),
    };
    shape.iter().enumerate().map(dim).collect()
}
