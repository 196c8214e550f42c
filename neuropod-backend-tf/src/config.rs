//! `0/config.json`: how a problem definition's names map to a graph.

use std::collections::{BTreeMap, BTreeSet};

use neuropod_core::{Error, ModelSource};
use serde::Deserialize;

use crate::TensorFlowError;

/// Where a package keeps it.
pub(crate) const FILE: &str = "0/config.json";
const MOST_BYTES: u64 = 16 << 20;

/// The file's content. Keys that are not named here are ignored.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub(crate) struct Config {
    /// From names of inputs and outputs to `node` or `node:1`; `null` for a SavedModel, whose
    /// signature names them.
    pub(crate) node_name_mapping: Option<BTreeMap<String, String>>,
    init_op_names: InitOps,
    /// The signature of a SavedModel, if it is not `serving_default`.
    pub(crate) signature: Option<String>,
    /// The tags of a SavedModel's graph, if they are not `serve` alone.
    pub(crate) tags: Option<BTreeSet<String>>,
}

/// A list; some packages hold an empty object instead.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(untagged)]
enum InitOps {
    Names(Vec<String>),
    Empty {},
}

impl Default for InitOps {
    fn default() -> Self {
        InitOps::Empty {}
    }
}

impl Config {
    /// Reads the file; a package without it has an empty one.
    pub(crate) fn read(source: &ModelSource) -> Result<Self, Error> {
        if !source.files.contains(FILE) {
            return Ok(Config::default());
        }
        let bytes = source.files.read(FILE, MOST_BYTES)?;
        parse(&bytes).map_err(|reason| {
            let message = format!("the configuration for TensorFlow cannot be read: {reason}");
            Error::from(TensorFlowError::InvalidPackage(message)).with("file", FILE)
        })
    }

    /// The operations that are run once, in this order, after loading.
    pub(crate) fn init_ops(&self) -> &[String] {
        match &self.init_op_names {
            InitOps::Names(names) => names,
            InitOps::Empty {} => &[],
        }
    }
}

fn parse(bytes: &[u8]) -> Result<Config, String> {
    let text = std::str::from_utf8(bytes).map_err(|error| error.to_string())?;
    let text = neuropod_spec::blank_comments(text).map_err(|error| error.to_string())?;
    serde_json::from_str(&text).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn old_packages_are_read() {
        let config = parse(
            br#"{ // written by hand
                "node_name_mapping": {"x": "in/x:0", "y": "y" /* no index */},
                "init_op_names": {},
                "more": 1}"#,
        )
        .unwrap();
        assert_eq!(config.node_name_mapping.as_ref().unwrap()["x"], "in/x:0");
        assert_eq!(config.init_ops(), [""; 0]);
        let config = parse(br#"{"node_name_mapping": null, "init_op_names": ["a", "b"]}"#).unwrap();
        assert_eq!(
            (config.node_name_mapping.is_none(), config.init_ops()),
            (true, &["a".into(), "b".into()][..])
        );
        assert_eq!(parse(b"{}").unwrap(), Config::default());
    }

    #[test]
    fn what_is_wrong_is_said() {
        assert!(parse(br#"{"node_name_mapping": {"x": 1}}"#).unwrap_err().contains("expected a string"));
        assert!(parse(br#"{"init_op_names": 3}"#).is_err());
        assert!(parse(b"\xff").unwrap_err().contains("utf-8"));
    }
}
