//! What is left in memory, and what is copied there.

use std::fs;
use std::thread;

use neuropod_core::{DType, Tensor};

use crate::alone::{as_it_is, succeeds};
use crate::support::{any, f32s, infer, load, vector};

const MIB: usize = 1 << 20;

fn resident_bytes() -> usize {
    let status = fs::read_to_string("/proc/self/status").expect("/proc/self/status");
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).expect("VmRSS");
    line.split_whitespace().next().and_then(|number| number.parse::<usize>().ok()).expect("a number") * 1024
}

/// By how many bytes the process grows from the `first` rounds of work to the end of the `others`.
fn growth(first: usize, others: usize, mut round: impl FnMut()) -> usize {
    (0..first).for_each(|_| round());
    let before = resident_bytes();
    (0..others).for_each(|_| round());
    resident_bytes().saturating_sub(before)
}

#[test]
fn threads_that_come_and_go_leave_nothing_behind() {
    succeeds("memory::threads_that_come_and_go_leave_nothing_behind", as_it_is, || {
        let model = load("def model(x): return {'out': x + 1}", &[f32s("x", 1)], &[f32s("out", 1)]);
        let grown = growth(500, 2500, || {
            thread::scope(|scope| {
                for _ in 0..4 {
                    scope.spawn(|| infer(&*model, [("x", vector(&[1.0; 8]))]).unwrap());
                }
            });
        });
        // Python's state of a thread is some hundred bytes and a stack of 16 KiB.
        assert!(grown < 8 * MIB, "10,000 threads grew the process by {grown} bytes");
    });
}

#[test]
fn calls_leave_no_memory_behind() {
    succeeds("memory::calls_leave_no_memory_behind", as_it_is, || {
        let model = load(
            "def model(x, s):\n    if x[0] < 0: raise ValueError('negative')\n    return {'new': x + 1, 'same': x, 'odd': x[::2], 's': s.tolist()}",
            &[f32s("x", 1), any("s", DType::String, 1)],
            &[f32s("new", 1), f32s("same", 1), f32s("odd", 1), any("s", DType::String, 1)],
        );
        let lines = Tensor::from_strings([64], &vec!["a".repeat(1024); 64]).unwrap();
        let grown = growth(20, 200, || {
            for sign in [1.0, -1.0] {
                let x = Tensor::full([MIB / 4], sign as f32).unwrap();
                let outputs = infer(&*model, [("x", &x), ("s", &lines)]);
                assert_eq!(outputs.is_ok(), sign > 0.0);
                let view = x.view();
                assert_eq!(infer(&*model, vec![("x", view), ("s", lines.view())]).is_ok(), sign > 0.0);
            }
        });
        assert!(grown < 16 * MIB, "200 rounds of calls with 4 MiB grew the process by {grown} bytes");
    });
}

#[test]
fn models_that_are_dropped_leave_no_memory_behind() {
    succeeds("memory::models_that_are_dropped_leave_no_memory_behind", as_it_is, || {
        let grown = growth(10, 50, || {
            let model = load(
                "weights = numpy.ones(1 << 20, 'f4')\nclass Model:\n    def __call__(self, x): return {'out': x * weights[0]}\nmodel = Model()\nModel.model = model",
                &[f32s("x", 1)],
                &[f32s("out", 1)],
            );
            infer(&*model, [("x", vector(&[1.0]))]).unwrap();
        });
        assert!(grown < 12 * MIB, "50 models of 4 MiB grew the process by {grown} bytes");
    });
}

#[test]
fn what_is_left_by_a_thread_is_freed_before_the_model_goes() {
    succeeds("memory::what_is_left_by_a_thread_is_freed_before_the_model_goes", as_it_is, || {
        let computes = load(
            "import time\n\ndef model():\n    end = time.monotonic() + 0.5\n    while time.monotonic() < end: pass\n    return {'out': 1.0}",
            &[],
            &[f32s("out", 0)],
        );
        let marker = tempfile::tempdir().unwrap();
        let path = marker.path().join("gone");
        let code = format!(
            "class Mark:\n    def __del__(self):\n        open({:?}, 'w').close()\n\nmark = Mark()\n\nclass Model:\n    def __call__(self): return {{'out': 1.0}}\n\nmodel = Model()",
            path.display().to_string()
        );
        let model = load(&code, &[], &[f32s("out", 0)]);
        thread::scope(|scope| {
            scope.spawn(|| crate::call(&*computes).unwrap());
            thread::sleep(std::time::Duration::from_millis(150));
            // The lock is not to be had, so that the callable is left to the other thread.
            drop(model);
            assert!(path.exists(), "the model's globals went with it");
        });
    });
}
