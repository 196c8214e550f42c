//! Models that keep state: what is run first, what calls see of each other, and several threads.

use std::thread;

use neuropod_core::{ErrorKind, Inputs, Model, TensorView};

use crate::support::{f32s, infer, infer_for, load, load_source, numbers, source_with_config, vector};

const COUNTERS: [&str; 3] = ["Counter", "RefCounter", "CounterSaved"];

fn with_x(name: &str) -> Box<dyn Model> {
    load(name, &[f32s("x", 1)], &[f32s("out", 1)])
}

#[test]
fn variables_have_the_values_that_they_were_initialised_with() {
    let x = vector(&[1.0, 10.0, 100.0]);
    for name in ["Variables", "VariablesSaved"] {
        assert_eq!(
            numbers(&infer(&*with_x(name), [("x", &x)]).unwrap(), "out"),
            [1.0, 20.0, 300.0],
            "{name}"
        );
    }
}

#[test]
fn initial_operations_run_in_order_and_once() {
    // `first` sets the factor to 1, `second` multiplies it by 10.
    let load_with_init = |names: &str| {
        let config =
            format!(r#"{{"node_name_mapping": {{"x": "x", "out": "out"}}, "init_op_names": {names}}}"#);
        load_source(source_with_config("InitOrder", &config, &[f32s("x", 1)], &[f32s("out", 1)]))
    };
    for (names, factor) in [
        (r#"["first", "second"]"#, 10.0),
        (r#"["first", "second", "second"]"#, 100.0),
        (r#"["^first", "second:0"]"#, 10.0),
        (r#"["first"]"#, 1.0),
    ] {
        let model = load_with_init(names).unwrap();
        for _ in 0..3 {
            let outputs = infer(&*model, [("x", &vector(&[1.0]))]).unwrap();
            assert_eq!(numbers(&outputs, "out"), [factor], "{names}");
        }
    }
    // Now `second` reads what is not written yet.
    let error = load_with_init(r#"["second", "first"]"#).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Load);
    assert!(error.message().contains("the initial operation `second` failed"), "{error}");
}

#[test]
fn state_is_kept_between_calls_and_not_shared_between_models() {
    let x = vector(&[1.0, 2.0]);
    for name in COUNTERS {
        let (one, other) = (with_x(name), with_x(name));
        assert_eq!(numbers(&infer(&*one, [("x", &x)]).unwrap(), "out"), [1.0, 2.0], "{name}");
        assert_eq!(numbers(&infer(&*one, [("x", &x)]).unwrap(), "out"), [2.0, 4.0], "{name}");
        assert_eq!(numbers(&infer(&*other, [("x", &x)]).unwrap(), "out"), [1.0, 2.0], "{name}");
        assert_eq!(numbers(&infer(&*one, [("x", &x)]).unwrap(), "out"), [3.0, 6.0], "{name}");
    }
}

#[test]
fn outputs_of_earlier_calls_do_not_change() {
    let x = vector(&[1.0, 2.0]);
    for name in COUNTERS {
        let model = with_x(name);
        let outputs: Vec<_> = (0..10).map(|_| infer(&*model, [("x", &x)]).unwrap()).collect();
        drop(model);
        for (call, outputs) in outputs.iter().enumerate() {
            let times = call as f32 + 1.0;
            assert_eq!(numbers(outputs, "out"), [times, 2.0 * times], "{name}");
        }
    }
}

#[test]
fn no_update_of_any_thread_is_lost() {
    const THREADS: usize = 8;
    const CALLS: usize = 250;
    let x = vector(&[1.0, 2.0]);
    for name in COUNTERS {
        let model = with_x(name);
        let mut seen: Vec<f32> = thread::scope(|scope| {
            let calls = || (0..CALLS).map(|_| infer(&*model, [("x", &x)]).unwrap()).collect::<Vec<_>>();
            let threads: Vec<_> = (0..THREADS).map(|_| scope.spawn(calls)).collect();
            let outputs = threads.into_iter().flat_map(|thread| thread.join().unwrap());
            outputs.map(|outputs| numbers(&outputs, "out")[0]).collect()
        });
        let none = vector(&[0.0, 0.0]);
        let total = (THREADS * CALLS) as f32;
        assert_eq!(numbers(&infer(&*model, [("x", &none)]).unwrap(), "out"), [total, 2.0 * total], "{name}");
        if name == "RefCounter" {
            // Calls take turns, so each saw a total of its own.
            seen.sort_by(f32::total_cmp);
            let expected: Vec<f32> = (1..=THREADS * CALLS).map(|call| call as f32).collect();
            assert_eq!(seen, expected);
        }
    }
}

#[test]
fn many_threads_call_one_model_at_once() {
    let model = load("Addition", &[f32s("x", 1), f32s("y", 1)], &[f32s("out", 1)]);
    thread::scope(|scope| {
        for thread in 0..16 {
            let model = &*model;
            scope.spawn(move || {
                for call in 0..200 {
                    let values = [thread as f32, call as f32];
                    let x = TensorView::from_slice(&[2], &values).unwrap();
                    let outputs = infer(model, [("x", x), ("y", x)]).unwrap();
                    assert_eq!(numbers(&outputs, "out"), [2.0 * thread as f32, 2.0 * call as f32]);
                }
            });
        }
    });
}

#[test]
fn a_variable_that_was_not_set_is_the_models_own_error() {
    for name in ["StoresThenAdds", "RefStoresThenAdds"] {
        let model = load(name, &[f32s("x", 1)], &[f32s("store", 1), f32s("bump", 1)]);
        let error = infer_for(&*model, Inputs::new(), &["bump"]).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Model, "{error}");
        assert!(error.message().contains("stored"), "{error}");
        let stored = infer_for(&*model, [("x", &vector(&[1.0]))], &["store"]).unwrap();
        assert_eq!(numbers(&stored, "store"), [1.0], "{name}: the model can be called again");
    }
}
