//! Devices, threads, custom operators.

use std::sync::Arc;

use neuropod_core::{Backend, Device, ErrorKind, ModelOptions, ModelSource};

use super::case::check;
use super::support::{check_error, check_output, infer, mentions, source, vector};
use super::{CaseResult, FixtureModel, Fixtures, Stop};
use crate::MemoryFiles;

/// A device that no machine has.
const ABSENT: Device = Device::Cuda(1000);

/// A model runs on the CPU if that is required.
pub fn the_cpu_can_be_required(backend: &dyn Backend, fixtures: &dyn Fixtures) -> CaseResult {
    check_works(backend, fixtures, &ModelOptions::new().device(Device::Cpu))
}

/// A required device that is not there is an error that names it.
pub fn an_absent_device_is_an_error(backend: &dyn Backend, fixtures: &dyn Fixtures) -> CaseResult {
    let source = source(fixtures, FixtureModel::Addition)?;
    let result = backend.load(source, &ModelOptions::new().device(ABSENT));
    let error = check_error(result, "requiring cuda:1000", &[ErrorKind::Device, ErrorKind::Unsupported])?;
    let named = ["cuda:1000", "GPU", "CUDA", "device"].iter().any(|name| mentions(&error, name));
    check!(named, "the error does not name the device: {error:?}");
    Ok(())
}

/// A preferred device that is not there gives way to the CPU.
pub fn an_absent_device_falls_back(backend: &dyn Backend, fixtures: &dyn Fixtures) -> CaseResult {
    check_works(backend, fixtures, &ModelOptions::new().prefer_device(ABSENT))
}

/// Numbers of threads are taken, or refused with an error where the process has set others.
pub fn thread_counts_are_taken(backend: &dyn Backend, fixtures: &dyn Fixtures) -> CaseResult {
    check_works(backend, fixtures, &ModelOptions::new().intra_op_threads(1))?;
    let options = ModelOptions::new().intra_op_threads(2).inter_op_threads(1);
    let refusals = [ErrorKind::InvalidArgument, ErrorKind::Unsupported];
    match backend.load(source(fixtures, FixtureModel::Addition)?, &options) {
        Err(error) if refusals.contains(&error.kind()) => Ok(()),
        Err(error) => Err(error.into()),
        Ok(_) => check_works(backend, fixtures, &options),
    }
}

/// Options of other backends are ignored.
pub fn unknown_backend_options_are_ignored(backend: &dyn Backend, fixtures: &dyn Fixtures) -> CaseResult {
    check_works(backend, fixtures, &ModelOptions::new().backend_option("another-backend.option", "value"))
}

/// A package with custom operators is refused if the options forbid them.
pub fn custom_ops_can_be_forbidden(backend: &dyn Backend, fixtures: &dyn Fixtures) -> CaseResult {
    let source = with_custom_op(fixtures)?;
    let result = backend.load(source, &ModelOptions::new().allow_custom_ops(false));
    check_error(result, "a forbidden custom operator", &[ErrorKind::Forbidden, ErrorKind::Unsupported])?;
    Ok(())
}

/// A custom operator that is no library, or that the backend cannot load, is an error.
pub fn broken_custom_ops_are_an_error(backend: &dyn Backend, fixtures: &dyn Fixtures) -> CaseResult {
    let result = backend.load(with_custom_op(fixtures)?, &ModelOptions::new().allow_custom_ops(true));
    let expected = if backend.capabilities().custom_ops { ErrorKind::Load } else { ErrorKind::Unsupported };
    check_error(result, "a custom operator that is no library", &[expected])?;
    Ok(())
}

fn check_works(backend: &dyn Backend, fixtures: &dyn Fixtures, options: &ModelOptions) -> CaseResult {
    let model = backend.load(source(fixtures, FixtureModel::Addition)?, options)?;
    let x = vector(&[1.0, 2.0]);
    check_output(&infer(&*model, &[("x", &x), ("y", &x)])?, "out", &vector(&[2.0, 4.0]))
}

/// The addition model in a package with a custom operator that is no library.
fn with_custom_op(fixtures: &dyn Fixtures) -> Result<Arc<ModelSource>, Stop> {
    let mut source = ModelSource::clone(&*source(fixtures, FixtureModel::Addition)?);
    let files = MemoryFiles::copy_of(&*source.files)?.file("0/ops/libbroken.so", "this is no library");
    source.files = Arc::new(files);
    source.custom_ops = vec!["libbroken.so".to_owned()];
    Ok(Arc::new(source))
}
