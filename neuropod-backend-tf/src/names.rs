//! From the names of a problem definition to a graph's.

use std::collections::BTreeMap;

use neuropod_core::{ModelSource, TensorSpec};

use crate::convert::{Endpoint, Graph, Operation};
use crate::proto::{SignatureDef, TensorInfo};
use crate::{TensorFlowError, dtype};

/// `node`, or `node:1` for another output than the first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct TensorName<'a> {
    pub(crate) node: &'a str,
    pub(crate) index: usize,
}

impl<'a> TensorName<'a> {
    pub(crate) fn parse(text: &'a str) -> Option<Self> {
        let (node, index) = match text.rsplit_once(':') {
            Some((node, index)) => (node, index.parse().ok()?),
            None => (text, 0),
        };
        (!node.is_empty()).then_some(TensorName { node, index })
    }
}

/// Which tensor of the graph each input and output is, by name.
pub(crate) struct Names<'a> {
    pub(crate) inputs: BTreeMap<&'a str, &'a str>,
    pub(crate) outputs: BTreeMap<&'a str, &'a str>,
}

impl<'a> Names<'a> {
    /// As a mapping says, which is one for both.
    pub(crate) fn of_mapping(mapping: &'a BTreeMap<String, String>) -> Self {
        let names: BTreeMap<_, _> = mapping.iter().map(|(name, node)| (&**name, &**node)).collect();
        Names { inputs: names.clone(), outputs: names }
    }

    /// As a signature says, where an input and an output may have one name.
    pub(crate) fn of_signature(signature: &'a SignatureDef) -> Self {
        let names = |tensors: &'a BTreeMap<String, TensorInfo>| {
            tensors.iter().map(|(name, info)| (&**name, &*info.name)).collect()
        };
        Names { inputs: names(&signature.inputs), outputs: names(&signature.outputs) }
    }
}

/// Where inputs and outputs are, in the order of the problem definition.
pub(crate) struct Bound {
    pub(crate) inputs: Vec<Endpoint>,
    pub(crate) outputs: Vec<Endpoint>,
}

/// Finds every input and output in the graph.
pub(crate) fn bind(graph: &Graph, source: &ModelSource, names: &Names<'_>) -> Result<Bound, TensorFlowError> {
    let find = |role, specs: &[TensorSpec], names| -> Result<Vec<_>, TensorFlowError> {
        specs.iter().map(|spec| find(graph, role, spec, names)).collect()
    };
    let bound = Bound {
        inputs: find("input", &source.inputs, &names.inputs)?,
        outputs: find("output", &source.outputs, &names.outputs)?,
    };
    for (index, endpoint) in bound.inputs.iter().enumerate() {
        if let Some(first) = bound.inputs[..index].iter().position(|other| other == endpoint) {
            let (first, second) = (&source.inputs[first].name, &source.inputs[index].name);
            return Err(TensorFlowError::Spec(format!(
                "the inputs `{first}` and `{second}` are both the graph's tensor `{}`",
                names.inputs[&**second]
            )));
        }
    }
    Ok(bound)
}

/// An operation by the name that a configuration gives it: `node`, or `node:0` by habit.
pub(crate) fn operation(graph: &Graph, name: &str) -> Result<Operation, TensorFlowError> {
    let node = name.strip_prefix('^').unwrap_or(name);
    let node = TensorName::parse(node).map_or(node, |name| name.node);
    graph.operation(node).ok_or_else(|| {
        TensorFlowError::Load(format!("the graph has no operation `{node}`, which is to be run first"))
    })
}

/// The place of a tensor that is fed while loading.
pub(crate) fn fed(graph: &Graph, name: &str) -> Result<Endpoint, TensorFlowError> {
    let missing =
        || TensorFlowError::Load(format!("the graph has no tensor `{name}`, which takes a file's path"));
    let name = TensorName::parse(name).ok_or_else(missing)?;
    let operation = graph.operation(name.node).ok_or_else(missing)?;
    graph.endpoint(operation, name.index).map(|(endpoint, _)| endpoint).ok_or_else(missing)
}

fn find(
    graph: &Graph,
    role: &str,
    spec: &TensorSpec,
    names: &BTreeMap<&str, &str>,
) -> Result<Endpoint, TensorFlowError> {
    let wrong = |reason: String| TensorFlowError::Spec(format!("the {role} `{}` {reason}", spec.name));
    let Some(text) = names.get(&*spec.name) else {
        let known: Vec<_> = names.keys().map(|name| format!("`{name}`")).collect();
        return Err(wrong(format!("has no node; there are nodes for {}", known.join(", "))));
    };
    let Some(name) = TensorName::parse(text) else {
        return Err(wrong(format!(
            "is mapped to `{text}`, which is no name of a tensor: `node` or `node:0` is"
        )));
    };
    let Some(operation) = graph.operation(name.node) else {
        return Err(wrong(format!("is mapped to `{text}`, and the graph has no node `{}`", name.node)));
    };
    let Some((endpoint, code)) = graph.endpoint(operation, name.index) else {
        let count = graph.output_count(operation);
        return Err(wrong(format!(
            "is mapped to `{text}`, and that node has {count} output(s), numbered from 0"
        )));
    };
    if dtype::from_code(code) != Some(spec.dtype) {
        let found = dtype::describe(code);
        return Err(wrong(format!("is {} by its spec, and the graph's `{text}` is {found}", spec.dtype)));
    }
    Ok(endpoint)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tensors_are_named_with_and_without_an_index() {
        let name = |node, index| Some(TensorName { node, index });
        assert_eq!(TensorName::parse("a/b"), name("a/b", 0));
        assert_eq!(TensorName::parse("a/b:0"), name("a/b", 0));
        assert_eq!(TensorName::parse("split:12"), name("split", 12));
        for text in ["", ":0", "a:", "a:b", "a:-1"] {
            assert_eq!(TensorName::parse(text), None, "{text}");
        }
    }
}
