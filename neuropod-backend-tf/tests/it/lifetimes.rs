//! What is copied and what is not; who may drop what first; and nothing writes to a caller's memory.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use neuropod_core::{ALIGNMENT, Buffer, DType, Model, Tensor, TensorView};

use crate::support::{any, f32s, infer, infer_for, load, numbers, vector};

const BIG: usize = 1 << 20;

fn big() -> Tensor {
    Tensor::copy_array(&neuropod_core::reexport::ndarray::Array1::from_iter((0..BIG).map(|i| i as f32)))
        .unwrap()
}

/// The same numbers, `offset` bytes behind an aligned address.
fn placed(tensor: &Tensor, offset: usize) -> Tensor {
    let len = tensor.bytes().len();
    let mut memory = Buffer::zeroed(len + offset).unwrap();
    memory.as_mut_slice().unwrap()[offset..].copy_from_slice(tensor.bytes());
    Tensor::from_buffer(tensor.dtype(), tensor.shape(), memory.slice(offset..offset + len)).unwrap()
}

/// The same numbers in memory that counts how often it is freed.
fn counted(tensor: &Tensor) -> (Tensor, Arc<AtomicUsize>) {
    let drops = Arc::new(AtomicUsize::new(0));
    let memory = Counted { memory: Buffer::copy_from(tensor.bytes()), drops: Arc::clone(&drops) };
    (Tensor::from_buffer(tensor.dtype(), tensor.shape(), Buffer::from_owner(memory)).unwrap(), drops)
}

struct Counted {
    memory: Buffer,
    drops: Arc<AtomicUsize>,
}

impl AsRef<[u8]> for Counted {
    fn as_ref(&self) -> &[u8] {
        &self.memory
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.drops.fetch_add(1, Ordering::SeqCst);
    }
}

/// Gives freed memory a chance to be handed out again, so that a dangling tensor shows.
fn churn() {
    for _ in 0..8 {
        drop(std::hint::black_box(vec![-1.0f32; BIG]));
    }
}

fn address(tensor: &Tensor) -> usize {
    tensor.bytes().as_ptr() as usize
}

fn identity() -> Box<dyn Model> {
    load("Identity_float32", &[f32s("x", 1)], &[f32s("y", 1)])
}

#[test]
fn an_aligned_input_is_not_copied_and_an_output_that_is_it_outlives_it() {
    let model = identity();
    let mut allocated = model.allocator().allocate(DType::Float32, &[BIG]).unwrap();
    allocated.as_mut_slice().unwrap().copy_from_slice(big().as_slice::<f32>().unwrap());
    for x in [allocated, placed(&big(), 0), placed(&big(), ALIGNMENT)] {
        let given = address(&x);
        assert_eq!(given % ALIGNMENT, 0);
        let outputs = infer(&*model, [("x", &x)]).unwrap();
        drop(x);
        churn();
        assert_eq!(address(&outputs["y"]), given, "nothing is copied");
        assert_eq!(outputs["y"], big());
    }
}

#[test]
fn an_input_that_is_not_aligned_is_copied() {
    let model = identity();
    for offset in [4, 8, 12, ALIGNMENT - 4] {
        let x = placed(&big(), offset);
        let outputs = infer(&*model, [("x", &x)]).unwrap();
        assert_ne!(address(&outputs["y"]), address(&x), "TensorFlow's operators need the alignment");
        assert_eq!(outputs["y"], x);
    }
}

#[test]
fn an_output_outlives_the_model() {
    let model = load("Addition", &[f32s("x", 1), f32s("y", 1)], &[f32s("out", 1)]);
    let x = big();
    let outputs = infer(&*model, [("x", &x), ("y", &x)]).unwrap();
    drop((model, x));
    churn();
    let expected: Vec<f32> = (0..BIG).map(|i| 2.0 * i as f32).collect();
    assert_eq!(numbers(&outputs, "out"), expected);
    assert_eq!(outputs["out"].clone().bytes().as_ptr() as usize, address(&outputs["out"]));
}

#[test]
fn an_output_can_be_written_if_it_is_nobody_elses() {
    let x = placed(&vector(&[1.0, 2.0, 3.0]), 0);
    // Whether each output of a first call, all others being dropped, can be written.
    let can_be_written = |name: &str, inputs: &[(&str, &Tensor)], outputs: &[&str]| -> Vec<bool> {
        let specs = |names: Vec<&str>| names.iter().map(|name| f32s(name, 1)).collect::<Vec<_>>();
        let names = inputs.iter().map(|(name, _)| *name).collect();
        let model = load(name, &specs(names), &specs(outputs.to_vec()));
        let mut found = infer(&*model, inputs.to_vec()).unwrap();
        let written = |output: &&str| {
            let mut tensor = found.take(output).unwrap();
            tensor.as_mut_bytes().map(|bytes| bytes.fill(0xff)).is_ok()
        };
        let written = outputs.iter().map(written).collect();
        let again = infer(&*model, inputs.to_vec()).unwrap();
        assert!(outputs.iter().all(|output| numbers(&again, output).iter().all(|value| !value.is_nan())));
        written
    };
    assert_eq!(can_be_written("Addition", &[("x", &x), ("y", &x)], &["out"]), [true]);
    let three = ["sum", "difference", "product"];
    assert_eq!(can_be_written("Arithmetic", &[("x", &x), ("y", &x)], &three), [true; 3]);
    assert_eq!(can_be_written("Identity_float32", &[("x", &x)], &["y"]), [false]);
    assert_eq!(can_be_written("Tail", &[("x", &x)], &["y"]), [true], "TensorFlow copies what is not aligned");
    assert_eq!(can_be_written("Constant", &[], &["out"]), [false]);
    assert_eq!(can_be_written("MappedConstant", &[], &["out"]), [false]);
    assert_eq!(can_be_written("KeepsInput", &[("x", &x)], &["previous"]), [false]);
    assert_eq!(can_be_written("SameTwice", &[("x", &x)], &["one", "two"]), [false, false]);
    assert_eq!(x, vector(&[1.0, 2.0, 3.0]));
}

#[test]
fn a_view_is_borrowed_for_the_call_and_no_longer() {
    for (name, output, offset) in [("Identity_float32", "y", 0), ("Tail", "y", 1)] {
        let model = load(name, &[f32s("x", 1)], &[f32s(output, 1)]);
        assert!(format!("{model:?}").contains("borrows: true"), "{model:?}");
        let mut memory = placed(&big(), 0);
        let lent = address(&memory)..address(&memory) + memory.bytes().len();
        let outputs = infer(&*model, [("x", memory.view())]).unwrap();
        assert!(!lent.contains(&address(&outputs[output])), "{name}");
        memory.as_mut_slice::<f32>().expect("the only handle").fill(9.0);
        drop(memory);
        churn();
        assert_eq!(numbers(&outputs, output), &big().as_slice::<f32>().unwrap()[offset..], "{name}");
    }
}

#[test]
fn a_view_of_memory_that_is_not_aligned_is_read_right() {
    let model = identity();
    let x = placed(&big(), 4);
    assert_eq!(infer(&*model, [("x", x.view())]).unwrap()["y"], x);
}

#[test]
fn a_graph_that_may_keep_its_inputs_borrows_none() {
    for name in ["Counter", "RefCounter", "CounterSaved"] {
        let model = load(name, &[f32s("x", 1)], &[f32s("out", 1)]);
        assert!(format!("{model:?}").contains("borrows: false"), "{name}: {model:?}");
    }
    // Reading variables, and functions that only do that, keep nothing.
    for name in ["Variables", "VariablesSaved", "AdditionSaved"] {
        let inputs =
            if name == "AdditionSaved" { vec![f32s("x", 1), f32s("y", 1)] } else { vec![f32s("x", 1)] };
        let model = load(name, &inputs, &[f32s("out", 1)]);
        assert!(format!("{model:?}").contains("borrows: true"), "{name}: {model:?}");
    }
}

#[test]
fn inputs_are_freed_when_the_last_output_that_shares_them_is() {
    let model = identity();
    let (x, drops) = counted(&big());
    let outputs = infer(&*model, [("x", &x)]).unwrap();
    drop(x);
    assert_eq!(drops.load(Ordering::SeqCst), 0, "the output shares the memory");
    drop(outputs);
    assert_eq!(drops.load(Ordering::SeqCst), 1);

    let addition = load("Addition", &[f32s("x", 1), f32s("y", 1)], &[f32s("out", 1)]);
    let (x, drops) = counted(&big());
    let outputs = infer(&*addition, [("x", &x), ("y", &x)]).unwrap();
    drop(x);
    assert_eq!(drops.load(Ordering::SeqCst), 1, "the output does not keep the inputs");
    drop(outputs);
}

#[test]
fn a_model_that_stores_its_input_and_changes_it_does_not_touch_the_callers() {
    for name in ["StoresThenAdds", "RefStoresThenAdds"] {
        let model = load(name, &[f32s("x", 1)], &[f32s("store", 1), f32s("bump", 1)]);
        let none = || neuropod_core::Inputs::new();
        let (x, drops) = counted(&big());
        let stored = infer_for(&*model, [("x", &x)], &["store"]).unwrap();
        for call in 1..=3 {
            let bumped = infer_for(&*model, none(), &["bump"]).unwrap();
            assert_eq!(numbers(&bumped, "bump")[..2], [call as f32, 1.0 + call as f32], "{name}");
        }
        assert_eq!(x, big(), "{name}: the caller's memory is as it was");
        assert_eq!(stored["store"], big(), "{name}: so is what was returned before");

        drop((x, stored));
        churn();
        let bumped = infer_for(&*model, none(), &["bump"]).unwrap();
        assert_eq!(numbers(&bumped, "bump")[..2], [4.0, 5.0], "{name}");
        drop((model, bumped));
        assert_eq!(drops.load(Ordering::SeqCst), 1, "{name}: the caller's memory is freed");
    }
}

#[test]
fn a_model_that_stores_a_view_keeps_a_copy_of_it() {
    for name in ["StoresThenAdds", "RefStoresThenAdds"] {
        let model = load(name, &[f32s("x", 1)], &[f32s("store", 1), f32s("bump", 1)]);
        let mut values = vec![1.0f32; BIG];
        let view = TensorView::from_slice(&[BIG], &values).unwrap();
        let stored = infer_for(&*model, [("x", view)], &["store"]).unwrap();
        assert!(values.iter().all(|value| *value == 1.0), "{name}");
        values.fill(9.0);
        drop(values);
        churn();
        let bumped = infer_for(&*model, neuropod_core::Inputs::new(), &["bump"]).unwrap();
        assert!(numbers(&bumped, "bump").iter().all(|value| *value == 2.0), "{name}");
        assert!(numbers(&stored, "store").iter().all(|value| *value == 1.0), "{name}");
    }
}

#[test]
fn a_call_that_fails_lets_go_of_its_inputs() {
    let model = load("FailsIfNegative", &[f32s("x", 1)], &[f32s("out", 1)]);
    let (x, drops) = counted(&vector(&[-1.0; 1000]));
    infer(&*model, [("x", &x)]).unwrap_err();
    drop(x);
    assert_eq!(drops.load(Ordering::SeqCst), 1);

    // An input of the wrong type stops the call after another was handed over.
    let model = load("V1Loop", &[f32s("x", 1), any("times", DType::Int32, 0)], &[f32s("out", 1)]);
    let (x, drops) = counted(&vector(&[1.0; 1000]));
    infer(&*model, [("x", &x), ("times", &vector(&[1.0]))]).unwrap_err();
    drop(x);
    assert_eq!(drops.load(Ordering::SeqCst), 1);
}
