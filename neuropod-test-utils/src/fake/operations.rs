//! What the fake backend computes.

use neuropod_core::{DType, Element, Error, ErrorKind, Result, Tensor};

use super::program::Operation;

pub(super) fn apply(operation: &Operation, operands: &[Tensor]) -> Result<Tensor> {
    match (operation, operands) {
        (Operation::Constant(values), _) => Tensor::from_slice([values.len()], values),
        (_, []) => Err(failed("every input of the operation is absent")),
        (Operation::Add, _) => arithmetic(operands, &|left, right| left + right, &i64::wrapping_add),
        (Operation::Subtract, _) => arithmetic(operands, &|left, right| left - right, &i64::wrapping_sub),
        (Operation::Multiply, _) => arithmetic(operands, &|left, right| left * right, &i64::wrapping_mul),
        (Operation::WeightedSum, _) => weighted_sum(operands),
        (Operation::Concat, _) => concat(operands),
        (Operation::Identity | Operation::Previous, [x]) => Ok(x.clone()),
        (Operation::Transpose, [x]) => transpose(x),
        (Operation::Tail, [x]) => tail(x),
        (Operation::ToInt64, [x]) => {
            let values = x.as_slice::<f32>()?.iter().map(|value| *value as i64).collect();
            Tensor::from_vec(x.shape(), values)
        }
        (_, operands) => Err(failed(format!("expected one input, found {}", operands.len()))),
    }
}

/// Folds the operands, element by element. Integers wrap.
fn arithmetic(
    operands: &[Tensor],
    on_floats: &dyn Fn(f64, f64) -> f64,
    on_integers: &dyn Fn(i64, i64) -> i64,
) -> Result<Tensor> {
    match operands[0].dtype() {
        // Exact: an f64 holds the sum, difference and product of two f32 closely enough that
        // rounding it once gives what f32 arithmetic gives.
        DType::Float32 => fold(operands, |left: f32, right: f32| on_floats(left.into(), right.into()) as f32),
        DType::Float64 => fold(operands, on_floats),
        DType::Int64 => fold(operands, on_integers),
        other => Err(failed(format!("expected float32, float64 or int64 to calculate with, found {other}"))),
    }
}

fn fold<T: Element>(operands: &[Tensor], combine: impl Fn(T, T) -> T) -> Result<Tensor> {
    let mut values = operands[0].as_slice::<T>()?.to_vec();
    for operand in &operands[1..] {
        check_same(&operands[0], operand)?;
        for (value, other) in values.iter_mut().zip(operand.as_slice::<T>()?) {
            *value = combine(*value, *other);
        }
    }
    Tensor::from_vec(operands[0].shape(), values)
}

fn weighted_sum(operands: &[Tensor]) -> Result<Tensor> {
    let mut sums = vec![0.0f32; operands[0].element_count()];
    for (index, operand) in operands.iter().enumerate() {
        check_same(&operands[0], operand)?;
        for (sum, value) in sums.iter_mut().zip(operand.as_slice::<f32>()?) {
            *sum += (index + 1) as f32 * value;
        }
    }
    Tensor::from_vec(operands[0].shape(), sums)
}

fn concat(operands: &[Tensor]) -> Result<Tensor> {
    let mut texts = vec![Vec::new(); operands[0].element_count()];
    for operand in operands {
        check_same(&operands[0], operand)?;
        for (text, part) in texts.iter_mut().zip(operand.as_byte_strings()?) {
            text.extend_from_slice(part);
        }
    }
    Tensor::from_strings(operands[0].shape(), &texts)
}

fn transpose(x: &Tensor) -> Result<Tensor> {
    let &[rows, columns] = x.dims() else {
        return Err(failed(format!("expected a matrix to transpose, found the shape {}", x.shape())));
    };
    let values = x.as_slice::<f32>()?;
    let transposed = (0..columns).flat_map(|column| (0..rows).map(move |row| values[row * columns + column]));
    Tensor::from_vec([columns, rows], transposed.collect())
}

fn tail(x: &Tensor) -> Result<Tensor> {
    let (&[len], Some(size)) = (x.dims(), x.dtype().size()) else {
        return Err(failed(format!("expected a vector of numbers, found the shape {}", x.shape())));
    };
    let first = size.min(x.bytes().len());
    Tensor::from_buffer(x.dtype(), [len.saturating_sub(1)], x.buffer().slice(first..x.bytes().len()))
}

fn check_same(first: &Tensor, other: &Tensor) -> Result<()> {
    if (first.dtype(), first.dims()) == (other.dtype(), other.dims()) {
        return Ok(());
    }
    Err(failed(format!(
        "the operands differ: {}{} and {}{}",
        first.dtype(),
        first.shape(),
        other.dtype(),
        other.shape()
    )))
}

#[cold]
fn failed(message: impl Into<std::borrow::Cow<'static, str>>) -> Error {
    Error::new(ErrorKind::Model, message)
}
