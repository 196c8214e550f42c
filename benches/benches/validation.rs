//! What it costs to hold a call against its specs: at most 150 ns for two inputs and an output,
//! 5 µs for a hundred tensors.

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use neuropod_core::{DType, Dim, Inputs, Outputs, Tensor, TensorSpec};
use neuropod_spec::Validator;

/// A model whose tensors are all of one shape, and a call of it.
struct Case {
    validator: Validator,
    names: Vec<String>,
    tensor: Tensor,
    outputs: Outputs,
}

impl Case {
    /// Every second axis is a symbol that all tensors share, the others are fixed.
    fn new(inputs: usize, outputs: usize, shape: &[usize]) -> Self {
        let dims = || {
            let dims = shape.iter().enumerate();
            dims.map(|(axis, &size)| match axis % 2 {
                0 => Dim::from(format!("symbol_{axis}").as_str()),
                _ => Dim::Fixed(size),
            })
        };
        let specs = |side: &str, count: usize| -> Vec<TensorSpec> {
            (0..count)
                .map(|index| TensorSpec::new(format!("{side}_{index}"), DType::Float32, dims()))
                .collect()
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

fn validation(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("validation");
    for (name, inputs, outputs, shape) in [
        ("2 inputs and 1 output, rank 1", 2, 1, &[4][..]),
        ("2 inputs and 1 output, rank 2", 2, 1, &[8, 4]),
        ("100 tensors, rank 2", 50, 50, &[8, 4]),
        ("100 tensors, rank 4", 50, 50, &[2, 3, 4, 5]),
    ] {
        let case = Case::new(inputs, outputs, shape);
        let inputs = case.inputs();
        group.bench_function(name, |bencher| bencher.iter(|| case.validate(&inputs)));
    }
    group.finish();
}

criterion_group!(benches, validation);
criterion_main!(benches);
