//! Loading, running and dropping leaves no memory behind. A program of its own, and one test, as
//! it measures the process.

mod support;

use std::fs;

use neuropod_core::{Tensor, TensorView};

use support::{f32s, infer, load};

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

const LEN: usize = (1 << 20) / 4;
