//! The rules that every problem definition keeps.

use std::collections::HashSet;

use neuropod_core::{Dim, TensorSpec};
use node_semver::Range;

use crate::error::excerpt;
use crate::{ProblemDefinition, Side, SpecError};

/// The longest version range that is looked at, in bytes.
const MAX_RANGE_BYTES: usize = 1024;

/// Checks a definition that was made in code; [`ProblemDefinition::from_json`] has done so already.
///
/// Names are unique among the inputs and among the outputs, and no name holds a NUL character.
/// Sizes are positive, and the fixed ones of a tensor ask for no more memory than there can be.
/// Devices are given for inputs alone. The version range can be read.
///
/// # Errors
///
/// The first rule that is broken, and where.
pub fn check(definition: &ProblemDefinition) -> Result<(), SpecError> {
    check_text("name", &definition.name)?;
    check_text("platform", &definition.platform)?;
    check_range(&definition.platform_version_semver)?;
    check_side(Side::Input, &definition.inputs)?;
    check_side(Side::Output, &definition.outputs)?;
    for (index, library) in definition.custom_ops.iter().enumerate() {
        check_text(format_args!("custom_ops[{index}]"), library)?;
    }
    check_devices(definition)
}

/// Checks the inputs or the outputs.
pub(crate) fn check_side(side: Side, specs: &[TensorSpec]) -> Result<(), SpecError> {
    let mut names = HashSet::with_capacity(specs.len());
    for (index, spec) in specs.iter().enumerate() {
        check_text(format_args!("{side}_spec[{index}].name"), &spec.name)?;
        if !names.insert(&*spec.name) {
            return Err(SpecError::DuplicateTensor { side, tensor: excerpt(&spec.name) });
        }
        check_dims(side, index, spec)?;
    }
    Ok(())
}

fn check_dims(side: Side, index: usize, spec: &TensorSpec) -> Result<(), SpecError> {
    let tensor = || excerpt(&spec.name);
    // A string takes at least an offset of eight bytes.
    let mut bytes = spec.dtype.size().unwrap_or(size_of::<u64>());
    for (axis, dim) in spec.dims.iter().enumerate() {
        match dim {
            Dim::Any => {}
            Dim::Symbol(symbol) => check_text(format_args!("{side}_spec[{index}].shape[{axis}]"), symbol)?,
            Dim::Fixed(0) => {
                return Err(SpecError::Dim { side, tensor: tensor(), axis, found: "0".to_owned() });
            }
            Dim::Fixed(size) => {
                bytes = match bytes.checked_mul(*size) {
                    Some(bytes) if bytes <= isize::MAX as usize => bytes,
                    _ => {
                        let shape = excerpt(&show_dims(&spec.dims));
                        return Err(SpecError::TooManyElements { side, tensor: tensor(), shape });
                    }
                };
            }
        }
    }
    Ok(())
}

fn check_devices(definition: &ProblemDefinition) -> Result<(), SpecError> {
    let inputs: HashSet<&str> = definition.inputs.iter().map(|spec| &*spec.name).collect();
    match definition.input_tensor_device.keys().find(|name| !inputs.contains(name.as_str())) {
        Some(name) => Err(SpecError::DeviceWithoutInput { input: excerpt(name) }),
        None => Ok(()),
    }
}

fn check_range(range: &str) -> Result<(), SpecError> {
    let refused = |reason: String| SpecError::VersionRange { range: excerpt(range), reason };
    if range.len() > MAX_RANGE_BYTES {
        return Err(refused(format!("it is longer than {MAX_RANGE_BYTES} bytes")));
    }
    if range.trim().is_empty() {
        return Ok(()); // stands for `*`
    }
    Range::parse(range).map(drop).map_err(|error| refused(error.to_string()))
}

fn check_text(path: impl std::fmt::Display, text: &str) -> Result<(), SpecError> {
    if text.contains('\0') { Err(SpecError::Nul { path: path.to_string() }) } else { Ok(()) }
}

/// A shape as in `config.json`: `["batch", 3, null]`.
pub(crate) fn show_dims(dims: &[Dim]) -> String {
    let dims: Vec<_> = dims.iter().map(Dim::to_string).collect();
    format!("[{}]", dims.join(", "))
}
