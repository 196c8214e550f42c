//! Python in the process of the other frameworks, and these in Python.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Barrier, OnceLock};
use std::thread;
use std::time::{Duration, Instant};

use neuropod::{DType, Inputs, Neuropod, Packager, TensorSpec};

use crate::support::{assert_adds, in_own_process, load};

/// Every package, each in one framework; the last two import it in Python.
const ALL: [&str; 5] = ["torch", "tensorflow", "python", "python-torch", "python-tensorflow"];

#[test]
fn torchscript_then_pytorch_in_python() {
    in_own_process("python::torchscript_then_pytorch_in_python", |packages| {
        assert_in_turn(&["torch", "python-torch"], |name| load(packages, name));
    });
}

#[test]
fn pytorch_in_python_then_torchscript() {
    in_own_process("python::pytorch_in_python_then_torchscript", |packages| {
        assert_in_turn(&["python-torch", "torch"], |name| load(packages, name));
    });
}

#[test]
fn tensorflow_then_tensorflow_in_python() {
    in_own_process("python::tensorflow_then_tensorflow_in_python", |packages| {
        assert_in_turn(&["tensorflow", "python-tensorflow"], |name| load(packages, name));
    });
}

#[test]
fn tensorflow_in_python_then_tensorflow() {
    in_own_process("python::tensorflow_in_python_then_tensorflow", |packages| {
        assert_in_turn(&["python-tensorflow", "tensorflow"], |name| load(packages, name));
    });
}

#[test]
fn all_from_several_threads_at_once() {
    in_own_process("python::all_from_several_threads_at_once", |packages| {
        let start = Barrier::new(ALL.len());
        thread::scope(|scope| {
            for index in 0..ALL.len() {
                let start = &start;
                scope.spawn(move || {
                    start.wait();
                    // Loading races as well: each thread begins with another one.
                    let names = (0..ALL.len()).map(|place| ALL[(index + place) % ALL.len()]);
                    let models: Vec<_> = names.map(|name| load(packages, name)).collect();
                    for call in 0..100 {
                        assert_adds(&models[call % models.len()], (index * 100 + call) as f32);
                    }
                });
            }
        });
    });
}

#[test]
fn models_that_live_until_the_process_ends_do_not_disturb_its_end() {
    static MODELS: OnceLock<[Neuropod; 5]> = OnceLock::new();
    in_own_process("python::models_that_live_until_the_process_ends_do_not_disturb_its_end", |packages| {
        let models = MODELS.get_or_init(|| ALL.map(|name| load(packages, name)));
        models.iter().for_each(|model| assert_adds(model, 1.0));
    });
}

#[test]
fn other_backends_go_on_while_python_computes() {
    in_own_process("python::other_backends_go_on_while_python_computes", |packages| {
        let busy = packages.join("busy");
        Packager::new("busy", "python")
            .bytes("0/config.json", *br#"{"entrypoint": "get_model", "entrypoint_package": "model"}"#)
            .bytes("0/code/model.py", BUSY)
            .output(TensorSpec::scalar("turns", DType::Int64))
            .write(&busy)
            .unwrap();
        let busy = Neuropod::load(&busy).unwrap();
        let others = ["torch", "tensorflow"].map(|name| load(packages, name));
        others.iter().for_each(|model| assert_adds(model, 1.0));
        let computes = AtomicBool::new(true);
        thread::scope(|scope| {
            let (busy, computes) = (&busy, &computes);
            scope.spawn(move || {
                busy.infer(Inputs::new()).unwrap();
                computes.store(false, Ordering::SeqCst);
            });
            for model in &others {
                let (mut calls, mut longest) = (0, Duration::ZERO);
                let until = Instant::now() + Duration::from_millis(400);
                while Instant::now() < until {
                    let start = Instant::now();
                    assert_adds(model, calls as f32);
                    longest = longest.max(start.elapsed());
                    calls += 1;
                }
                assert!(computes.load(Ordering::SeqCst), "Python did not compute meanwhile");
                assert!(calls > 100, "{} ran {calls} times in 400 ms, once for {longest:?}", model.backend());
            }
        });
    });
}

/// Computes in Python's own code for two seconds, with the lock.
const BUSY: &str = "
import time
import numpy

def get_model(data):
    def busy():
        turns, end = 0, time.monotonic() + 2
        while time.monotonic() < end:
            turns += 1
        return {'turns': numpy.int64(turns)}
    return busy
";

/// Loads one after the other, and calls all that are loaded after each.
fn assert_in_turn(names: &[&str], load: impl Fn(&str) -> Neuropod) {
    let mut models = Vec::new();
    for name in names {
        models.push(load(name));
        models.iter().for_each(|model| assert_adds(model, models.len() as f32));
    }
}
