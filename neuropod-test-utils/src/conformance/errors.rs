//! What a call, a model or a model file does wrong becomes an error.

use std::sync::Arc;

use neuropod_core::{Backend, DType, ErrorKind, ModelOptions, ModelSource, Outputs, Result, Tensor};

use super::case::check;
use super::support::{check_error, check_output, infer, infer_requested, load, mentions, source, vector};
use super::{CaseResult, FixtureModel, Fixtures, Stop};
use crate::MemoryFiles;

/// A model that needs an absent input says which.
pub fn missing_input_is_named(backend: &dyn Backend, fixtures: &dyn Fixtures) -> CaseResult {
    let model = load(backend, fixtures, FixtureModel::Addition)?;
    for (given, missing) in [("x", "y"), ("y", "x")] {
        let result = infer(&*model, &[(given, &vector(&[1.0]))]);
        let error = check_error(result, &format!("without `{missing}`"), &[ErrorKind::MissingInput])?;
        let named = mentions(&error, &format!("`{missing}`")) || error.context("tensor") == Some(missing);
        check!(named, "the error does not name the missing input `{missing}`: {error:?}");
    }
    Ok(())
}

/// An input of an unknown name is an error.
pub fn unknown_input_is_an_error(backend: &dyn Backend, fixtures: &dyn Fixtures) -> CaseResult {
    let model = load(backend, fixtures, FixtureModel::Addition)?;
    let x = vector(&[1.0]);
    let result = infer(&*model, &[("x", &x), ("y", &x), ("no_such_input", &x)]);
    let kinds = [ErrorKind::UnknownName, ErrorKind::InvalidInput];
    let error = check_error(result, "with `no_such_input`", &kinds)?;
    check!(mentions(&error, "no_such_input"), "the error does not name the unknown input: {error:?}");
    Ok(())
}

/// A request for an unknown output is an error.
pub fn unknown_output_is_an_error(backend: &dyn Backend, fixtures: &dyn Fixtures) -> CaseResult {
    let model = load(backend, fixtures, FixtureModel::Addition)?;
    let x = vector(&[1.0]);
    let result = infer_requested(&*model, &[("x", &x), ("y", &x)], &["no_such_output"]);
    let kinds = [ErrorKind::UnknownName, ErrorKind::InvalidOutput, ErrorKind::InvalidArgument];
    check_error(result, "requesting `no_such_output`", &kinds)?;
    Ok(())
}

/// Elements of another type than the spec's give an error, or are converted by the framework; they
/// are never read as what they are not.
pub fn wrong_dtypes_are_not_reinterpreted(backend: &dyn Backend, fixtures: &dyn Fixtures) -> CaseResult {
    let model = load(backend, fixtures, FixtureModel::Addition)?;
    let y = vector(&[1.0, 2.0]);
    let wrong = [
        Tensor::from_slice([2], &[1i32, 2])?,
        Tensor::from_slice([2], &[1u8, 2])?,
        Tensor::from_slice([2], &[1i64, 2])?,
        Tensor::from_slice([2], &[1.0f64, 2.0])?,
        Tensor::from_strings([2], &["1", "2"])?,
    ];
    for x in wrong {
        check_error_or_sum(infer(&*model, &[("x", &x), ("y", &y)]), &format!("with {x:?}"), &[2.0, 4.0])?;
    }
    // It still works, and the right call is not affected.
    check_output(&infer(&*model, &[("x", &y), ("y", &y)])?, "out", &vector(&[2.0, 4.0]))
}

/// Shapes that the model cannot take give an error, or the result that the framework defines.
pub fn wrong_shapes_are_not_misread(backend: &dyn Backend, fixtures: &dyn Fixtures) -> CaseResult {
    let model = load(backend, fixtures, FixtureModel::Addition)?;
    let (two, three) = (vector(&[1.0, 1.0]), vector(&[2.0, 2.0, 2.0]));
    let result = infer(&*model, &[("x", &two), ("y", &three)]);
    check!(result.is_err(), "two and three numbers were added: {result:?}");
    let (scalar, matrix) = (Tensor::scalar(2.0f32), Tensor::full([2, 2], 2.0f32)?);
    for x in [scalar, matrix] {
        let what = format!("with {x:?}");
        check_error_or_sum(
            infer(&*model, &[("x", &x), ("y", &two)]),
            &what,
            &[3.0; 4][..x.element_count().max(2)],
        )?;
    }
    Ok(())
}

/// What a model raises becomes an error that holds its message.
pub fn model_errors_hold_the_message(backend: &dyn Backend, fixtures: &dyn Fixtures) -> CaseResult {
    let model = load(backend, fixtures, FixtureModel::FailsIfNegative)?;
    let result = infer(&*model, &[("x", &vector(&[-1.0]))]);
    let error = check_error(result, "a model that fails", &[ErrorKind::Model])?;
    let found = error.to_string().contains(FixtureModel::FAILURE);
    check!(found, "the error does not hold the text `{}`: {error}", FixtureModel::FAILURE);
    Ok(())
}

/// A model can be called again after it failed.
pub fn models_work_after_a_failure(backend: &dyn Backend, fixtures: &dyn Fixtures) -> CaseResult {
    let model = load(backend, fixtures, FixtureModel::FailsIfNegative)?;
    let x = vector(&[1.0, 2.0]);
    for _ in 0..5 {
        let failed = infer(&*model, &[("x", &vector(&[-1.0, 2.0]))]);
        check_error(failed, "a model that fails", &[ErrorKind::Model])?;
        check_output(&infer(&*model, &[("x", &x)])?, "out", &x)?;
    }
    Ok(())
}

/// An output of the spec that the model does not return is an error that names it.
pub fn absent_outputs_are_an_error(backend: &dyn Backend, fixtures: &dyn Fixtures) -> CaseResult {
    let source = source(fixtures, FixtureModel::MisnamedOutput)?;
    // A framework that knows a model's outputs beforehand refuses it at load.
    let result = match backend.load(source, &ModelOptions::new()) {
        Ok(model) => infer(&*model, &[("x", &vector(&[1.0]))]),
        Err(error) => Err(error),
    };
    let kinds = [ErrorKind::InvalidOutput, ErrorKind::Load, ErrorKind::InvalidSpec];
    let error = check_error(result, "a model without its output `out`", &kinds)?;
    check!(mentions(&error, "out"), "the error does not name the output `out`: {error:?}");
    Ok(())
}

/// An output of another type than the spec's is an error, or comes with the type that it has.
pub fn mistyped_outputs_are_not_reinterpreted(backend: &dyn Backend, fixtures: &dyn Fixtures) -> CaseResult {
    let source = source(fixtures, FixtureModel::MistypedOutput)?;
    let result = match backend.load(source, &ModelOptions::new()) {
        Ok(model) => infer(&*model, &[("x", &vector(&[1.0, 2.0]))]),
        Err(error) => Err(error),
    };
    match result {
        Ok(outputs) => check_output(&outputs, "out", &Tensor::from_slice([2], &[1i64, 2])?),
        failed => {
            let kinds = [ErrorKind::InvalidOutput, ErrorKind::Load, ErrorKind::InvalidSpec];
            check_error(failed, "a model whose output has another dtype", &kinds).map(drop)
        }
    }
}

/// A package without the model's file gives an error that says what is missing.
pub fn missing_model_file_is_an_error(backend: &dyn Backend, fixtures: &dyn Fixtures) -> CaseResult {
    let empty = with_files(&*source(fixtures, FixtureModel::Addition)?, MemoryFiles::new());
    let kinds = [ErrorKind::NotFound, ErrorKind::Load];
    let error = check_error(backend.load(empty, &ModelOptions::new()), "no file at all", &kinds)?;
    check!(mentions(&error, "0/"), "the error does not name the missing file: {error:?}");
    Ok(())
}

/// Random bytes in place of the model give an error.
pub fn garbage_model_file_is_an_error(backend: &dyn Backend, fixtures: &dyn Fixtures) -> CaseResult {
    let addition = source(fixtures, FixtureModel::Addition)?;
    for seed in 1..=4 {
        let garbage = altered(&addition, |content| noise(seed, content.len().max(64)))?;
        check_error(backend.load(garbage, &ModelOptions::new()), "random bytes", &[ErrorKind::Load])?;
    }
    Ok(())
}

/// A model file that ends early gives an error, or no other model than was there.
pub fn truncated_model_file_does_no_harm(backend: &dyn Backend, fixtures: &dyn Fixtures) -> CaseResult {
    let addition = source(fixtures, FixtureModel::Addition)?;
    let empty = altered(&addition, |_| Vec::new())?;
    check_error(backend.load(empty, &ModelOptions::new()), "an empty file", &[ErrorKind::Load])?;
    for (part, of) in [(1, 10), (1, 3), (1, 2), (9, 10), (99, 100)] {
        let short = altered(&addition, |content| content[..content.len() * part / of].to_vec())?;
        // A text that is cut can be another valid text; a panic or a hang is what must not be.
        if let Err(error) = backend.load(short, &ModelOptions::new()) {
            let kinds = [ErrorKind::Load, ErrorKind::NotFound];
            check!(kinds.contains(&error.kind()), "{part}/{of} of a file: expected {kinds:?}: {error}");
        }
    }
    Ok(())
}

/// Accepts an error, or a sum that is right in whatever type it comes.
fn check_error_or_sum(result: Result<Outputs>, what: &str, expected: &[f64]) -> CaseResult {
    let outputs = match result {
        Ok(outputs) => outputs,
        Err(error) => {
            check!(error.kind() != ErrorKind::Internal, "{what}: this is no defect of the backend: {error}");
            return Ok(());
        }
    };
    let out = outputs.try_get("out")?;
    let values: Vec<f64> = match out.dtype() {
        DType::Float32 => out.as_slice::<f32>()?.iter().map(|value| f64::from(*value)).collect(),
        DType::Float64 => out.as_slice::<f64>()?.to_vec(),
        other => return Err(Stop::Failed(format!("{what}: expected an error or a float, found {other}"))),
    };
    check!(values == expected, "{what}: expected an error or the sum {expected:?}, found {values:?}");
    Ok(())
}

/// The source with each file under `0/data` changed.
fn altered(source: &ModelSource, change: impl Fn(&[u8]) -> Vec<u8>) -> Result<Arc<ModelSource>> {
    let mut files = MemoryFiles::copy_of(&*source.files)?;
    for path in source.files.paths().iter().filter(|path| path.starts_with("0/data/")) {
        let content = change(&source.files.read(path, u64::MAX)?);
        files = files.file(path, content);
    }
    Ok(with_files(source, files))
}

fn with_files(source: &ModelSource, files: MemoryFiles) -> Arc<ModelSource> {
    let mut source = source.clone();
    source.files = Arc::new(files);
    Arc::new(source)
}

/// Bytes that look random and are the same in every run (xorshift).
fn noise(seed: u64, len: usize) -> Vec<u8> {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let next = |_| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state as u8
    };
    (0..len).map(next).collect()
}
