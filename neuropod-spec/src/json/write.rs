//! Writing a `config.json` as Python's `json` module does.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use neuropod_core::{DeviceType, Dim, TensorSpec};

use crate::ProblemDefinition;

pub(crate) fn write(definition: &ProblemDefinition) -> String {
    let devices: BTreeMap<&str, DeviceType> =
        definition.inputs.iter().map(|input| (&*input.name, definition.input_device(&input.name))).collect();
    let mut writer = Writer { text: String::new(), depth: 0 };
    writer.open('{');
    writer.key("custom_ops");
    writer.list(&definition.custom_ops, |writer, library| writer.string(library));
    writer.key("input_spec");
    writer.list(&definition.inputs, Writer::spec);
    writer.key("input_tensor_device");
    writer.open('{');
    for (input, device) in devices {
        writer.key(input);
        writer.string(device.name());
    }
    writer.close('}');
    writer.key("name");
    writer.string(&definition.name);
    writer.key("output_spec");
    writer.list(&definition.outputs, Writer::spec);
    writer.key("platform");
    writer.string(&definition.platform);
    writer.key("platform_version_semver");
    writer.string(&definition.platform_version_semver);
    writer.close('}');
    writer.text
}

/// The text so far; `indent=4`, and keys in the order of the calls.
struct Writer {
    text: String,
    depth: usize,
}

impl Writer {
    fn spec(&mut self, spec: &TensorSpec) {
        self.open('{');
        self.key("dtype");
        self.string(spec.dtype.name());
        self.key("name");
        self.string(&spec.name);
        self.key("shape");
        self.list(&spec.dims, Writer::dim);
        self.close('}');
    }

    fn dim(&mut self, dim: &Dim) {
        match dim {
            Dim::Any => self.text.push_str("null"),
            Dim::Fixed(size) => self.text.push_str(&size.to_string()),
            Dim::Symbol(symbol) => self.string(symbol),
        }
    }

    fn list<T>(&mut self, elements: &[T], write: impl Fn(&mut Self, &T)) {
        self.open('[');
        for element in elements {
            self.next();
            write(self, element);
        }
        self.close(']');
    }

    fn key(&mut self, key: &str) {
        self.next();
        self.string(key);
        self.text.push_str(": ");
    }

    fn open(&mut self, bracket: char) {
        self.text.push(bracket);
        self.depth += 1;
    }

    /// Starts the line of an element or a key.
    fn next(&mut self) {
        if !self.text.ends_with(['{', '[']) {
            self.text.push(',');
        }
        self.new_line();
    }

    fn close(&mut self, bracket: char) {
        self.depth -= 1;
        if !self.text.ends_with(['{', '[']) {
            self.new_line();
        }
        self.text.push(bracket);
    }

    fn new_line(&mut self) {
        let _ = write!(self.text, "\n{:width$}", "", width = 4 * self.depth); // a String takes all
    }

    fn string(&mut self, value: &str) {
        push_string(&mut self.text, value);
    }
}

/// A JSON string, quotes included, as Python's `json` module writes it: what is not printable ASCII is
/// escaped.
///
/// ```
/// assert_eq!(neuropod_spec::json_string("größe"), r#""gr\u00f6\u00dfe""#);
/// ```
pub fn json_string(value: &str) -> String {
    let mut text = String::with_capacity(value.len() + 2);
    push_string(&mut text, value);
    text
}

/// A string as `ensure_ascii` writes it: UTF-16 units for all that is not printable ASCII.
fn push_string(text: &mut String, value: &str) {
    text.push('"');
    for c in value.chars() {
        match c {
            '"' => text.push_str("\\\""),
            '\\' => text.push_str("\\\\"),
            '\n' => text.push_str("\\n"),
            '\r' => text.push_str("\\r"),
            '\t' => text.push_str("\\t"),
            '\u{8}' => text.push_str("\\b"),
            '\u{c}' => text.push_str("\\f"),
            ' '..='~' => text.push(c),
            _ => {
                for unit in c.encode_utf16(&mut [0; 2]) {
                    let _ = write!(text, "\\u{unit:04x}"); // a String takes all
                }
            }
        }
    }
    text.push('"');
}
