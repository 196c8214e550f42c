//! Making tensors.

use std::hint::black_box;
use std::ptr;

use neuropod_core::{Buffer, DType, ForeignOwner, OwnerFunctions, Tensor, TensorView};

use super::Case;

static NUMBERS: [f32; 4] = [1.0, 2.0, 3.0, 4.0];

static BYTES: [u8; 16] = [0; 16];

/// Of an owner that has nothing to do, as its memory is there for ever.
static NOTHING_TO_DO: OwnerFunctions =
    OwnerFunctions { retain: |_| owner(), release: |_| (), is_unshared: |_| false };

pub(super) fn cases() -> Vec<Case> {
    let tensor = Tensor::zeros(DType::Float32, [8, 4]).expect("a small shape");
    vec![
        Case::new("tensor: clone", move || black_box(&tensor).clone()),
        // The vector's memory is one of the allocations.
        Case::new("tensor: from a vector", || Tensor::from_vec(black_box([4]), black_box(&NUMBERS).to_vec())),
        Case::new("tensor: from a slice", || Tensor::from_slice(black_box([4]), black_box(&NUMBERS))),
        Case::new("tensor: zeros", || Tensor::zeros(black_box(DType::Float32), black_box([8, 4]))),
        Case::new("tensor: a scalar", || Tensor::scalar(black_box(1.0f32))),
        Case::new("tensor: over an owner's memory", || {
            let memory = Buffer::from_owner(black_box(&BYTES));
            Tensor::from_buffer(black_box(DType::UInt8), black_box([16]), memory)
        }),
        Case::new("tensor: over another library's memory", over_foreign_memory),
        Case::new("view: of a slice", || {
            TensorView::from_slice(black_box(&[4]), black_box(&NUMBERS)).map(|view| view.element_count())
        }),
    ]
}

fn over_foreign_memory() -> Tensor {
    let (start, len) = (BYTES.as_ptr(), BYTES.len());
    // SAFETY: `start` and `len` describe memory that is there for ever and is not written, and bytes need no
    // alignment; there are as many as the shape asks for.
    unsafe {
        Tensor::from_foreign_unchecked(
            black_box(DType::UInt8),
            black_box(&[16]),
            black_box(start),
            black_box(len),
            false,
            owner(),
        )
    }
}

fn owner() -> ForeignOwner {
    // SAFETY: the functions do not look at the words.
    unsafe { ForeignOwner::new([ptr::null(); 3], &NOTHING_TO_DO) }
}
