//! TensorFlow graphs.

use std::collections::BTreeSet;
use std::path::PathBuf;

use neuropod_core::{Error, ErrorKind, Result};
use neuropod_package::PackageBuilder;
use neuropod_spec::ProblemDefinition;

use super::BACKEND_CONFIG;
use super::near::nearest;
use super::tf_config::TfConfig;

const GRAPH: &str = "0/data/model.pb";

/// A TensorFlow graph to be packaged by [`Packager::tensorflow_graph`](crate::Packager::tensorflow_graph):
/// a binary `GraphDef`, usually a frozen one, and which of its nodes are the inputs and outputs.
///
/// ```
/// use neuropod::GraphDef;
///
/// let graph = GraphDef::file("addition.pb")
///     .node("x", "some_namespace/in_x:0")
///     .node("y", "some_namespace/in_y:0")
///     .node("out", "some_namespace/out:0");
/// ```
#[derive(Clone, Debug)]
#[must_use = "a graph is given to `Packager::tensorflow_graph`"]
pub struct GraphDef {
    content: Content,
    nodes: Vec<(String, String)>,
    init_ops: Vec<String>,
}

#[derive(Clone, Debug)]
enum Content {
    File(PathBuf),
    Bytes(Vec<u8>),
}

impl GraphDef {
    /// The graph of this file, which is read when the package is written.
    pub fn file(path: impl Into<PathBuf>) -> Self {
        GraphDef::new(Content::File(path.into()))
    }

    /// The graph of these bytes, a serialised `GraphDef`.
    pub fn bytes(content: impl Into<Vec<u8>>) -> Self {
        GraphDef::new(Content::Bytes(content.into()))
    }

    fn new(content: Content) -> Self {
        GraphDef { content, nodes: Vec::new(), init_ops: Vec::new() }
    }

    /// Says which tensor of the graph an input or output is: `node` or `node:0` for the first output
    /// of a node, `node:1` for the second, and so on. Every input and output needs one.
    pub fn node(mut self, name: impl Into<String>, node: impl Into<String>) -> Self {
        self.nodes.push((name.into(), node.into()));
        self
    }

    /// Adds an operation that is run once, after the graph was loaded: one that initialises
    /// variables, for instance. They run in the order in which they are added.
    pub fn init_op(mut self, name: impl Into<String>) -> Self {
        self.init_ops.push(name.into());
        self
    }

    /// Adds the graph and its configuration to a package.
    pub(super) fn add_to(self, mut builder: PackageBuilder) -> Result<PackageBuilder> {
        self.check(builder.definition_mut())?;
        let config =
            TfConfig { nodes: Some(&self.nodes), init_ops: &self.init_ops, ..TfConfig::default() }.to_json();
        let builder = match self.content {
            Content::File(path) => builder.file(GRAPH, path),
            Content::Bytes(content) => builder.bytes(GRAPH, content),
        };
        Ok(builder.bytes(BACKEND_CONFIG, config))
    }

    /// Holds the mapping against the problem definition, and tells everything that is wrong at once.
    fn check(&self, definition: &ProblemDefinition) -> Result<()> {
        let names = || definition.inputs.iter().chain(&definition.outputs).map(|spec| &*spec.name);
        let mapped = |name: &str| self.nodes.iter().any(|(mapped, _)| mapped == name);
        let missing: BTreeSet<_> = names().filter(|name| !mapped(name)).collect();
        let mut wrong = Vec::new();
        if !missing.is_empty() {
            let missing: Vec<_> = missing.into_iter().map(|name| format!("`{name}`")).collect();
            wrong.push(format!("there is no node for {}", missing.join(", ")));
        }
        for (index, (name, _)) in self.nodes.iter().enumerate() {
            if self.nodes[..index].iter().any(|(earlier, _)| earlier == name) {
                wrong.push(format!("there are two nodes for `{name}`"));
            } else if !names().any(|known| known == name) {
                wrong.push(format!(
                    "there is a node for `{name}`, which is no input or output{}",
                    hint(name, names())
                ));
            }
        }
        if wrong.is_empty() {
            return Ok(());
        }
        let message = format!("the graph's nodes do not fit the problem definition: {}", wrong.join("; "));
        Err(Error::new(ErrorKind::InvalidSpec, message))
    }
}

fn hint<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> String {
    nearest(name, known).map(|near| format!(" (did you mean `{near}`?)")).unwrap_or_default()
}
