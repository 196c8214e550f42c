//! What concerns the whole process: its memory, its libraries, its threads. A program of its own,
//! so that no other test has a part in it.

mod alone;
#[path = "../../../neuropod-test-utils/tests/support/child.rs"]
mod child;
#[allow(clippy::duplicate_mod, reason = "both parts read what one script wrote")]
#[path = "../support/fixtures.rs"]
mod fixtures;
mod fork;
#[path = "../support/mod.rs"]
mod support;

use std::fs;

use neuropod_core::{Tensor, TensorView};

use std::sync::Arc;

use neuropod_core::ErrorKind;
use support::{cpu, f32s, infer, load, source};

fn resident_bytes() -> usize {
    let pages = fs::read_to_string("/proc/self/statm").expect("/proc/self/statm");
    pages.split_whitespace().nth(1).and_then(|pages| pages.parse::<usize>().ok()).expect("pages") * 4096
}

/// The growth in bytes over `cycles` runs of `work`, after it has warmed up.
fn growth(cycles: usize, work: impl Fn()) -> usize {
    (0..cycles / 4).for_each(|_| work());
    let before = resident_bytes();
    (0..cycles).for_each(|_| work());
    resident_bytes().saturating_sub(before)
}

#[test]
fn cycles_of_use_do_not_grow_the_process() {
    const MIB: usize = 1 << 20;
    let x = Tensor::from_vec([4], vec![1.0f32; 4]).unwrap();

    // A leak of the weights would be 32 MiB in each cycle.
    let grown = growth(20, || {
        let model = load("Weights", &[f32s("x", 1)], &[f32s("out", 1)]);
        assert_eq!(infer(&*model, [("x", &x)]).unwrap()["out"], x);
    });
    assert!(grown < 32 * MIB, "loading and dropping grew the process by {grown} bytes");

    let identity = load("Identity", &[f32s("x", 1)], &[f32s("out", 1)]);
    let stores = load("Stores", &[f32s("x", 1)], &[f32s("out", 1)]);
    let raises = load("Raises", &[f32s("x", 1)], &[f32s("out", 1)]);
    let values = vec![1.0f32; MIB / 4];
    let grown = growth(400, || {
        let owned = Tensor::from_vec([values.len()], values.clone()).unwrap();
        let view = || TensorView::from_slice(std::slice::from_ref(&LEN), &values).unwrap();
        infer(&*identity, [("x", &owned)]).unwrap();
        infer(&*identity, [("x", view())]).unwrap();
        infer(&*stores, [("x", &owned)]).unwrap();
        infer(&*stores, [("x", view())]).unwrap();
        infer(&*raises, [("x", &owned)]).unwrap_err();
    });
    assert!(grown < 32 * MIB, "400 calls with 1 MiB inputs grew the process by {grown} bytes");
}

#[test]
fn a_program_that_stays_on_the_cpu_loads_no_cuda_library_of_torch() {
    load("Identity", &[f32s("x", 1)], &[f32s("out", 1)]);
    let maps = fs::read_to_string("/proc/self/maps").expect("/proc/self/maps");
    assert!(maps.contains("libtorch_cpu.so"));
    assert!(!maps.contains("libtorch_cuda.so"));
}

#[test]
fn inter_op_threads_can_be_set_once_and_a_conflict_is_an_error() {
    let load = |threads| {
        let source = source("Fork", &[f32s("x", 1)], &[f32s("out", 1)]);
        neuropod_backend_torch::backend().load(Arc::new(source), &cpu().inter_op_threads(threads))
    };
    let model = load(3).unwrap();
    let x = Tensor::from_vec([1], vec![1.0f32]).unwrap();
    assert_eq!(infer(&*model, [("x", &x)]).unwrap()["out"].as_slice::<f32>().unwrap(), [3.0]);
    load(3).unwrap();
    let error = load(4).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidArgument);
    assert!(error.message().contains("it is 3 in this process"), "{error}");
}

const LEN: usize = (1 << 20) / 4;
