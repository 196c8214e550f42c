//! What is left in memory, and what is copied there.

use std::fs;

use neuropod_core::{DType, ModelOptions, Tensor, TensorView};

use crate::alone::{as_it_is, succeeds};
use crate::support::{any, cpu, f32s, infer, load, load_with, numbers, source, vector, words};

const MIB: usize = 1 << 20;

fn status(field: &str) -> usize {
    let status = fs::read_to_string("/proc/self/status").expect("/proc/self/status");
    let line = status.lines().find_map(|line| line.strip_prefix(field)).expect(field);
    line.split_whitespace().nth(1).and_then(|number| number.parse().ok()).expect("a number")
}

fn resident_bytes() -> usize {
    status("VmRSS") * 1024
}

/// By how much more bytes than before `work` used at some time.
fn peak_growth<T>(work: impl FnOnce() -> T) -> (T, usize) {
    fs::write("/proc/self/clear_refs", "5").expect("the peak can be set back");
    let before = resident_bytes();
    let result = work();
    (result, (status("VmHWM") * 1024).saturating_sub(before))
}

#[test]
fn models_that_are_dropped_leave_no_memory_behind() {
    succeeds("memory::models_that_are_dropped_leave_no_memory_behind", as_it_is, || {
        let cycle = || {
            let model = load("Weights", &[f32s("x", 1)], &[f32s("out", 1)]);
            let x = vector(&[1.0; 4]);
            assert_eq!(infer(&*model, [("x", &x)]).unwrap()["out"], x);
        };
        (0..20).for_each(|_| cycle());
        let before = resident_bytes();
        (0..200).for_each(|_| cycle());
        // The weights of 200 models are 800 MiB. An allocator may keep fragments: of less than two
        // models.
        let grown = resident_bytes().saturating_sub(before);
        assert!(grown < 8 * MIB, "200 cycles with 4 MiB of weights grew the process by {grown} bytes");
    });
}

#[test]
fn models_that_are_dropped_leave_no_threads_behind() {
    succeeds("memory::models_that_are_dropped_leave_no_threads_behind", as_it_is, || {
        let threads = || fs::read_dir("/proc/self/task").expect("/proc/self/task").count();
        let x = Tensor::full([64, 256], 1.0f32).unwrap();
        let cycle = |options: &ModelOptions| {
            let source = source("MatrixChains", &[f32s("x", 2)], &[f32s("out", 2)]);
            infer(&*load_with(source, options).unwrap(), [("x", &x)]).unwrap();
        };
        for options in [
            cpu(),
            cpu().intra_op_threads(2),
            cpu().inter_op_threads(3),
            cpu().intra_op_threads(3).inter_op_threads(2),
        ] {
            (0..3).for_each(|_| cycle(&options));
            let before = threads();
            (0..20).for_each(|_| cycle(&options));
            assert!(threads() <= before, "{before} threads became {}: {options:?}", threads());
        }
    });
}

#[test]
fn large_inputs_and_outputs_are_not_copied() {
    succeeds("memory::large_inputs_and_outputs_are_not_copied", as_it_is, || {
        const BIG: usize = 256 * MIB;
        let dims = [BIG / 4];
        // Memory that is aligned, as that of a large vector is not.
        let mut x = Tensor::zeros(DType::Float32, dims).unwrap();
        x.as_mut_slice::<f32>().unwrap().fill(1.0);
        let count = load("Count", &[f32s("x", 1)], &[any("count", DType::Int32, 0)]);
        // The first call plans the run.
        infer(&*count, [("x", &vector(&[1.0]))]).unwrap();
        let view = x.view();
        for calls in
            [peak_growth(|| infer(&*count, [("x", &x)])), peak_growth(|| infer(&*count, [("x", view)]))]
        {
            let (outputs, grown) = calls;
            assert_eq!(outputs.unwrap()["count"].as_scalar::<i32>().unwrap() as usize, dims[0]);
            assert!(grown < BIG / 4, "an input of {BIG} bytes grew the process by {grown}");
        }

        let adds = load("ExpensiveBranch", &[f32s("x", 1)], &[f32s("cheap", 1)]);
        infer(&*adds, [("x", &vector(&[1.0]))]).unwrap();
        let (outputs, grown) = peak_growth(|| infer(&*adds, [("x", &x)]).unwrap());
        assert_eq!(numbers(&outputs, "cheap")[dims[0] - 1], 2.0);
        assert!(grown < BIG + BIG / 4, "an output of {BIG} bytes grew the process by {grown}");
    });
}

#[test]
fn calls_leave_no_memory_behind() {
    succeeds("memory::calls_leave_no_memory_behind", as_it_is, || {
        let identity = load("Identity_float32", &[f32s("x", 1)], &[f32s("y", 1)]);
        let strings = load("Identity_string", &[words("x")], &[words("y")]);
        let stores = load("StoresThenAdds", &[f32s("x", 1)], &[f32s("store", 1)]);
        let fails = load("FailsIfNegative", &[f32s("x", 1)], &[f32s("out", 1)]);
        let values = vec![-1.0f32; MIB / 4];
        let lines = Tensor::from_strings([1024], &vec!["a".repeat(1024); 1024]).unwrap();
        let cycle = || {
            let owned = Tensor::from_vec([values.len()], values.clone()).unwrap();
            let dims = [values.len()];
            let view = TensorView::from_slice(&dims, &values).unwrap();
            infer(&*identity, [("x", &owned)]).unwrap();
            infer(&*identity, [("x", view)]).unwrap();
            infer(&*strings, [("x", &lines)]).unwrap();
            infer(&*stores, [("x", &owned)]).unwrap();
            infer(&*stores, [("x", view)]).unwrap();
            infer(&*fails, [("x", &owned)]).unwrap_err();
        };
        (0..50).for_each(|_| cycle());
        let before = resident_bytes();
        (0..200).for_each(|_| cycle());
        // Each call has 1 MiB of input: a leak of any would be 200 MiB.
        let grown = resident_bytes().saturating_sub(before);
        assert!(grown < 32 * MIB, "200 rounds of calls with 1 MiB grew the process by {grown} bytes");
    });
}
