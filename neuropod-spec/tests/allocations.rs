//! That a call which is in order is validated without an allocation.

use neuropod_core::{DType, Dim, Inputs, Outputs, Tensor, TensorSpec};
use neuropod_spec::Validator;
use neuropod_test_utils::{Allocations, CountingAllocator};

#[global_allocator]
static ALLOCATOR: CountingAllocator = CountingAllocator;

/// Validates a call of a model with that many tensors on each side, whose first axes carry
/// `symbols` symbols in turn, and returns the number of allocations.
fn validate(tensors: usize, symbols: usize, separate: bool) -> usize {
    let specs: Vec<TensorSpec> = (0..tensors)
        .map(|index| {
            let dims = [Dim::from(format!("symbol_{}", index % symbols).as_str()), Dim::Fixed(3), Dim::Any];
            TensorSpec::new(format!("tensor_{index}"), DType::Float32, dims)
        })
        .collect();
    let validator = Validator::new(&specs, &specs).unwrap().separate_sides(separate);
    let tensor = Tensor::zeros(DType::Float32, [2, 3, 4]).unwrap();
    let mut inputs = Inputs::new();
    for spec in specs.iter().rev() {
        inputs.push(&spec.name, &tensor).unwrap(); // in another order than the spec's
    }
    let outputs: Outputs = specs.iter().map(|spec| (spec.name.clone(), tensor.clone())).collect();
    let requested: Vec<&str> = specs.iter().map(|spec| &*spec.name).collect();
    let allocations = Allocations::during(|| {
        validator.requested(&requested).unwrap();
        let mut bindings = validator.inputs(&inputs).unwrap();
        validator.outputs(&outputs, &requested, &mut bindings).unwrap();
        validator.outputs(&outputs, &[], &mut bindings).unwrap();
    });
    allocations.count
}

#[test]
fn the_counter_counts() {
    assert_eq!(Allocations::during(|| drop(std::hint::black_box(vec![1u8]))).count, 1);
}

#[test]
fn a_call_that_is_in_order_allocates_nothing() {
    for (tensors, symbols) in [(1, 1), (2, 1), (50, 2), (256, 8)] {
        assert_eq!(validate(tensors, symbols, false), 0, "{tensors} tensors, {symbols} symbols");
        assert_eq!(validate(tensors, symbols, true), 0, "{tensors} tensors, {symbols} symbols, sides apart");
    }
}

#[test]
fn very_large_models_cost_an_allocation_or_two_and_no_more() {
    assert_eq!(validate(9, 9, false), 1, "the symbols");
    assert_eq!(validate(257, 1, false), 4, "which tensors were seen, in each of four checks");
}
