//! Values of a JSON object, taken out by key.

use serde_json::{Map, Value};

use crate::SpecError;
use crate::error::excerpt;

/// An object and where it stands, to name its fields in errors.
#[derive(Clone, Copy)]
pub(super) struct Fields<'a> {
    object: &'a Map<String, Value>,
    path: &'a str,
}

impl<'a> Fields<'a> {
    /// The fields of the value at `path`, which is empty for the whole text.
    pub(super) fn of(value: &'a Value, path: &'a str) -> Result<Self, SpecError> {
        let shown = if path.is_empty() { "config.json" } else { path };
        let object = value.as_object().ok_or_else(|| wrong_type(shown, "an object", value))?;
        Ok(Fields { object, path })
    }

    /// The value of a key that may be absent; `null` counts as absent.
    pub(super) fn optional(self, key: &str) -> Option<&'a Value> {
        self.object.get(key).filter(|value| !value.is_null())
    }

    /// The value of a key that must be there.
    pub(super) fn required(self, key: &str) -> Result<&'a Value, SpecError> {
        self.object.get(key).ok_or_else(|| SpecError::MissingKey { path: self.path_of(key) })
    }

    /// The text of a key that must be there.
    pub(super) fn string(self, key: &str) -> Result<&'a str, SpecError> {
        as_string(self.required(key)?, || self.path_of(key))
    }

    /// Where the value of a key stands.
    pub(super) fn path_of(self, key: &str) -> String {
        if self.path.is_empty() { key.to_owned() } else { format!("{}.{key}", self.path) }
    }
}

/// A value that must be a string.
pub(super) fn as_string(value: &Value, path: impl FnOnce() -> String) -> Result<&str, SpecError> {
    value.as_str().ok_or_else(|| wrong_type(&path(), "a string", value))
}

/// A value that must be a list.
pub(super) fn as_list<'a>(value: &'a Value, path: &str) -> Result<&'a [Value], SpecError> {
    value.as_array().map(Vec::as_slice).ok_or_else(|| wrong_type(path, "a list", value))
}

#[cold]
pub(super) fn wrong_type(path: &str, expected: &'static str, found: &Value) -> SpecError {
    SpecError::WrongType { path: path.to_owned(), expected, found: show(found) }
}

/// A value for an error: simple ones as they are, others by their type.
pub(super) fn show(value: &Value) -> String {
    match value {
        Value::Array(_) => "a list".to_owned(),
        Value::Object(_) => "an object".to_owned(),
        Value::String(text) => format!("\"{}\"", excerpt(text).escape_debug()),
        simple => excerpt(&simple.to_string()),
    }
}
