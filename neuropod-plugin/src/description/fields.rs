//! The keys of a JSON object, read one by one so that an error can name the key.

use std::path::{Component, Path, PathBuf};

use neuropod_core::{Error, ErrorKind, Result};
use serde_json::{Map, Value};

/// An object of the file.
pub(super) struct Fields<'a> {
    object: &'a Map<String, Value>,
    /// What stands before the keys in messages: `framework.` for instance.
    prefix: &'static str,
}

impl<'a> Fields<'a> {
    /// The keys of the whole file.
    pub(super) fn of_file(value: &'a Value) -> Result<Self> {
        let object = value.as_object().ok_or_else(|| {
            let message = format!("expected an object with the keys of a plugin, found {}", excerpt(value));
            Error::new(ErrorKind::Load, message)
        })?;
        Ok(Fields { object, prefix: "" })
    }

    /// An object within this one.
    pub(super) fn object(&self, key: &'static str) -> Result<Option<Fields<'a>>> {
        self.optional(key, |fields, key| {
            let object = fields.object[key].as_object().ok_or_else(|| fields.wrong(key, "an object"))?;
            Ok(Fields { object, prefix: "framework." })
        })
    }

    /// What `read` makes of the key, if it is there. A null counts as absent.
    pub(super) fn optional<T>(
        &self,
        key: &'static str,
        read: impl FnOnce(&Self, &'static str) -> Result<T>,
    ) -> Result<Option<T>> {
        match self.object.get(key) {
            None | Some(Value::Null) => Ok(None),
            Some(_) => read(self, key).map(Some),
        }
    }

    pub(super) fn number(&self, key: &'static str) -> Result<u32> {
        let number =
            self.object.get(key).and_then(Value::as_u64).and_then(|number| u32::try_from(number).ok());
        number.ok_or_else(|| self.wrong(key, "a whole number"))
    }

    /// A text that can be shown: neither empty nor with control characters, which a terminal may obey.
    pub(super) fn text(&self, key: &'static str) -> Result<String> {
        self.checked(key, "a text in quotes that is neither empty nor holds control characters", |_| true)
    }

    /// A text for which `is_right` holds.
    pub(super) fn checked(
        &self,
        key: &'static str,
        expected: &str,
        is_right: impl FnOnce(&str) -> bool,
    ) -> Result<String> {
        let text = self.object.get(key).and_then(Value::as_str).filter(|text| is_printable(text));
        let text = text.filter(|text| is_right(text));
        text.map(str::to_owned).ok_or_else(|| self.wrong(key, expected))
    }

    pub(super) fn identifier(&self, key: &'static str) -> Result<String> {
        let is_identifier =
            |text: &str| text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
        self.checked(key, "a name of letters, digits and underscores", is_identifier)
    }

    /// A relative path that stays where it is put.
    pub(super) fn folder(&self, key: &'static str) -> Result<PathBuf> {
        let is_inside = |text: &str| {
            Path::new(text).components().all(|part| matches!(part, Component::Normal(_) | Component::CurDir))
        };
        let text = self.checked(key, "a relative path without `..`", is_inside)?;
        Ok(Path::new(&text).components().filter(|part| *part != Component::CurDir).collect())
    }

    pub(super) fn base_name(&self, key: &'static str) -> Result<String> {
        self.checked(key, &format!("a library's {BASE_NAME}"), is_base_name)
    }

    pub(super) fn base_names(&self, key: &'static str) -> Result<Vec<String>> {
        let names = self.object.get(key).and_then(Value::as_array).filter(|names| !names.is_empty());
        let names = names.and_then(|names| {
            let texts = names.iter().map(|name| name.as_str().filter(|name| is_base_name(name)));
            texts.map(|name| name.map(str::to_owned)).collect()
        });
        names.ok_or_else(|| self.wrong(key, &format!("a list of one or more libraries, each a {BASE_NAME}")))
    }

    #[cold]
    fn wrong(&self, key: &str, expected: &str) -> Error {
        let found = self.object.get(key).map_or_else(|| "nothing".to_owned(), excerpt);
        let message = format!("`{}{key}`: expected {expected}, found {found}", self.prefix);
        Error::new(ErrorKind::Load, message)
    }
}

const BASE_NAME: &str = "base name without folders and `..`";

fn is_base_name(name: &str) -> bool {
    is_printable(name) && !name.contains(['/', '\\']) && !name.contains("..") && name != "."
}

fn is_printable(text: &str) -> bool {
    !text.trim().is_empty() && !text.chars().any(char::is_control)
}

/// The beginning of a value, as JSON: control characters are escaped in it.
fn excerpt(value: &Value) -> String {
    const SHOWN: usize = 60;
    let text = value.to_string();
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}
