//! Processes that are forked after torch was used.

use std::sync::{Arc, mpsc};
use std::thread;

use neuropod_core::{ErrorKind, Model, Tensor};

use crate::alone::succeeds;
use crate::child::End::{AsAProgram, AtOnce};
use crate::child::in_child;
use crate::fixtures::assert_conforms;
use crate::support::{cpu, f32s, infer, load, source};

/// A model that has several threads for one operator, whatever the machine has.
fn addition() -> Box<dyn Model> {
    let source = source("AdditionArgs", &[f32s("x", 1), f32s("y", 1)], &[f32s("out", 1)]);
    neuropod_backend_torch::backend().load(Arc::new(source), &cpu().intra_op_threads(3)).unwrap()
}

/// So many numbers that threads share them.
fn add(model: &dyn Model) {
    let x = Tensor::full([1 << 20], 1.0f32).unwrap();
    let outputs = infer(model, [("x", &x), ("y", &x)]).unwrap();
    assert!(outputs["out"].as_slice::<f32>().unwrap().iter().all(|sum| *sum == 2.0));
}

#[test]
fn a_child_runs_models_of_its_parent_and_its_own() {
    succeeds("fork::a_child_runs_models_of_its_parent_and_its_own", || {
        in_child("torch was not used", AsAProgram, || add(&*addition()));
        let model = addition();
        for end in [AtOnce, AsAProgram] {
            in_child("it does nothing", end, || ());
            in_child("the model never ran", end, || add(&*model));
            in_child("it loads its own", end, || add(&*addition()));
        }
        add(&*model);
        let threads = std::fs::read_dir("/proc/self/task").map(Iterator::count).ok();
        assert!(threads.is_none_or(|count| count >= 3), "{threads:?}: the operator has several threads");
        for end in [AtOnce, AsAProgram] {
            in_child("the model ran", end, || add(&*model));
            in_child("it loads its own after that", end, || add(&*addition()));
        }
        in_child("other threads use it", AtOnce, || {
            thread::scope(|scope| {
                (0..3).for_each(|_| drop(scope.spawn(|| add(&*model))));
            });
            in_child("so does a grandchild", AtOnce, || add(&*model));
        });
        add(&*model);
        let dropped = addition();
        in_child("it drops a model", AsAProgram, move || drop(dropped));
    });
}

#[test]
fn a_forked_child_conforms() {
    succeeds("fork::a_forked_child_conforms", || {
        add(&*addition());
        in_child("the conformance kit", AtOnce, || assert_conforms(neuropod_backend_torch::backend()));
    });
}

#[test]
fn asynchronous_work_runs_in_the_first_process_that_starts_some() {
    succeeds("fork::asynchronous_work_runs_in_the_first_process_that_starts_some", || {
        let x = Tensor::from_vec([1], vec![1.0f32]).unwrap();
        let load = || load("Fork", &[f32s("x", 1)], &[f32s("out", 1)]);
        let run = |model: &dyn Model| infer(model, [("x", &x)]).map(|outputs| outputs["out"].clone());
        let model = load();
        for end in [AtOnce, AsAProgram] {
            in_child("the model never ran", end, || drop(run(&*model).unwrap()));
        }
        run(&*model).unwrap();
        in_child("the model ran", AsAProgram, || {
            for model in [&model, &load()] {
                let error = run(&**model).unwrap_err();
                assert_eq!(error.kind(), ErrorKind::Unsupported, "{error}");
                assert!(error.message().contains("`spawn` instead of `fork`"), "{error}");
            }
            add(&*addition());
        });
        run(&*model).unwrap();
    });
}

#[test]
fn a_child_whose_parent_was_running_a_model_gets_an_error() {
    succeeds("fork::a_child_whose_parent_was_running_a_model_gets_an_error", || {
        let model = addition();
        let (stop, stopped) = mpsc::channel();
        let (started, start) = mpsc::channel();
        thread::scope(|scope| {
            let model = &model;
            scope.spawn(move || {
                while stopped.try_recv() == Err(mpsc::TryRecvError::Empty) {
                    add(&**model);
                    let _ = started.send(()); // nobody listens after the first
                }
            });
            start.recv().unwrap();
            for _ in 0..20 {
                in_child("another thread runs it", AtOnce, || {
                    let x = Tensor::from_vec([1], vec![1.0f32]).unwrap();
                    // The other thread may be between two calls.
                    if let Err(error) = infer(&**model, [("x", &x), ("y", &x)]) {
                        assert_eq!(error.kind(), ErrorKind::Unsupported, "{error}");
                        assert!(error.message().contains("in another thread"), "{error}");
                    }
                });
            }
            stop.send(()).unwrap();
        });
    });
}
