//! Tensors and bytes for the tests.

use neuropod_core::{DType, Tensor, serialize};
use proptest::collection::vec;
use proptest::prelude::*;

/// A tensor of every element type, rank 0 and empty ones among them.
pub(crate) fn samples() -> Vec<(String, Tensor)> {
    let mut samples = Vec::new();
    for dtype in DType::ALL {
        for dims in [&[][..], &[0], &[3], &[2, 0, 3], &[2, 3, 4]] {
            samples.push((format!("{dtype}{dims:?}"), sample(dtype, dims)));
        }
    }
    samples
}

/// A tensor with a pattern for elements.
pub(crate) fn sample(dtype: DType, dims: &[usize]) -> Tensor {
    let count: usize = dims.iter().product();
    if dtype == DType::String {
        let strings: Vec<String> = (0..count).map(|index| "é\0".repeat(index % 3)).collect();
        return Tensor::from_strings(dims, &strings).unwrap();
    }
    numbers(dtype, dims, (0..).map(|index: u32| index as u8))
}

/// A tensor of numbers with these bytes, as far as they are elements.
pub(crate) fn numbers(dtype: DType, dims: &[usize], bytes: impl IntoIterator<Item = u8>) -> Tensor {
    let mut tensor = Tensor::zeros(dtype, dims).unwrap();
    for (place, byte) in tensor.as_mut_bytes().unwrap().iter_mut().zip(bytes) {
        *place = if dtype == DType::Bool { byte & 1 } else { byte };
    }
    tensor
}

/// Any tensor: numbers of any bits, strings of any bytes.
pub(crate) fn any_tensor() -> impl Strategy<Value = Tensor> {
    (prop::sample::select(&DType::ALL[..]), vec(0..4usize, 0..4)).prop_flat_map(|(dtype, dims)| {
        let count: usize = dims.iter().product();
        let (strings, bytes) = (vec(vec(any::<u8>(), 0..5), count), vec(any::<u8>(), count * 8));
        (Just(dims), strings, bytes).prop_map(move |(dims, strings, bytes)| match dtype {
            DType::String => Tensor::from_strings(&dims, &strings).unwrap(),
            _ => numbers(dtype, &dims, bytes),
        })
    })
}

/// Whether two tensors are equal to the bit, NaNs included.
pub(crate) fn is_same(a: &Tensor, b: &Tensor) -> bool {
    a.dtype() == b.dtype() && a.dims() == b.dims() && a.bytes() == b.bytes() && a.offsets() == b.offsets()
}

/// The bytes of two named tensors, numbers and strings.
pub(crate) fn named_bytes() -> Vec<u8> {
    let (x, s) = (sample(DType::Int16, &[2, 3]), sample(DType::String, &[4]));
    serialize::tensors_to_bytes([("x", &x), ("strings", &s)]).unwrap()
}
