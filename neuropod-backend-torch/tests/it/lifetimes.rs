//! Outputs and stored inputs stay valid, whoever drops what first, and nothing writes to a
//! caller's memory.

use neuropod_core::{Tensor, TensorView};

use crate::support::{any, f32s, infer, load};

const BIG: usize = 1 << 20;

fn big() -> Tensor {
    Tensor::from_vec([BIG], (0..BIG).map(|i| i as f32).collect()).unwrap()
}

/// Gives freed memory a chance to be handed out again, so that a dangling tensor shows.
fn churn() {
    for _ in 0..8 {
        drop(std::hint::black_box(vec![-1.0f32; BIG]));
    }
}

#[test]
fn an_output_that_is_the_input_shares_its_memory_and_outlives_it() {
    let model = load("Identity", &[f32s("x", 1)], &[f32s("out", 1)]);
    let x = big();
    let address = x.bytes().as_ptr();
    let outputs = infer(&*model, [("x", &x)]).unwrap();
    drop((x, model));
    churn();
    assert_eq!(outputs["out"].bytes().as_ptr(), address, "nothing is copied");
    assert_eq!(outputs["out"], big());
}

#[test]
fn a_slice_of_the_input_shares_its_memory_and_outlives_it() {
    let specs = [f32s("head", 2), f32s("tail", 2), f32s("transposed", 2)];
    let model = load("Slice", &[f32s("x", 2)], &specs);
    let x = big().reshape([4, BIG / 4]).unwrap();
    let tail = x.bytes()[x.bytes().len() / 2..].as_ptr();
    let mut outputs = infer(&*model, [("x", &x)]).unwrap();
    drop(x);
    drop(outputs.take("head"));
    churn();
    assert_eq!(outputs["tail"].bytes().as_ptr(), tail, "nothing is copied");
    assert_eq!(outputs["tail"].as_slice::<f32>().unwrap(), &big().as_slice::<f32>().unwrap()[BIG / 2..]);
}

#[test]
fn an_output_can_be_written_if_it_is_nobody_elses() {
    let x = Tensor::from_vec([4, 3], (0..12).map(|value| value as f32).collect()).unwrap();
    let expected = x.to_owned_memory();
    // Whether each output of a call can be written, one after the other.
    let can_be_written = |name: &str, outputs: &[&str]| -> Vec<bool> {
        let specs: Vec<_> = outputs.iter().map(|name| f32s(name, 2)).collect();
        let model = load(name, &[f32s("x", 2)], &specs);
        let mut found = infer(&*model, [("x", &x)]).unwrap();
        let written = outputs.iter().map(|output| {
            let mut tensor = found.take(output).unwrap();
            tensor.as_mut_bytes().map(|bytes| bytes.fill(0xff)).is_ok()
        });
        let written = written.collect();
        let again = infer(&*model, [("x", &x)]).unwrap();
        for output in outputs {
            assert!(again[*output].as_slice::<f32>().unwrap().iter().all(|value| !value.is_nan()), "{name}");
        }
        written
    };
    assert_eq!(can_be_written("Normalises", &["out"]), [true]);
    assert_eq!(can_be_written("Identity", &["out"]), [false]);
    assert_eq!(can_be_written("Slice", &["head", "tail", "transposed"]), [false, false, true]);
    assert_eq!(can_be_written("Stores", &["out"]), [true], "a copy");
    assert_eq!(can_be_written("InPlaceDict", &["out"]), [true], "a copy of the input");
    assert_eq!(can_be_written("Held", &["parameter", "part", "detached"]), [false; 3]);
    assert_eq!(can_be_written("SameTwice", &["one", "two", "view"]), [false; 3]);
    assert_eq!(x, expected);
}

#[test]
fn an_output_that_is_a_borrowed_input_is_copied_before_the_borrow_ends() {
    let model = load("Identity", &[f32s("x", 1)], &[f32s("out", 1)]);
    let mut values = vec![1.0f32; BIG];
    let outputs = infer(&*model, [("x", TensorView::from_slice(&[BIG], &values).unwrap())]).unwrap();
    values.fill(2.0);
    drop(values);
    churn();
    assert!(outputs["out"].as_slice::<f32>().unwrap().iter().all(|value| *value == 1.0));
}

#[test]
fn an_input_that_the_model_stores_outlives_the_caller() {
    let model = load("Stores", &[f32s("x", 1)], &[f32s("out", 1)]);
    infer(&*model, [("x", &big())]).unwrap();
    churn();
    let values = vec![3.0f32; BIG];
    let previous = infer(&*model, [("x", TensorView::from_slice(&[BIG], &values).unwrap())]).unwrap();
    assert_eq!(previous["out"], big());
    drop(values);
    churn();
    let previous = infer(&*model, [("x", &big())]).unwrap();
    assert!(previous["out"].as_slice::<f32>().unwrap().iter().all(|value| *value == 3.0));
}

#[test]
fn a_model_that_writes_to_its_input_gets_a_copy() {
    let one = Tensor::scalar(1.0f32);
    let x = Tensor::from_vec([2, 2], vec![1.0f32, 2.0, 3.0, 4.0]).unwrap();
    let model = load("InPlace", &[f32s("x", 2), f32s("y", 0)], &[f32s("out", 2)]);
    let outputs = infer(&*model, [("x", &x), ("y", &one)]).unwrap();
    assert_eq!(outputs["out"].as_slice::<f32>().unwrap(), [2.0, 3.0, 3.0, 4.0]);
    assert_eq!(x.as_slice::<f32>().unwrap(), [1.0, 2.0, 3.0, 4.0]);

    for (model, expected) in [
        ("InPlaceDict", [10.0, 20.0, 30.0, 40.0]),
        ("InPlaceUnion", [10.0, 20.0, 30.0, 40.0]),
        ("InPlaceOptional", [7.0, 7.0, 3.0, 4.0]),
    ] {
        let model = load(model, &[f32s("x", 2)], &[f32s("out", 2)]);
        let outputs = infer(&*model, [("x", &x)]).unwrap();
        assert_eq!(outputs["out"].as_slice::<f32>().unwrap(), expected);
        assert_eq!(x.as_slice::<f32>().unwrap(), [1.0, 2.0, 3.0, 4.0]);
    }

    let model = load("InPlaceList", &[f32s("x", 2)], &[f32s("out", 0)]);
    assert_eq!(infer(&*model, [("x", &x)]).unwrap()["out"], Tensor::scalar(14.0f32));
    assert_eq!(x.as_slice::<f32>().unwrap(), [1.0, 2.0, 3.0, 4.0]);
}

#[test]
fn an_input_that_is_only_read_is_shared_next_to_one_that_is_written() {
    let traits = format!("{:?}", load("InPlace", &[f32s("x", 2), f32s("y", 0)], &[f32s("out", 2)]));
    assert!(traits.contains("writes_inputs: 1") && traits.contains("stateful: 0"), "{traits}");
    // In-place operators on intermediate values, and the counters that only training writes, do
    // not make a model one that writes.
    let traits = format!("{:?}", load("Normalises", &[f32s("x", 2)], &[f32s("out", 2)]));
    assert!(traits.contains("writes_inputs: 0") && traits.contains("stateful: 0"), "{traits}");
}

#[test]
fn work_on_other_threads_sees_valid_inputs() {
    let model = load("Fork", &[f32s("x", 1)], &[f32s("out", 1)]);
    for _ in 0..20 {
        let values = vec![1.0f32; 1000];
        let x = TensorView::from_slice(&[1000], &values).unwrap();
        let outputs = infer(&*model, [("x", x)]).unwrap();
        assert!(outputs["out"].as_slice::<f32>().unwrap().iter().all(|value| *value == 3.0));
    }
}

#[test]
fn a_huge_output_arrives_without_a_copy_of_ours() {
    let model = load(
        "Allocates",
        &[any("size", neuropod_core::DType::Int64, 0)],
        &[any("out", neuropod_core::DType::UInt8, 1)],
    );
    let size = 256usize << 20;
    let outputs = infer(&*model, [("size", &Tensor::scalar(size as i64))]).unwrap();
    drop(model);
    let bytes = outputs["out"].bytes();
    assert_eq!((bytes.len(), bytes[0], bytes[size - 1]), (size, 1, 1));
    let error = infer(
        &*load(
            "Allocates",
            &[any("size", neuropod_core::DType::Int64, 0)],
            &[any("out", neuropod_core::DType::UInt8, 1)],
        ),
        [("size", &Tensor::scalar(i64::MAX / 2))],
    );
    assert_eq!(error.unwrap_err().kind(), neuropod_core::ErrorKind::Model);
}
