//! What a call allocates in Rust. What the frameworks allocate in C and C++ is their doing.

use neuropod::{DType, Neuropod, Tensor};
use neuropod_test_utils::{Allocations, CountingAllocator};

use crate::support::{in_own_process, load};

#[global_allocator]
static ALLOCATOR: CountingAllocator = CountingAllocator;

/// How often a call with two inputs and an output asks for memory. Calls before it may fill what is used again.
fn of_call(model: &Neuropod) -> usize {
    // Memory that TensorFlow takes as it is.
    let [x, y] = [(); 2].map(|()| Tensor::zeros(DType::Float32, [16]).unwrap());
    let call = || drop(model.infer([("x", &x), ("y", &y)]).unwrap());
    (0..100).for_each(|_| call());
    Allocations::during(call).count
}

#[test]
fn torchscript_allocates_the_list_of_outputs_and_an_owner_for_each() {
    let name = "allocations::torchscript_allocates_the_list_of_outputs_and_an_owner_for_each";
    in_own_process(name, |packages| {
        assert_eq!(of_call(&load(packages, "torch")), 1 + 1);
    });
}

#[test]
fn tensorflow_allocates_the_list_of_outputs_and_an_owner_for_each_tensor() {
    let name = "allocations::tensorflow_allocates_the_list_of_outputs_and_an_owner_for_each_tensor";
    in_own_process(name, |packages| {
        assert_eq!(of_call(&load(packages, "tensorflow")), 1 + 3);
    });
}

#[cfg(feature = "python")]
#[test]
fn python_allocates_the_list_of_outputs_and_an_owner_for_each() {
    let name = "allocations::python_allocates_the_list_of_outputs_and_an_owner_for_each";
    in_own_process(name, |packages| {
        assert_eq!(of_call(&load(packages, "python")), 1 + 1);
    });
}
