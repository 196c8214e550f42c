//! How a process ends that still has models.

use std::sync::mpsc;
use std::thread;

use neuropod_core::Model;

use crate::alone::{as_it_is, succeeds};
use crate::support::{cpu, f32s, infer, load, load_with, source, vector};
use crate::{add, addition};

#[test]
fn models_that_live_until_the_end_do_no_harm() {
    let test = "the_end::models_that_live_until_the_end_do_no_harm";
    succeeds(test, as_it_is, || {
        let model = Box::leak(Box::new(addition()));
        add(&**model);
        let counter = Box::leak(Box::new(load("Counter", &[f32s("x", 1)], &[f32s("out", 1)])));
        let outputs = infer(&**counter, [("x", &vector(&[1.0, 2.0]))]).unwrap();
        Box::leak(Box::new(outputs));
    });
}

#[test]
fn threads_that_call_models_while_the_program_ends_do_no_harm() {
    let test = "the_end::threads_that_call_models_while_the_program_ends_do_no_harm";
    for _ in 0..3 {
        succeeds(test, as_it_is, || {
            let models: &[Box<dyn Model>; 2] = Box::leak(Box::new([
                addition(),
                load_with(
                    source("Addition", &[f32s("x", 1), f32s("y", 1)], &[f32s("out", 1)]),
                    &cpu().inter_op_threads(2).intra_op_threads(2),
                )
                .unwrap(),
            ]));
            let (started, start) = mpsc::channel();
            for model in models {
                let started = started.clone();
                thread::spawn(move || {
                    loop {
                        add(&**model);
                        // Nobody listens after the first.
                        let _ = started.send(());
                    }
                });
            }
            (0..4).for_each(|_| start.recv().expect("a call"));
        });
    }
}
