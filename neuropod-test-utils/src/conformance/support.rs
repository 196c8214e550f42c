//! What several cases need.

use std::sync::Arc;

use neuropod_core::reexport::half::{bf16, f16};
use neuropod_core::{
    Backend, DType, Error, ErrorKind, Inputs, Model, ModelOptions, ModelSource, Outputs, Result, Tensor,
    TensorView,
};

use super::case::{check, skip};
use super::{CaseResult, FixtureModel, Fixtures, Stop};

/// The fixture's source; the case is skipped without one.
pub(crate) fn source(fixtures: &dyn Fixtures, model: FixtureModel) -> Result<Arc<ModelSource>, Stop> {
    match fixtures.source(model) {
        Some(source) => Ok(source),
        None => skip!("the fixtures have no model {model:?}"),
    }
}

/// Loads a fixture with default options.
pub(crate) fn load(
    backend: &dyn Backend,
    fixtures: &dyn Fixtures,
    model: FixtureModel,
) -> Result<Box<dyn Model>, Stop> {
    Ok(backend.load(source(fixtures, model)?, &ModelOptions::new())?)
}

/// The first element type of numbers that has an identity model of that rank.
pub(crate) fn identity_dtype(
    backend: &dyn Backend,
    fixtures: &dyn Fixtures,
    rank: usize,
) -> Result<DType, Stop> {
    let dtypes = backend.capabilities().dtypes;
    let suits = |dtype: &DType| {
        dtype.is_fixed_size() && fixtures.source(FixtureModel::Identity { dtype: *dtype, rank }).is_some()
    };
    match dtypes.into_iter().find(suits) {
        Some(dtype) => Ok(dtype),
        None => skip!("the fixtures have no identity model of numbers of rank {rank}"),
    }
}

/// An identity model of any type of numbers.
pub(crate) fn load_identity(
    backend: &dyn Backend,
    fixtures: &dyn Fixtures,
    rank: usize,
) -> Result<(Box<dyn Model>, DType), Stop> {
    let dtype = identity_dtype(backend, fixtures, rank)?;
    Ok((load(backend, fixtures, FixtureModel::Identity { dtype, rank })?, dtype))
}

/// Calls a model for all outputs.
pub(crate) fn infer(model: &dyn Model, inputs: &[(&str, &Tensor)]) -> Result<Outputs> {
    infer_requested(model, inputs, &[])
}

/// Calls a model for some outputs.
pub(crate) fn infer_requested(
    model: &dyn Model,
    inputs: &[(&str, &Tensor)],
    requested: &[&str],
) -> Result<Outputs> {
    let mut named = Inputs::new();
    for (name, tensor) in inputs {
        named.push(name, *tensor)?;
    }
    model.infer(&named, requested)
}

/// Calls a model with one input that is not shared.
pub(crate) fn infer_view(model: &dyn Model, name: &str, view: TensorView<'_>) -> Result<Outputs> {
    let mut inputs = Inputs::new();
    inputs.push(name, view)?;
    model.infer(&inputs, &[])
}

/// A float32 vector.
pub(crate) fn vector(values: &[f32]) -> Tensor {
    Tensor::from_vec([values.len()], values.to_vec()).expect("one axis, as long as the vector")
}

/// Numbers from 0 up to 99, again and again; of bools, false and true. They are exact in every type.
pub(crate) fn numbers(dtype: DType, dims: &[usize]) -> Result<Tensor> {
    let count = dims.iter().product();
    let numbers = (0..count).map(|index: usize| (index % 100) as u8);
    match dtype {
        DType::Bool => Tensor::from_vec(dims, numbers.map(|n| n % 2 == 1).collect::<Vec<_>>()),
        DType::Int8 => Tensor::from_vec(dims, numbers.map(|n| n as i8).collect::<Vec<_>>()),
        DType::Int16 => Tensor::from_vec(dims, numbers.map(i16::from).collect::<Vec<_>>()),
        DType::Int32 => Tensor::from_vec(dims, numbers.map(i32::from).collect::<Vec<_>>()),
        DType::Int64 => Tensor::from_vec(dims, numbers.map(i64::from).collect::<Vec<_>>()),
        DType::UInt8 => Tensor::from_vec(dims, numbers.collect::<Vec<_>>()),
        DType::UInt16 => Tensor::from_vec(dims, numbers.map(u16::from).collect::<Vec<_>>()),
        DType::UInt32 => Tensor::from_vec(dims, numbers.map(u32::from).collect::<Vec<_>>()),
        DType::UInt64 => Tensor::from_vec(dims, numbers.map(u64::from).collect::<Vec<_>>()),
        DType::Float16 => Tensor::from_vec(dims, numbers.map(f16::from).collect::<Vec<_>>()),
        DType::BFloat16 => Tensor::from_vec(dims, numbers.map(bf16::from).collect::<Vec<_>>()),
        DType::Float32 => Tensor::from_vec(dims, numbers.map(f32::from).collect::<Vec<_>>()),
        DType::Float64 => Tensor::from_vec(dims, numbers.map(f64::from).collect::<Vec<_>>()),
        DType::String => {
            Tensor::from_strings(dims, &numbers.map(|n| format!("text {n}")).collect::<Vec<_>>())
        }
        other => Err(Error::new(ErrorKind::Unsupported, format!("the kit does not know {other} yet"))),
    }
}

/// Checks that two tensors agree in type, shape and every bit.
pub(crate) fn check_same(expected: &Tensor, found: &Tensor) -> CaseResult {
    check!(
        (expected.dtype(), expected.dims()) == (found.dtype(), found.dims()),
        "expected {expected:?}, found {found:?}"
    );
    let same = match expected.dtype() {
        DType::String => expected == found,
        _ => expected.bytes() == found.bytes(),
    };
    check!(same, "expected {expected:?}, found other elements: {found:?}");
    Ok(())
}

/// Checks that a model returned one output, of that name, type, shape and bits.
pub(crate) fn check_output(outputs: &Outputs, name: &str, expected: &Tensor) -> CaseResult {
    check!(outputs.len() == 1, "expected the output `{name}` alone, found {:?}", names(outputs));
    check_same(expected, outputs.try_get(name)?)
}

/// Checks the names and the order of outputs.
pub(crate) fn check_names(outputs: &Outputs, expected: &[&str]) -> CaseResult {
    check!(names(outputs) == expected, "expected the outputs {expected:?}, found {:?}", names(outputs));
    Ok(())
}

/// Checks that something failed, in one of these ways.
pub(crate) fn check_error<T>(result: Result<T>, what: &str, kinds: &[ErrorKind]) -> Result<Error, Stop> {
    let error = match result {
        Ok(_) => return Err(Stop::Failed(format!("{what}: expected an error, but it went well"))),
        Err(error) => error,
    };
    check!(
        kinds.contains(&error.kind()),
        "{what}: expected an error of the kind {kinds:?}, found {:?}: {error}",
        error.kind()
    );
    Ok(error)
}

/// Whether the error's text or context has that part.
pub(crate) fn mentions(error: &Error, part: &str) -> bool {
    format!("{error:?}").contains(part)
}

fn names(outputs: &Outputs) -> Vec<&str> {
    outputs.iter().map(|(name, _)| name).collect()
}
