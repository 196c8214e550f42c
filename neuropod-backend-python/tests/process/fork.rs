//! Processes that are forked after Python was used.

use std::sync::mpsc;
use std::thread;

use neuropod_core::{ErrorKind, Model, Tensor};

use crate::addition;
use crate::alone::{as_it_is, runs, succeeds};
use crate::child::End::{AsAProgram, AtOnce};
use crate::child::in_child;
use crate::fixtures::{Functions, assert_conforms};
use crate::support::{f32s, infer, load, load_code};

/// So many numbers that threads share them.
fn large() -> Tensor {
    Tensor::full([1 << 20], 1.0f32).unwrap()
}

fn add(model: &dyn Model) {
    let x = large();
    let outputs = infer(model, [("x", &x), ("y", &x)]).unwrap();
    assert!(outputs["out"].as_slice::<f32>().unwrap().iter().all(|sum| *sum == 2.0));
}

/// A module of PyTorch's, which uses several threads for one operator, whatever the machine has.
fn module() -> Box<dyn Model> {
    let code = "import torch\n\nclass Add(torch.nn.Module):\n    def forward(self, x, y):\n        \
                return {'out': x + y}\n\ndef get_model(data):\n    torch.set_num_threads(3)\n    return Add()\n";
    load_code(code, &[f32s("x", 1), f32s("y", 1)], &[f32s("out", 1)]).unwrap()
}

#[test]
fn a_child_runs_models_of_its_parent_and_its_own() {
    let test = "fork::a_child_runs_models_of_its_parent_and_its_own";
    succeeds(test, as_it_is, || {
        in_child("Python was not started", AsAProgram, || add(&*addition().unwrap()));
        let model = addition().unwrap();
        for ran in [false, true] {
            for end in [AtOnce, AsAProgram] {
                in_child(&format!("the parent's model, which ran: {ran}"), end, || add(&*model));
                in_child("its own", end, || add(&*addition().unwrap()));
                in_child("it does nothing", end, || ());
            }
            add(&*model);
        }
        in_child("it drops the model", AsAProgram, || drop(model));
    });
}

#[test]
fn a_child_runs_modules_of_pytorch() {
    // PyTorch itself takes its time to end.
    runs("fork::a_child_runs_modules_of_pytorch", as_it_is, || {
        let model = module();
        add(&*model);
        let threads = std::fs::read_dir("/proc/self/task").map(Iterator::count).ok();
        assert!(threads.is_none_or(|count| count >= 3), "{threads:?}: the operator has several threads");
        in_child("the parent's model", AtOnce, || add(&*model));
        in_child("its own", AtOnce, || add(&*module()));
        add(&*model);
    });
}

#[test]
fn a_forked_child_conforms() {
    succeeds("fork::a_forked_child_conforms", as_it_is, || {
        add(&*addition().unwrap());
        in_child("the conformance kit", AtOnce, || {
            assert_conforms(neuropod_backend_python::backend(), Functions);
        });
    });
}

#[test]
fn a_child_whose_parent_was_running_a_model_gets_an_error() {
    let test = "fork::a_child_whose_parent_was_running_a_model_gets_an_error";
    succeeds(test, as_it_is, || {
        let code = "import time\ndef model(x):\n    time.sleep(float(x[0]))\n    return {'out': x}";
        let model = load(code, &[f32s("x", 1)], &[f32s("out", 1)]);
        let sleep = |seconds| infer(&*model, [("x", Tensor::from_slice([1], &[seconds]).unwrap())]);
        let (started, start) = mpsc::channel();
        thread::scope(|scope| {
            let sleep = &sleep;
            scope.spawn(move || {
                started.send(()).unwrap();
                sleep(2.0f32).unwrap();
            });
            start.recv().unwrap();
            thread::sleep(std::time::Duration::from_millis(500));
            in_child("another thread runs it", AsAProgram, || {
                for error in [sleep(0.0).unwrap_err(), addition().unwrap_err()] {
                    assert_eq!(error.kind(), ErrorKind::Unsupported, "{error}");
                    assert!(error.message().contains("in another thread"), "{error}");
                }
            });
        });
    });
}
