//! Numbers and strings pass through unchanged.

use neuropod_core::reexport::half::{bf16, f16};
use neuropod_core::{Backend, DType, Tensor};

use super::case::{check, skip};
use super::support::{
    check_output, identity_dtype, infer, load, load_identity, mentions, numbers, source, vector,
};
use super::{CaseResult, FixtureModel, Fixtures, Stop};

/// The size of the payload that is worth not copying.
const LARGE: usize = 64 << 20;

/// Integers keep every bit, from the smallest to the largest.
pub fn integers_keep_every_bit(backend: &dyn Backend, fixtures: &dyn Fixtures) -> CaseResult {
    keep_all(
        backend,
        fixtures,
        [
            Tensor::from_slice([4], &[i8::MIN, -1, 0, i8::MAX])?,
            Tensor::from_slice([4], &[i16::MIN, -1, 0, i16::MAX])?,
            Tensor::from_slice([4], &[i32::MIN, -1, 0, i32::MAX])?,
            Tensor::from_slice([4], &[i64::MIN, -1, (1 << 53) + 1, i64::MAX])?,
            Tensor::from_slice([3], &[0, 1, u8::MAX])?,
            Tensor::from_slice([3], &[0, 1 << 15, u16::MAX])?,
            Tensor::from_slice([3], &[0, 1 << 31, u32::MAX])?,
            Tensor::from_slice([4], &[0, (1 << 53) + 1, 1 << 63, u64::MAX])?,
        ],
    )
}

/// Floats keep every bit: infinities, negative zero, subnormals and a NaN's payload.
pub fn floats_keep_every_bit(backend: &dyn Backend, fixtures: &dyn Fixtures) -> CaseResult {
    let f16s = [0x7c00u16, 0xfc00, 0x8000, 0x0001, 0x7bff, 0x7e2a, 0xfe01].map(f16::from_bits);
    let bf16s = [0x7f80u16, 0xff80, 0x8000, 0x0001, 0x7f7f, 0x7fea, 0xffc1].map(bf16::from_bits);
    let f32s = [0x7f80_0000u32, 0xff80_0000, 0x8000_0000, 1, 0x7f7f_ffff, 0x7fc0_1234, 0xffc0_0001]
        .map(f32::from_bits);
    let f64s = [0x7ff0u64 << 48, 0xfff0 << 48, 1 << 63, 1, 0x7fef << 48, (0x7ff8 << 48) | 0x1234]
        .map(f64::from_bits);
    keep_all(
        backend,
        fixtures,
        [
            Tensor::from_slice([7], &f16s)?,
            Tensor::from_slice([7], &bf16s)?,
            Tensor::from_slice([7], &f32s)?,
            Tensor::from_slice([6], &f64s)?,
        ],
    )
}

/// Bools stay what they are.
pub fn bools_are_kept(backend: &dyn Backend, fixtures: &dyn Fixtures) -> CaseResult {
    keep_all(backend, fixtures, [Tensor::from_slice([5], &[true, false, false, true, true])?])
}

/// Tensors of rank 0 to 6 keep their shape.
pub fn every_rank_is_kept(backend: &dyn Backend, fixtures: &dyn Fixtures) -> CaseResult {
    let dims = [2, 1, 3, 2, 1, 2];
    for_each_rank(backend, fixtures, |rank| dims[..rank].to_vec())
}

/// A tensor of one element keeps its rank: it is no scalar.
pub fn single_elements_keep_their_rank(backend: &dyn Backend, fixtures: &dyn Fixtures) -> CaseResult {
    for_each_rank(backend, fixtures, |rank| vec![1; rank])
}

/// Axes of size 0 are kept.
pub fn empty_tensors_are_kept(backend: &dyn Backend, fixtures: &dyn Fixtures) -> CaseResult {
    let (vectors, dtype) = load_identity(backend, fixtures, 1)?;
    keep(&*vectors, &numbers(dtype, &[0])?)?;
    let (matrices, dtype) = load_identity(backend, fixtures, 2)?;
    for dims in [[0, 3], [3, 0], [0, 0]] {
        keep(&*matrices, &numbers(dtype, &dims)?)?;
    }
    Ok(())
}

/// 64 MiB pass unchanged.
pub fn large_tensors_are_kept(backend: &dyn Backend, fixtures: &dyn Fixtures) -> CaseResult {
    let (model, dtype) = load_identity(backend, fixtures, 1)?;
    let len = LARGE / dtype.size().unwrap_or(1);
    keep(&*model, &numbers(dtype, &[len])?)
}

/// One model takes tensors of different sizes, one after the other.
pub fn sizes_differ_between_calls(backend: &dyn Backend, fixtures: &dyn Fixtures) -> CaseResult {
    let model = load(backend, fixtures, FixtureModel::Addition)?;
    for len in [1usize, 5, 3, 0, 1000, 1] {
        let x: Vec<f32> = (0..len).map(|index| index as f32).collect();
        let sum: Vec<f32> = x.iter().map(|value| 2.0 * value).collect();
        let x = vector(&x);
        check_output(&infer(&*model, &[("x", &x), ("y", &x)])?, "out", &vector(&sum))?;
    }
    Ok(())
}

/// A tensor of an element type that the backend does not claim gives an error, and no panic.
pub fn undeclared_dtypes_are_refused(backend: &dyn Backend, fixtures: &dyn Fixtures) -> CaseResult {
    let capabilities = backend.capabilities();
    let undeclared: Vec<_> = DType::ALL.into_iter().filter(|dtype| !capabilities.supports(*dtype)).collect();
    if undeclared.is_empty() {
        skip!("the backend claims every dtype");
    }
    let (model, _) = load_identity(backend, fixtures, 1)?;
    for dtype in undeclared {
        let refused = infer(&*model, &[("x", &numbers(dtype, &[3])?)]).is_err();
        check!(refused, "{dtype} is not among the capabilities, but a model took it");
    }
    Ok(())
}

/// Empty strings stay empty, and stay apart.
pub fn empty_strings_are_kept(backend: &dyn Backend, fixtures: &dyn Fixtures) -> CaseResult {
    keep_strings(backend, fixtures, &["", "", "a", ""])
}

/// Text outside ASCII is kept, and not normalised.
pub fn unicode_strings_are_kept(backend: &dyn Backend, fixtures: &dyn Fixtures) -> CaseResult {
    keep_strings(backend, fixtures, &["żółć", "日本語", "👩‍👩‍👧", "e\u{301}", "é", "\u{feff}", "line\r\nbreak"])
}

/// A NUL does not end a string.
pub fn strings_with_nul_are_kept(backend: &dyn Backend, fixtures: &dyn Fixtures) -> CaseResult {
    keep_strings(backend, fixtures, &["\0", "a\0b", "\0\0", "end\0"])
}

/// A string of a megabyte, and ten thousand strings.
pub fn long_and_many_strings_are_kept(backend: &dyn Backend, fixtures: &dyn Fixtures) -> CaseResult {
    keep_strings(backend, fixtures, &["x".repeat(1 << 20), "y".to_owned()])?;
    keep_strings(backend, fixtures, &(0..10_000).map(|index| index.to_string()).collect::<Vec<_>>())
}

/// A tensor without any string is kept.
pub fn zero_strings_are_kept(backend: &dyn Backend, fixtures: &dyn Fixtures) -> CaseResult {
    keep_strings::<&str>(backend, fixtures, &[])
}

/// Bytes that are not UTF-8 are kept as they are, or refused; they are never altered.
pub fn strings_of_any_bytes_are_kept_or_refused(
    backend: &dyn Backend,
    fixtures: &dyn Fixtures,
) -> CaseResult {
    let model = load_strings(backend, fixtures)?;
    let x = Tensor::from_strings([2], &[b"\xff\xfe".as_slice(), b"a\x80b"])?;
    match infer(&*model, &[("x", &x)]) {
        Ok(outputs) => check_output(&outputs, "y", &x),
        Err(error) => {
            let named = mentions(&error, "UTF-8") || mentions(&error, "utf-8") || mentions(&error, "`x`");
            check!(named, "the error does not say that the text of `x` is not UTF-8: {error:?}");
            Ok(())
        }
    }
}

/// Checks each tensor whose type the backend claims and has a fixture for.
fn keep_all<const N: usize>(
    backend: &dyn Backend,
    fixtures: &dyn Fixtures,
    tensors: [Tensor; N],
) -> CaseResult {
    let capabilities = backend.capabilities();
    let mut tested = 0;
    for tensor in tensors.iter().filter(|tensor| capabilities.supports(tensor.dtype())) {
        let dtype = tensor.dtype();
        match load(backend, fixtures, FixtureModel::Identity { dtype, rank: 1 }) {
            Ok(model) => keep(&*model, tensor)?,
            // `each_dtype_has_a_fixture` reports it.
            Err(Stop::Skipped(_)) => continue,
            Err(failed) => return Err(failed),
        }
        tested += 1;
    }
    if tested == 0 {
        skip!("the backend claims none of {:?}, or has no fixture", tensors.map(|tensor| tensor.dtype()));
    }
    Ok(())
}

fn for_each_rank(
    backend: &dyn Backend,
    fixtures: &dyn Fixtures,
    dims: impl Fn(usize) -> Vec<usize>,
) -> CaseResult {
    for rank in 0..=6 {
        let dtype = identity_dtype(backend, fixtures, rank)?;
        let model = load(backend, fixtures, FixtureModel::Identity { dtype, rank })?;
        keep(&*model, &numbers(dtype, &dims(rank))?)?;
    }
    Ok(())
}

fn keep_strings<S: AsRef<[u8]>>(backend: &dyn Backend, fixtures: &dyn Fixtures, strings: &[S]) -> CaseResult {
    keep(&*load_strings(backend, fixtures)?, &Tensor::from_strings([strings.len()], strings)?)
}

fn load_strings(
    backend: &dyn Backend,
    fixtures: &dyn Fixtures,
) -> Result<Box<dyn neuropod_core::Model>, Stop> {
    if !backend.capabilities().supports(DType::String) {
        skip!("the backend does not claim strings");
    }
    let source = source(fixtures, FixtureModel::Identity { dtype: DType::String, rank: 1 })?;
    Ok(backend.load(source, &Default::default())?)
}

fn keep(model: &dyn neuropod_core::Model, x: &Tensor) -> CaseResult {
    check_output(&infer(model, &[("x", x)])?, "y", x)
}
