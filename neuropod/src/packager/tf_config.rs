//! `0/config.json` of a TensorFlow package.

use neuropod_spec::json_string;

/// What it says. Byte for byte what Python's `json.dump` writes on one line.
#[derive(Debug, Default)]
pub(super) struct TfConfig<'a> {
    /// `None` for a SavedModel, whose signature names the tensors.
    pub(super) nodes: Option<&'a [(String, String)]>,
    pub(super) init_ops: &'a [String],
    /// Written if there is one; the original Neuropod does not know it.
    pub(super) signature: Option<&'a str>,
    /// Written if there are any; the original Neuropod does not know them.
    pub(super) tags: Option<Vec<&'a str>>,
}

impl TfConfig<'_> {
    pub(super) fn to_json(&self) -> String {
        let nodes = self.nodes.map_or_else(|| "null".to_owned(), object);
        let mut text =
            format!("{{\"node_name_mapping\": {nodes}, \"init_op_names\": {}", list(self.init_ops));
        if let Some(signature) = self.signature {
            text.push_str(&format!(", \"signature\": {}", json_string(signature)));
        }
        if let Some(tags) = &self.tags {
            text.push_str(&format!(", \"tags\": {}", list(tags)));
        }
        text.push('}');
        text
    }
}

fn object(entries: &[(String, String)]) -> String {
    let entries: Vec<_> =
        entries.iter().map(|(key, value)| format!("{}: {}", json_string(key), json_string(value))).collect();
    format!("{{{}}}", entries.join(", "))
}

fn list(values: &[impl AsRef<str>]) -> String {
    let values: Vec<_> = values.iter().map(|value| json_string(value.as_ref())).collect();
    format!("[{}]", values.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_original_does_not_know_is_written_as_python_would() {
        let config = TfConfig {
            nodes: None,
            init_ops: &["init".to_owned()],
            signature: Some("größe"),
            tags: Some(vec!["serve", "special"]),
        };
        assert_eq!(config.to_json(), include_str!("../../tests/golden/signature.json"));
    }
}
