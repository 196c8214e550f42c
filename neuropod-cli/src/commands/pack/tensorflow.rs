//! `neuropod pack tensorflow`

use std::path::PathBuf;

use clap::Args;
use neuropod::{GraphDef, Packager, SavedModel};

use super::common::PackArguments;
use crate::failure::Failure;
use crate::values::pair;

const EXAMPLES: &str = "\
Examples:
  neuropod pack tensorflow --name classifier --saved-model exported classifier.neuropod
  neuropod pack tensorflow --name addition --graph addition.pb \\
      --node x=in/x:0 --node y=in/y:0 --node out=sum:0 \\
      --input x:float32:length --input y:float32:length --output out:float32:length addition.neuropod";

/// Package a TensorFlow graph or SavedModel
///
/// The inputs and outputs of a SavedModel are taken from its signature if none are given.
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES, group(clap::ArgGroup::new("content").required(true)))]
pub(super) struct Arguments {
    /// The graph: a file with a binary GraphDef, usually a frozen one
    #[arg(long, value_name = "FILE", group = "content", requires = "nodes")]
    graph: Option<PathBuf>,

    /// Which tensor of the graph an input or output is, `x=in/x:0` for instance (repeatable)
    #[arg(long = "node", value_name = "NAME=NODE", value_parser = pair, conflicts_with = "saved_model")]
    nodes: Vec<(String, String)>,

    /// The SavedModel: a folder that `tf.saved_model.save` or a Keras model's `export` wrote
    #[arg(long, value_name = "DIR", group = "content")]
    saved_model: Option<PathBuf>,

    /// The SavedModel's signature; `serving_default` if none is given
    #[arg(long, value_name = "NAME", conflicts_with = "graph")]
    signature: Option<String>,

    /// A tag of the SavedModel's graph; `serve` if none is given (repeatable)
    #[arg(long = "tag", value_name = "TAG", conflicts_with = "graph")]
    tags: Vec<String>,

    /// An operation that is run once after the model was loaded (repeatable)
    #[arg(long = "init-op", value_name = "NODE")]
    init_ops: Vec<String>,

    #[command(flatten)]
    common: PackArguments,
}

pub(super) fn run(arguments: Arguments) -> Result<(), Failure> {
    let name = arguments.common.name.clone();
    let packager = match (&arguments.graph, &arguments.saved_model) {
        (Some(graph), _) => Packager::tensorflow_graph(name, graph_def(graph.clone(), &arguments)),
        (None, Some(folder)) => Packager::saved_model(name, saved_model(folder.clone(), &arguments)),
        (None, None) => return Err(Failure::usage("expected `--graph` or `--saved-model`")),
    };
    arguments.common.write(packager)
}

fn graph_def(file: PathBuf, arguments: &Arguments) -> GraphDef {
    let graph =
        arguments.nodes.iter().fold(GraphDef::file(file), |graph, (name, node)| graph.node(name, node));
    arguments.init_ops.iter().fold(graph, GraphDef::init_op)
}

fn saved_model(folder: PathBuf, arguments: &Arguments) -> SavedModel {
    let mut model = arguments.init_ops.iter().fold(SavedModel::folder(folder), SavedModel::init_op);
    if let Some(signature) = &arguments.signature {
        model = model.signature(signature);
    }
    if arguments.tags.is_empty() { model } else { model.tags(&arguments.tags) }
}
