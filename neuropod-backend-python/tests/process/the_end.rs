//! How a process, or a thread, ends that still has models and outputs.

use std::cell::RefCell;
use std::sync::mpsc;
use std::thread;

use neuropod_core::{Model, Tensor};

use crate::alone::{as_it_is, succeeds};
use crate::support::{call, f32s, infer, load, vector};
use crate::{add, addition};

#[test]
fn models_and_outputs_that_live_until_the_end_do_no_harm() {
    succeeds("the_end::models_and_outputs_that_live_until_the_end_do_no_harm", as_it_is, || {
        let model = Box::leak(Box::new(addition().unwrap()));
        add(&**model);
        let outputs = infer(&**model, [("x", &vector(&[1.0])), ("y", &vector(&[2.0]))]).unwrap();
        Box::leak(Box::new(outputs));
    });
}

thread_local! {
    static KEPT: RefCell<Vec<Box<dyn Model>>> = const { RefCell::new(Vec::new()) };
    static OUTPUTS: RefCell<Vec<Tensor>> = const { RefCell::new(Vec::new()) };
}

#[test]
fn a_thread_that_ends_may_hold_outputs() {
    succeeds("the_end::a_thread_that_ends_may_hold_outputs", as_it_is, || {
        let model = load("def model(x): return {'out': x + 1}", &[f32s("x", 1)], &[f32s("out", 1)]);
        // Large outputs are freed at once.
        for is_first in [true, false] {
            let work = || {
                if is_first {
                    OUTPUTS.with_borrow_mut(Vec::clear); // ends after Python's state of the thread, or before
                }
                let out = infer(&*model, [("x", vector(&[0.0; 1 << 16]))]).unwrap().take("out").unwrap();
                OUTPUTS.with_borrow_mut(|kept| kept.push(out));
            };
            thread::scope(|scope| scope.spawn(work).join().unwrap());
        }
        infer(&*model, [("x", vector(&[1.0]))]).unwrap();
    });
}

#[test]
fn a_thread_that_ends_may_be_the_last_to_hold_an_output_in_python() {
    succeeds("the_end::a_thread_that_ends_may_be_the_last_to_hold_an_output_in_python", as_it_is, || {
        let model = load(
            "import threading\nlocal = threading.local()\n\ndef model(x):\n    local.kept = x\n    return {'out': x + 1}",
            &[f32s("x", 1)],
            &[f32s("out", 1)],
        );
        for _ in 0..20 {
            thread::scope(|scope| {
                let work = || {
                    let out = infer(&*model, [("x", vector(&[0.0; 1 << 16]))]).unwrap().take("out").unwrap();
                    // The thread's `local` has this array of Python's as an input of Rust's.
                    infer(&*model, [("x", out)]).unwrap();
                };
                scope.spawn(work).join().unwrap();
            });
        }
        infer(&*model, [("x", vector(&[1.0]))]).unwrap();
    });
}

#[test]
fn models_that_the_main_thread_keeps_do_no_harm() {
    succeeds("the_end::models_that_the_main_thread_keeps_do_no_harm", as_it_is, || {
        KEPT.with_borrow_mut(|kept| kept.push(addition().unwrap()));
        thread::spawn(|| KEPT.with_borrow_mut(|kept| kept.push(addition().unwrap()))).join().unwrap();
        KEPT.with_borrow(|kept| add(&*kept[0]));
    });
}

#[test]
fn threads_of_models_do_not_hold_the_end_up() {
    for kind in ["time.sleep(60)", "while True: pass", "print('x', file=open('/dev/null', 'w'))"] {
        let prepare = move |command: &mut std::process::Command| {
            command.env("KIND_OF_TEST", kind);
        };
        succeeds("the_end::threads_of_models_do_not_hold_the_end_up", prepare, || {
            let kind = std::env::var("KIND_OF_TEST").unwrap();
            let model = load(
                &format!(
                    "import threading, time\n\ndef work():\n    while True:\n        {kind}\n\n\
                     for daemon in (True, False): threading.Thread(target=work, daemon=daemon).start()\n\n\
                     def model(): return {{'out': 1.0}}"
                ),
                &[],
                &[f32s("out", 0)],
            );
            call(&*model).unwrap();
            if kind.contains("sleep") {
                drop(model);
            } else {
                Box::leak(Box::new(model));
            }
        });
    }
}

#[test]
fn threads_that_call_models_while_the_program_ends_do_no_harm() {
    for _ in 0..2 {
        succeeds("the_end::threads_that_call_models_while_the_program_ends_do_no_harm", as_it_is, || {
            let model: &'static dyn Model = &**Box::leak(Box::new(addition().unwrap()));
            let (started, start) = mpsc::channel();
            for _ in 0..3 {
                let started = started.clone();
                thread::spawn(move || {
                    loop {
                        add(model);
                        // Nobody listens after the first.
                        let _ = started.send(());
                    }
                });
            }
            (0..6).for_each(|_| start.recv().expect("a call"));
        });
    }
}

#[test]
fn what_a_model_registers_for_the_end_does_no_harm() {
    succeeds("the_end::what_a_model_registers_for_the_end_does_no_harm", as_it_is, || {
        let model = load(
            "import atexit, concurrent.futures as futures\natexit.register(lambda: 1 / 0)\npool = futures.ThreadPoolExecutor(2)\n\n\
             def model(): return {'out': pool.submit(lambda: 1.0).result()}",
            &[],
            &[f32s("out", 0)],
        );
        call(&*model).unwrap();
        Box::leak(Box::new(model));
    });
}
