//! That a call which is in order is validated without an allocation.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

use neuropod_core::{DType, Dim, Inputs, Outputs, Tensor, TensorSpec};
use neuropod_spec::Validator;

/// The system's allocator, counting what each thread asks of it.
struct Counting;

thread_local! {
    static COUNT: Cell<usize> = const { Cell::new(0) };
}

fn count() {
    COUNT.with(|count| count.set(count.get() + 1));
}

// SAFETY: every call is handed on to the system's allocator unchanged; counting does not allocate,
// because the counter is a constant-initialised thread local without a destructor.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count();
        // SAFETY: the caller's promise is that of this function.
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        count();
        // SAFETY: as above.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        count();
        // SAFETY: as above.
        unsafe { System.realloc(pointer, layout, size) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: as above.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

fn allocations(action: impl FnOnce()) -> usize {
    let before = COUNT.with(Cell::get);
    action();
    COUNT.with(Cell::get) - before
}

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
    allocations(|| {
        validator.requested(&requested).unwrap();
        let mut bindings = validator.inputs(&inputs).unwrap();
        validator.outputs(&outputs, &requested, &mut bindings).unwrap();
        validator.outputs(&outputs, &[], &mut bindings).unwrap();
    })
}

#[test]
fn the_counter_counts() {
    assert_eq!(allocations(|| drop(std::hint::black_box(vec![1u8]))), 1);
}

#[test]
fn a_call_that_is_in_order_allocates_nothing() {
    for (tensors, symbols) in [(1, 1), (2, 1), (50, 2), (256, 32)] {
        assert_eq!(validate(tensors, symbols, false), 0, "{tensors} tensors, {symbols} symbols");
        assert_eq!(validate(tensors, symbols, true), 0, "{tensors} tensors, {symbols} symbols, sides apart");
    }
}

#[test]
fn very_large_models_cost_an_allocation_or_two_and_no_more() {
    assert_eq!(validate(33, 33, false), 1, "the symbols");
    assert_eq!(validate(257, 1, false), 4, "which tensors were seen, in each of four checks");
}
