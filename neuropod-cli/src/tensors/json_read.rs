//! Tensors out of JSON: nested lists of elements, read as their spec says.
//!
//! Lists are taken apart as text, so that every number is read by its own type: exactly, whatever its
//! size.

use std::fmt;

use neuropod::{DType, Dim, Error, ErrorKind, Result, Tensor, TensorSpec};
use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::json_elements::tensor;
use crate::failure::Failure;
use crate::inputs::Specs;

/// More axes than numpy has.
const MAX_RANK: usize = 64;

/// Reads a value as it is typed: JSON; a string may go without its quotes.
pub(crate) fn read_value(text: &str, spec: &TensorSpec) -> Result<Tensor> {
    let text = text.trim();
    let is_bare = match spec.dtype {
        DType::String => !text.starts_with(['"', '[', '{']),
        dtype => dtype.is_float() && matches!(text, "NaN" | "Infinity" | "-Infinity"),
    };
    if is_bare { read_json(&serde_json::Value::from(text).to_string(), spec) } else { read_json(text, spec) }
}

/// Reads JSON.
pub(crate) fn read_json(text: &str, spec: &TensorSpec) -> Result<Tensor> {
    let read = || {
        let value: &RawValue = serde_json::from_str(text).map_err(|error| not_json(text, &error))?;
        let mut elements = Elements::default();
        elements.collect(value.get(), &mut Vec::new())?;
        elements.complete(&spec.dims);
        tensor(spec.dtype, &elements.dims, &elements.texts)
    };
    read().map_err(|error: Error| error.with("tensor", &*spec.name))
}

/// Reads an object of names and tensors.
pub(crate) fn read_named_json(text: &str, specs: Specs<'_>) -> Result<Vec<(String, Tensor)>, Failure> {
    let values: Entries<'_> = serde_json::from_str(text).map_err(|error| {
        let message =
            format!("expected a JSON object of names and values, {{\"x\": [1, 2]}} for instance: {error}");
        Error::new(ErrorKind::InvalidInput, message)
    })?;
    let tensors = values.0.into_iter().map(|(name, value)| {
        let tensor = read_json(value.get(), specs.find(&name)?)?;
        Ok((name, tensor))
    });
    tensors.collect()
}

/// The keys and values of an object, in order. A key that occurs twice is there twice, to be told.
struct Entries<'a>(Vec<(String, &'a RawValue)>);

impl<'de> Deserialize<'de> for Entries<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Object;

        impl<'de> Visitor<'de> for Object {
            type Value = Entries<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut entries = Vec::new();
                while let Some(entry) = map.next_entry()? {
                    entries.push(entry);
                }
                Ok(Entries(entries))
            }
        }

        deserializer.deserialize_map(Object)
    }
}

/// The elements of nested lists, in order.
#[derive(Default)]
struct Elements<'a> {
    dims: Vec<usize>,
    texts: Vec<&'a str>,
}

impl<'a> Elements<'a> {
    /// Adds a list, or an element, that stands at `place`.
    fn collect(&mut self, text: &'a str, place: &mut Vec<usize>) -> Result<()> {
        let axis = place.len();
        if !text.starts_with('[') {
            if axis < self.dims.len() {
                return Err(ragged(place, "a list", "an element"));
            }
            self.texts.push(text);
            return Ok(());
        }
        if axis >= MAX_RANK {
            return Err(invalid(format!("the lists are nested more than {MAX_RANK} deep")));
        }
        let items: Vec<&RawValue> = serde_json::from_str(text).map_err(|error| not_json(text, &error))?;
        match self.dims.get(axis) {
            None if !self.texts.is_empty() => return Err(ragged(place, "an element", "a list")),
            None => self.dims.push(items.len()),
            Some(&expected) if expected != items.len() => {
                let expected = format!("{expected} elements");
                return Err(ragged(place, &expected, &items.len().to_string()));
            }
            Some(_) => {}
        }
        for (index, item) in items.iter().enumerate() {
            place.push(index);
            self.collect(item.get(), place)?;
            place.pop();
        }
        Ok(())
    }

    /// Adds the axes that an empty list cannot show, as the spec says.
    fn complete(&mut self, spec: &[Dim]) {
        if self.dims.contains(&0) {
            let missing = spec.iter().skip(self.dims.len());
            self.dims.extend(missing.map(|dim| if let Dim::Fixed(size) = dim { *size } else { 0 }));
        }
    }
}

fn ragged(place: &[usize], expected: &str, found: &str) -> Error {
    invalid(format!("the lists are ragged: expected {expected}, as elsewhere on this axis, found {found}"))
        .with("element", super::json_elements::place(place))
}

fn not_json(text: &str, error: &serde_json::Error) -> Error {
    let start: String = text.chars().take(40).collect();
    invalid(format!("`{start}` is not JSON: {error}"))
}

fn invalid(message: String) -> Error {
    Error::new(ErrorKind::InvalidInput, message)
}
