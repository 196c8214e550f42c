//! How the cost of a call grows with the size and the number of tensors.

use criterion::Criterion;
use neuropod::Tensor;
use neuropod_benches::models::{Models, TENSOR_COUNTS, floats, inputs};
use neuropod_benches::{Comparison, call, infer, is_quick};

use crate::reference::{self, LIBTORCH, arguments, assert_same, module};
use crate::{linked, subject};

const SIZES: [usize; 7] = [4, 1 << 10, 64 << 10, 1 << 20, 16 << 20, 64 << 20, 256 << 20];
const QUICK_SIZES: [usize; 3] = [4, 1 << 20, 64 << 20];

pub(crate) fn run(criterion: &mut Criterion, models: &Models) {
    let sizes = if is_quick() { &QUICK_SIZES[..] } else { &SIZES };
    sizes.iter().for_each(|bytes| payload(criterion, models, *bytes));
    against_4_bytes(criterion, models);
    TENSOR_COUNTS.iter().for_each(|count| tensors(criterion, models, *count));
}

/// A call that returns what it is given.
fn payload(criterion: &mut Criterion, models: &Models, bytes: usize) {
    let model = linked().load(models.package("large")).unwrap();
    let inputs = vector(bytes);
    let address = inputs[0].1.bytes().as_ptr();
    assert_eq!(infer(&model, &inputs)["out"].bytes().as_ptr(), address, "the memory must be the same");
    let (bare, arguments) = (module(models, "large"), arguments(&inputs));
    Comparison::new(subject("payload", "identity").at(bytes))
        .reference(LIBTORCH, || reference::run(&bare, &arguments))
        .way("Rust", || call(&model, &inputs))
        .run(criterion);
}

fn against_4_bytes(criterion: &mut Criterion, models: &Models) {
    let model = linked().load(models.package("large")).unwrap();
    let (small, large) = (vector(4), vector(64 << 20));
    Comparison::new(subject("payload", "64 MiB against 4 B"))
        .reference("4 B", || call(&model, &small))
        .way("Rust", || call(&model, &large))
        .run(criterion);
}

/// A call with that many small inputs.
fn tensors(criterion: &mut Criterion, models: &Models, count: usize) {
    let name = format!("tensors-{count}");
    let model = linked().load(models.package(&name)).unwrap();
    let inputs = inputs(&name);
    let (bare, arguments) = (module(models, &name), arguments(&inputs));
    assert_same(&bare, &arguments, &infer(&model, &inputs));
    Comparison::new(subject("tensors", "tensors").at(count))
        .reference(LIBTORCH, || reference::run(&bare, &arguments))
        .way("Rust", || call(&model, &inputs))
        .run(criterion);
}

fn vector(bytes: usize) -> Vec<(String, Tensor)> {
    vec![("x".into(), floats(bytes / size_of::<f32>()))]
}
