//! What the problem definition and `0/config.json` refer to.

use std::collections::BTreeMap;
use std::fmt::Display;

use neuropod_spec::{ProblemDefinition, blank_comments};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::files::PackageFiles;
use crate::path::check_path;
use crate::{PackageError, Problem};

/// The problem definition's path.
pub(crate) const CONFIG: &str = "config.json";
/// The path of what one backend needs to know.
pub(crate) const BACKEND_CONFIG: &str = "0/config.json";
/// The folder of custom operator libraries.
pub(crate) const OPS: &str = "0/ops";

/// Checks that nothing the package names lies outside the folder it belongs in.
pub(crate) fn check_references(
    files: &PackageFiles,
    definition: &ProblemDefinition,
    max_config_size: u64,
) -> Result<(), PackageError> {
    check_custom_ops(files, &definition.custom_ops).map_err(|problem| problem.at(CONFIG))?;
    let check = match definition.platform.as_str() {
        "python" => check_python,
        "tensorflow" => check_tensorflow,
        _ => return Ok(()), // other platforms may keep anything there
    };
    match files.read_small(BACKEND_CONFIG, max_config_size)? {
        Some(json) => check(&json).map_err(|problem| problem.at(BACKEND_CONFIG)),
        None => Ok(()),
    }
}

/// Whether a name is one of a file in a folder, and not a path.
pub(crate) fn is_base_name(name: &str) -> bool {
    !name.contains('/') && check_path(name, u64::MAX).is_ok()
}

fn check_custom_ops(files: &PackageFiles, names: &[String]) -> Result<(), Problem> {
    for (index, name) in names.iter().enumerate() {
        if !is_base_name(name) {
            return Err(Problem::CustomOpName(name.clone()));
        }
        if names[..index].contains(name) {
            return Err(Problem::DuplicateCustomOp(name.clone()));
        }
        if files.find(&format!("{OPS}/{name}")).is_none() {
            return Err(Problem::NoCustomOp(name.clone()));
        }
    }
    Ok(())
}

/// What is checked of a Python package's `0/config.json`.
#[derive(Deserialize)]
struct PythonConfig {
    entrypoint: Option<String>,
    entrypoint_package: Option<String>,
}

fn check_python(json: &[u8]) -> Result<(), Problem> {
    let config: PythonConfig = parse(json)?;
    if let Some(module) = config.entrypoint_package
        && !module.split('.').all(is_python_identifier)
    {
        return Err(Problem::EntrypointPackage(module));
    }
    match config.entrypoint {
        Some(function) if !is_python_identifier(&function) => Err(Problem::Entrypoint(function)),
        _ => Ok(()),
    }
}

/// What is checked of a TensorFlow package's `0/config.json`.
#[derive(Deserialize)]
struct TensorFlowConfig {
    node_name_mapping: Option<BTreeMap<String, Option<String>>>,
    init_op_names: Option<InitOps>,
}

/// A list; some packages hold an empty object instead.
#[derive(Deserialize)]
#[serde(untagged)]
enum InitOps {
    Names(Vec<String>),
    Empty {},
}

fn check_tensorflow(json: &[u8]) -> Result<(), Problem> {
    let config: TensorFlowConfig = parse(json)?;
    let mapped = config.node_name_mapping.into_iter().flatten().filter_map(|(_, node)| node);
    let init_ops = match config.init_op_names {
        Some(InitOps::Names(names)) => names,
        Some(InitOps::Empty {}) | None => Vec::new(),
    };
    match mapped.chain(init_ops).find(|node| !is_node_name(node)) {
        Some(node) => Err(Problem::NodeName(node)),
        None => Ok(()),
    }
}

fn parse<T: DeserializeOwned>(json: &[u8]) -> Result<T, Problem> {
    let refused = |reason: &dyn Display| Problem::BackendConfig(reason.to_string());
    let text = str::from_utf8(json).map_err(|error| refused(&error))?;
    let text = blank_comments(text).map_err(|error| refused(&error))?;
    serde_json::from_str(&text).map_err(|error| refused(&error))
}

/// Whether Python could take the word for a name: of a function, or of one part of a module's.
///
/// ```
/// use neuropod_package::is_python_identifier;
///
/// assert!(is_python_identifier("get_model") && !is_python_identifier("get-model"));
/// ```
pub fn is_python_identifier(word: &str) -> bool {
    let mut chars = word.chars();
    chars.next().is_some_and(|first| first.is_alphabetic() || first == '_')
        && chars.all(|c| c.is_alphanumeric() || c == '_')
}

/// Whether TensorFlow could take the text for a node, or for one of a node's outputs.
fn is_node_name(text: &str) -> bool {
    let (node, output) = text.split_once(':').unwrap_or((text, "0"));
    let is_allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-' | '>' | '/');
    node.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '_' || c == '.')
        && node.chars().all(is_allowed)
        && node.split('/').all(|part| part != "..")
        && !output.is_empty()
        && output.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn node_names_are_those_of_tensorflow() {
        for name in ["x", "x:0", "layer_1/dense-2/MatMul", "while/cond>1", "_retval", "init"] {
            assert!(is_node_name(name), "{name}");
        }
        for name in ["", "/x", "../x", "a/../b", "x:", "x:a", "a b", "^x", "x\0"] {
            assert!(!is_node_name(name), "{name}");
        }
    }

    #[test]
    fn comments_in_the_backends_configuration_are_read_over() {
        let json = br#"{"node_name_mapping": {"x": "in/x:0"} /* the graph's */, "init_op_names": {}} // old"#;
        assert!(check_tensorflow(json).is_ok());
        assert!(check_tensorflow(br#"{"node_name_mapping": {"x": "../x"}} // old"#).is_err());
    }

    #[test]
    fn identifiers_are_those_of_python() {
        for name in ["main", "_x1", "größe"] {
            assert!(is_python_identifier(name), "{name}");
        }
        for name in ["", "1a", "a-b", "a/b", "..", "a b", "a;b"] {
            assert!(!is_python_identifier(name), "{name}");
        }
    }
}
