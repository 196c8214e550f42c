//! What it costs to make and to access tensors, by their size. What copies nothing must take no longer for more bytes.
//!
//! Needs no framework: `cargo bench -p neuropod-benches --bench tensor`.

use std::any::Any;
use std::hint::black_box;
use std::sync::Arc;

use criterion::Criterion;
use ndarray::{Array1, ArrayView1};
use neuropod_benches::{Comparison, Subject, criterion, is_quick};
use neuropod_core::{Buffer, DType, Element, Owner, Tensor, TensorView};

/// The smallest and the largest size in bytes: enough to see whether what copies nothing takes the same time.
const ENDS: [usize; 2] = [64, 16 << 20];

/// The bytes of a string.
const STRING: usize = 16;

fn main() {
    let mut criterion = criterion();
    Comparison::new(Subject::new("tensor", "scalar"))
        .way("", || drop(black_box(Tensor::scalar(black_box(1.0_f32)))))
        .run(&mut criterion);
    let [smallest, largest] = ENDS;
    let between = if is_quick() { None } else { Some(64 << 10) };
    for bytes in [Some(smallest), between, Some(largest)].into_iter().flatten() {
        beside_vectors(bytes, &mut criterion);
    }
    for bytes in if is_quick() { &ENDS[1..] } else { &ENDS } {
        filled(*bytes, &mut criterion);
        taken_over(*bytes, &mut criterion);
        strings_taken_over(*bytes, &mut criterion);
        views(*bytes, &mut criterion);
        accesses(*bytes, &mut criterion);
    }
    criterion.final_summary();
}

/// Constructors that do what vectors do, beside these.
fn beside_vectors(bytes: usize, criterion: &mut Criterion) {
    let values = floats(bytes);
    let count = values.len();
    beside(
        ("zeros", || Tensor::zeros(DType::Float32, [count]).expect("memory")),
        ("vec![0; n]", || vec![0.0_f32; count]),
        bytes,
        criterion,
    );
    beside(
        ("from_slice", || Tensor::from_slice([count], &values).expect("as many numbers")),
        ("Vec::clone", || values.clone()),
        bytes,
        criterion,
    );
}

/// The other constructors that allocate and fill memory.
fn filled(bytes: usize, criterion: &mut Criterion) {
    let array = Array1::from_vec(floats(bytes));
    alone("full", bytes, criterion, || Tensor::full([array.len()], 1.0_f32).expect("memory"));
    alone("copy_array", bytes, criterion, || Tensor::copy_array(&array).expect("an array of numbers"));
    let strings = vec!["a word or two...".to_owned(); bytes / STRING];
    alone("from_strings", bytes, criterion, || {
        Tensor::from_strings([strings.len()], &strings).expect("as many strings")
    });
}

/// Constructors that take memory over: a vector's, which is taken back after each call so that none is allocated, and
/// memory of another owner.
fn taken_over(bytes: usize, criterion: &mut Criterion) {
    let count = floats(bytes).len();
    let mut values = floats(bytes);
    alone("from_vec", bytes, criterion, || {
        let tensor = Tensor::from_vec([count], std::mem::take(&mut values)).expect("as many numbers");
        values = vector_of(black_box(tensor));
    });
    let mut values = floats(bytes);
    alone("from_array", bytes, criterion, || {
        let array = Array1::from_vec(std::mem::take(&mut values));
        values = vector_of(black_box(Tensor::from_array(array).expect("an array of numbers")));
    });
    let owner: Arc<[u8]> = vec![0; bytes].into();
    alone("from_buffer", bytes, criterion, || {
        let buffer = Buffer::from_owner(Arc::clone(&owner));
        Tensor::from_buffer(DType::UInt8, [bytes], buffer).expect("as many bytes")
    });
}

/// Constructors that take packed strings over. Where each string starts is checked: a read of 8 bytes for each.
fn strings_taken_over(bytes: usize, criterion: &mut Criterion) {
    let mut text = vec![b'a'; bytes];
    alone("from_packed_strings", bytes, criterion, || {
        let offsets = vec![0, bytes as u64];
        let tensor =
            Tensor::from_packed_strings([1], std::mem::take(&mut text), offsets).expect("one string");
        text = vector_of(black_box(tensor));
    });
    let count = bytes / STRING;
    let offsets = Buffer::from_vec((0..=count).map(|index| (index * STRING) as u64).collect::<Vec<_>>());
    let text = Buffer::from_vec(text);
    alone("from_string_buffers", bytes, criterion, || {
        Tensor::from_string_buffers([count], text.clone(), offsets.clone()).expect("strings in order")
    });
}

/// Views of memory that is somebody else's.
fn views(bytes: usize, criterion: &mut Criterion) {
    let values = floats(bytes);
    let dims = [values.len()];
    alone("TensorView::from_slice", bytes, criterion, || {
        TensorView::from_slice(&dims, black_box(&values)).expect("as many numbers").bytes().len()
    });
    let array = ArrayView1::from(&values);
    alone("TensorView::from_array", bytes, criterion, || {
        TensorView::from_array(black_box(&array)).expect("a contiguous array").bytes().len()
    });
}

/// What is done with a tensor.
fn accesses(bytes: usize, criterion: &mut Criterion) {
    let tensor = Tensor::from_vec([bytes / size_of::<f32>()], floats(bytes)).expect("as many numbers");
    alone("clone", bytes, criterion, || black_box(&tensor).clone());
    alone("as_slice", bytes, criterion, || {
        black_box(&tensor).as_slice::<f32>().expect("its element type").as_ptr()
    });
    alone("as_array", bytes, criterion, || {
        black_box(&tensor).as_array::<f32>().expect("its element type").as_ptr()
    });
}

fn alone<T>(case: &str, bytes: usize, criterion: &mut Criterion, mut call: impl FnMut() -> T) {
    Comparison::new(Subject::new("tensor", case).at(bytes))
        .way("", || drop(black_box(call())))
        .run(criterion);
}

fn beside<T, U>(
    (case, call): (&str, impl Fn() -> T),
    (reference, other): (&str, impl Fn() -> U),
    bytes: usize,
    criterion: &mut Criterion,
) {
    Comparison::new(Subject::new("tensor", case).at(bytes))
        .reference(reference, || drop(black_box(other())))
        .way("", || drop(black_box(call())))
        .run(criterion);
}

/// Ones, so many bytes of them.
fn floats(bytes: usize) -> Vec<f32> {
    vec![1.0; bytes / size_of::<f32>()]
}

/// The vector that a tensor was made of.
fn vector_of<T: Element>(tensor: Tensor) -> Vec<T> {
    let Owner::Shared(owner) = tensor.into_buffer().into_owner() else { unreachable!("it is a vector") };
    let owner: Arc<dyn Any + Send + Sync> = owner;
    let vector = owner.downcast::<Vec<T>>().expect("it is a vector");
    Arc::into_inner(vector).expect("nobody else has it")
}
