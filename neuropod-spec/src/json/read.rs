//! Reading a `config.json`.

use std::collections::BTreeMap;
use std::str;

use neuropod_core::{DType, DeviceType, Dim, TensorSpec};
use serde_json::Value;

use super::comments::blank_comments;
use super::fields::{Fields, as_list, as_string, show};
use super::unique::check_syntax;
use crate::error::excerpt;
use crate::{ProblemDefinition, Side, SpecError, check};

/// The longest `config.json` that is read: 16 MiB.
pub const MAX_CONFIG_BYTES: usize = 16 << 20;

pub(crate) fn read(text: &[u8]) -> Result<ProblemDefinition, SpecError> {
    let value = parse(text)?;
    let fields = Fields::of(&value, "")?;
    let mut definition = ProblemDefinition::new(fields.string("name")?, fields.string("platform")?);
    if let Some(range) = fields.optional("platform_version_semver") {
        definition.platform_version_semver =
            as_string(range, || "platform_version_semver".to_owned())?.to_owned();
    }
    definition.inputs = read_side(fields, Side::Input)?;
    definition.outputs = read_side(fields, Side::Output)?;
    definition.custom_ops = read_custom_ops(fields)?;
    definition.input_tensor_device = read_devices(fields)?;
    check(&definition)?;
    for input in &definition.inputs {
        let device = definition.input_tensor_device.entry(input.name.to_string());
        device.or_insert(DeviceType::Gpu);
    }
    Ok(definition)
}

fn parse(text: &[u8]) -> Result<Value, SpecError> {
    if text.len() > MAX_CONFIG_BYTES {
        return Err(SpecError::TooLarge { size: text.len(), limit: MAX_CONFIG_BYTES });
    }
    let text = str::from_utf8(text).map_err(|error| SpecError::NotUtf8 { offset: error.valid_up_to() })?;
    let text = blank_comments(text.strip_prefix('\u{feff}').unwrap_or(text))?;
    check_syntax(&text)?;
    serde_json::from_str(&text).map_err(|error| SpecError::Syntax { message: error.to_string() })
}

fn read_side(fields: Fields<'_>, side: Side) -> Result<Vec<TensorSpec>, SpecError> {
    let key = match side {
        Side::Input => "input_spec",
        Side::Output => "output_spec",
    };
    let Some(list) = fields.optional(key) else { return Ok(Vec::new()) };
    let specs = as_list(list, key)?.iter().enumerate();
    specs.map(|(index, spec)| read_spec(Fields::of(spec, &format!("{key}[{index}]"))?, side)).collect()
}

fn read_spec(fields: Fields<'_>, side: Side) -> Result<TensorSpec, SpecError> {
    let name = fields.string("name")?;
    let dtype = fields.string("dtype")?;
    let dtype: DType = dtype.parse().map_err(|_| SpecError::UnknownDType {
        side,
        tensor: excerpt(name),
        found: excerpt(dtype),
    })?;
    let shape = as_list(fields.required("shape")?, &fields.path_of("shape"))?;
    let dims: Result<Vec<Dim>, SpecError> = shape
        .iter()
        .enumerate()
        .map(|(axis, dim)| {
            read_dim(dim).ok_or_else(|| SpecError::Dim {
                side,
                tensor: excerpt(name),
                axis,
                found: show(dim),
            })
        })
        .collect();
    Ok(TensorSpec::new(name, dtype, dims?))
}

fn read_dim(value: &Value) -> Option<Dim> {
    match value {
        Value::Null => Some(Dim::Any),
        Value::String(symbol) => Some(Dim::from(symbol.as_str())),
        Value::Number(size) => {
            let size = usize::try_from(size.as_u64()?).ok()?;
            (size > 0).then_some(Dim::Fixed(size))
        }
        _ => None,
    }
}

fn read_custom_ops(fields: Fields<'_>) -> Result<Vec<String>, SpecError> {
    let Some(list) = fields.optional("custom_ops") else { return Ok(Vec::new()) };
    let libraries = as_list(list, "custom_ops")?.iter().enumerate();
    let libraries = libraries
        .map(|(index, library)| as_string(library, || format!("custom_ops[{index}]")).map(str::to_owned));
    libraries.collect()
}

fn read_devices(fields: Fields<'_>) -> Result<BTreeMap<String, DeviceType>, SpecError> {
    let Some(object) = fields.optional("input_tensor_device") else { return Ok(BTreeMap::new()) };
    let Value::Object(devices) = object else {
        return Err(super::fields::wrong_type("input_tensor_device", "an object", object));
    };
    let devices = devices.iter().map(|(input, device)| match device.as_str() {
        Some("GPU") => Ok((input.clone(), DeviceType::Gpu)),
        Some("CPU") => Ok((input.clone(), DeviceType::Cpu)),
        _ => Err(SpecError::UnknownDevice { input: excerpt(input), found: show(device) }),
    });
    devices.collect()
}
