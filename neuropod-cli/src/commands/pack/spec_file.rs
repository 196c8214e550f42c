//! Inputs and outputs out of a JSON file.

use std::fs;
use std::path::Path;

use neuropod::{Error, ErrorKind, ProblemDefinition, TensorSpec};
use serde_json::{Map, Value};

use crate::failure::Failure;

/// Reads `input_spec` and `output_spec`, as they are in a `config.json`.
pub(super) fn read(path: &Path) -> Result<(Vec<TensorSpec>, Vec<TensorSpec>), Failure> {
    let read = || {
        let text = fs::read_to_string(path)?;
        let fields: Map<String, Value> = serde_json::from_str(&text).map_err(|error| {
            let message = format!(
                "expected a JSON object with `input_spec` and `output_spec`, as in `config.json`: {error}"
            );
            Error::new(ErrorKind::InvalidSpec, message)
        })?;
        // What a whole problem definition has besides does not matter here.
        let specs = fields.into_iter().filter(|(key, _)| key == "input_spec" || key == "output_spec");
        let named = [("name", "spec"), ("platform", "spec")];
        let named = named.map(|(key, value)| (key.to_owned(), Value::from(value)));
        let config = Value::Object(specs.chain(named).collect()).to_string();
        let definition = ProblemDefinition::from_json(config.as_bytes()).map_err(Error::from)?;
        Ok((definition.inputs, definition.outputs))
    };
    read().map_err(|failure: Failure| failure.with("file", path.display().to_string()))
}
