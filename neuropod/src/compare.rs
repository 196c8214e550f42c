//! Whether two tensors are equal for a model's self-test.

use neuropod_core::{DType, Tensor};

/// Relative and absolute tolerance of `numpy.allclose`.
const RELATIVE: f64 = 1e-5;
const ABSOLUTE: f64 = 1e-8;

/// Says how `found` differs from `expected`; `None` if it does not. Floating-point numbers are
/// compared as by `numpy.allclose` with its defaults, all else exactly. Unlike there, a NaN equals
/// a NaN: a model that returns one for its test data returns what was expected.
pub(crate) fn difference(expected: &Tensor, found: &Tensor) -> Option<String> {
    if expected.dtype() != found.dtype() {
        return Some(format!("expected {}, found {}", expected.dtype(), found.dtype()));
    }
    if expected.dims() != found.dims() {
        return Some(format!("expected the shape {:?}, found {:?}", expected.dims(), found.dims()));
    }
    if !expected.dtype().is_float() {
        return (expected != found).then(|| format!("expected {expected:?}, found {found:?}"));
    }
    let (expected, found) = (to_f64(expected), to_f64(found));
    let index = expected.iter().zip(&found).position(|(e, f)| !close(*e, *f))?;
    Some(format!("element {index} should be {}, but is {}", expected[index], found[index]))
}

fn close(expected: f64, found: f64) -> bool {
    expected == found
        || (expected.is_nan() && found.is_nan())
        || (expected.is_finite() && (found - expected).abs() <= ABSOLUTE + RELATIVE * expected.abs())
}

fn to_f64(tensor: &Tensor) -> Vec<f64> {
    let widened = match tensor.dtype() {
        DType::Float16 => tensor.as_slice::<half::f16>().map(|v| v.iter().map(|x| x.to_f64()).collect()),
        DType::BFloat16 => tensor.as_slice::<half::bf16>().map(|v| v.iter().map(|x| x.to_f64()).collect()),
        DType::Float32 => tensor.as_slice::<f32>().map(|v| v.iter().map(|x| f64::from(*x)).collect()),
        _ => tensor.as_slice::<f64>().map(<[f64]>::to_vec),
    };
    widened.unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn f32s(values: &[f32]) -> Tensor {
        Tensor::from_slice([values.len()], values).unwrap()
    }

    #[test]
    fn floats_are_compared_as_numpy_does() {
        assert_eq!(difference(&f32s(&[1.0, 0.0]), &f32s(&[1.000_009, 1e-9])), None);
        assert_eq!(difference(&f32s(&[f32::INFINITY, f32::NAN]), &f32s(&[f32::INFINITY, f32::NAN])), None);
        let told = difference(&f32s(&[1.0, 2.0]), &f32s(&[1.0, 2.1])).unwrap();
        assert!(told.starts_with("element 1 should be 2"), "{told}");
        assert!(difference(&f32s(&[f32::INFINITY]), &f32s(&[1.0])).is_some());
        assert!(difference(&f32s(&[1.0]), &f32s(&[f32::NAN])).is_some());
    }

    #[test]
    fn all_else_is_compared_exactly() {
        let ints = |values: &[i64]| Tensor::from_slice([values.len()], values).unwrap();
        assert_eq!(difference(&ints(&[1, 2]), &ints(&[1, 2])), None);
        assert!(difference(&ints(&[1, 2]), &ints(&[1, 3])).is_some());
        assert!(difference(&ints(&[1]), &f32s(&[1.0])).unwrap().contains("expected int64, found float32"));
        assert!(difference(&ints(&[1]), &ints(&[1, 1])).unwrap().contains("shape [1], found [2]"));
        let text = |text: &str| Tensor::from_strings([1], &[text]).unwrap();
        assert!(difference(&text("a"), &text("b")).is_some());
    }
}
