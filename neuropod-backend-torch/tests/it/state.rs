//! Models that keep state, and several threads.

use std::thread;

use neuropod_core::{Tensor, TensorView};

use crate::support::{f32s, infer, load};

#[test]
fn many_threads_call_one_model_at_once() {
    let model = load("AdditionArgs", &[f32s("x", 1), f32s("y", 1)], &[f32s("out", 1)]);
    thread::scope(|scope| {
        for thread in 0..16 {
            let model = &*model;
            scope.spawn(move || {
                for call in 0..200 {
                    let values = [thread as f32, call as f32];
                    let x = TensorView::from_slice(&[2], &values).unwrap();
                    let outputs = infer(model, [("x", x), ("y", x)]).unwrap();
                    let expected = [2.0 * thread as f32, 2.0 * call as f32];
                    assert_eq!(outputs["out"].as_slice::<f32>().unwrap(), expected);
                }
            });
        }
    });
}

#[test]
fn outputs_do_not_change_when_the_models_state_does() {
    let model = load("Accumulates", &[f32s("x", 1)], &[f32s("out", 1)]);
    let x = Tensor::from_vec([2], vec![1.0f32, 2.0]).unwrap();
    let first = infer(&*model, [("x", &x)]).unwrap();
    let second = infer(&*model, [("x", &x)]).unwrap();
    assert_eq!(first["out"].as_slice::<f32>().unwrap(), [1.0, 2.0]);
    assert_eq!(second["out"].as_slice::<f32>().unwrap(), [2.0, 4.0]);
}

#[test]
fn a_container_among_the_attributes_keeps_what_is_put_into_it() {
    let model = load("Caches", &[f32s("x", 1)], &[f32s("out", 1)]);
    for call in 1..=50 {
        let values = vec![1.0f32; 1000];
        let x = TensorView::from_slice(&[1000], &values).unwrap();
        let outputs = infer(&*model, [("x", x)]).unwrap();
        assert_eq!(outputs["out"].as_slice::<f32>().unwrap()[999], call as f32);
    }
}

#[test]
fn threads_take_turns_on_a_model_that_changes_itself() {
    let model = load("Accumulates", &[f32s("x", 1)], &[f32s("out", 1)]);
    let stores = load("Stores", &[f32s("x", 1)], &[f32s("out", 1)]);
    let x = Tensor::from_vec([2], vec![1.0f32, 1.0]).unwrap();
    thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                for _ in 0..250 {
                    infer(&*model, [("x", &x)]).unwrap();
                    infer(&*stores, [("x", &x)]).unwrap();
                }
            });
        }
    });
    let last = infer(&*model, [("x", &x)]).unwrap();
    assert_eq!(last["out"].as_slice::<f32>().unwrap(), [2001.0, 2001.0], "no call was lost");
}
