//! Many threads, and threads that come and go.

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use neuropod_core::DType;

use crate::support::{any, call, f32s, failure, infer, load, numbers, vector};

#[test]
fn many_threads_call_one_model() {
    let model = load(
        "def model(x):\n    if x[0] < 0: raise ValueError('negative')\n    return {'out': x * 2, 'same': x}",
        &[f32s("x", 1)],
        &[f32s("out", 1), f32s("same", 1)],
    );
    thread::scope(|scope| {
        for number in 0..8 {
            let model = &*model;
            scope.spawn(move || {
                for round in 0..100 {
                    let x = vector(&[(number * 100 + round) as f32; 16]);
                    let outputs = infer(model, [("x", &x)]).unwrap();
                    assert_eq!(numbers::<f32>(&outputs, "out"), [2.0 * (number * 100 + round) as f32; 16]);
                    assert_eq!(outputs["same"], x);
                    if round % 10 == 0 {
                        failure(model, [("x", vector(&[-1.0]))]);
                    }
                }
            });
        }
    });
}

#[test]
fn models_are_loaded_and_dropped_on_many_threads() {
    thread::scope(|scope| {
        for number in 0..4 {
            scope.spawn(move || {
                for _ in 0..10 {
                    let model = load(
                        &format!("import json\nN = {number}\ndef model(): return {{'out': N}}"),
                        &[],
                        &[any("out", DType::Int64, 0)],
                    );
                    assert_eq!(numbers::<i64>(&call(&*model).unwrap(), "out"), [number]);
                }
            });
        }
    });
}

/// How long these take together.
fn time(work: impl FnOnce()) -> Duration {
    let start = Instant::now();
    work();
    start.elapsed()
}

const SLEEP: &str = "import time\n\ndef model():\n    time.sleep(0.3)\n    return {'out': 1.0}";

#[test]
fn models_that_wait_do_so_at_the_same_time() {
    let models = [load(SLEEP, &[], &[f32s("out", 0)]), load(SLEEP, &[], &[f32s("out", 0)])];
    let took = time(|| {
        thread::scope(|scope| {
            for model in &models {
                scope.spawn(|| call(&**model).unwrap());
            }
        });
    });
    assert!(took >= Duration::from_millis(300) && took < Duration::from_millis(550), "{took:?}");
}

const COMPUTES: &str = "import time\n\ndef model():\n    end = time.monotonic() + 1\n    n = 0\n    \
                        while time.monotonic() < end: n += sum(range(100))\n    return {'out': n}";

#[test]
fn dropping_an_output_does_not_wait_for_another_threads_model() {
    let makes = load("def model(): return {'out': numpy.ones(20_000, 'f4')}", &[], &[f32s("out", 1)]);
    let outputs: Vec<_> = (0..800).map(|_| call(&*makes).unwrap()).collect();
    let computes = load(COMPUTES, &[], &[f32s("out", 0)]);
    let ended = AtomicBool::new(false);
    thread::scope(|scope| {
        scope.spawn(|| {
            call(&*computes).unwrap();
            ended.store(true, Ordering::SeqCst);
        });
        thread::sleep(Duration::from_millis(200));
        let took = time(|| drop(outputs));
        assert!(!ended.load(Ordering::SeqCst), "the other model still computes");
        // Waiting for the lock takes about a millisecond each time.
        assert!(took < Duration::from_millis(150), "{took:?}");
    });
}

#[test]
fn threads_of_a_model_run_between_calls() {
    let model = load(
        "import threading, time\nn = 0\n\ndef count():\n    global n\n    while True:\n        n += 1\n        \
         time.sleep(0.001)\n\nthreading.Thread(target=count, daemon=True).start()\n\ndef model(): return {'out': n}",
        &[],
        &[any("out", DType::Int64, 0)],
    );
    let count = || numbers::<i64>(&call(&*model).unwrap(), "out")[0];
    let first = count();
    let deadline = Instant::now() + Duration::from_secs(5);
    // This thread sleeps in Rust, and must not hold Python's lock.
    while count() < first + 5 {
        assert!(Instant::now() < deadline, "the model's thread does not run");
        thread::sleep(Duration::from_millis(10));
    }
}

#[test]
fn what_a_model_keeps_for_a_thread_stays_with_it() {
    let model = load(
        "import threading\nlocal = threading.local()\n\ndef model():\n    local.n = getattr(local, 'n', 0) + 1\n    \
         return {'n': local.n, 'thread': threading.get_ident()}",
        &[],
        &[any("n", DType::Int64, 0), any("thread", DType::Int64, 0)],
    );
    let count = || numbers::<i64>(&call(&*model).unwrap(), "n")[0];
    assert_eq!((count(), count(), count()), (1, 2, 3));
    thread::scope(|scope| {
        scope.spawn(|| assert_eq!((count(), count()), (1, 2), "another thread has its own"));
    });
    assert_eq!(count(), 4);
}

#[test]
fn outputs_are_dropped_on_other_threads() {
    let model = load("def model(x): return {'out': x + 1}", &[f32s("x", 1)], &[f32s("out", 1)]);
    thread::scope(|scope| {
        for round in 0..50 {
            let outputs = infer(&*model, [("x", vector(&[round as f32; 100]))]).unwrap();
            scope.spawn(move || assert_eq!(numbers::<f32>(&outputs, "out"), [round as f32 + 1.0; 100]));
        }
    });
    thread::spawn(move || drop(model)).join().unwrap();
}
