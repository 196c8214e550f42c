//! From a package's files to a session that is ready to run.

use std::collections::BTreeSet;

use neuropod_core::{Device, Error, ErrorKind, ModelSource};
use prost::Message;
use prost::bytes::Bytes;

use crate::analysis::Traits;
use crate::c_api::CApi;
use crate::config::{self, Config};
use crate::convert::{Graph, Session};
use crate::executor::Executor;
use crate::names::{self, Bound, Names, TensorName};
use crate::options::Options;
use crate::proto::{AttrEntry, GraphDef, NodeDef, OpDef};
use crate::saved_model::{DEFAULT_SIGNATURE, DEFAULT_TAG, SavedModel};
use crate::start::Start;
use crate::{TensorFlowError, placement, threads};

/// Where a package keeps a `GraphDef`; it is taken if both are there.
const GRAPH_FILE: &str = "0/data/model.pb";
/// Where a package keeps a SavedModel.
pub(crate) const SAVED_MODEL: &str = "0/data/savedmodel";

/// A protocol buffer cannot be larger.
const MOST_BYTES: u64 = i32::MAX as u64;

/// A session, and what is known of its graph.
pub(crate) struct Loaded {
    pub(crate) session: Session,
    pub(crate) bound: Bound,
    pub(crate) traits: Traits,
    pub(crate) executor: Executor,
    /// Whether an operator may keep an input beyond a call.
    pub(crate) keeps_inputs: bool,
}

/// What a model is loaded with.
pub(crate) struct Loader<'a> {
    pub(crate) api: &'static CApi,
    pub(crate) source: &'a ModelSource,
    pub(crate) options: &'a Options,
    pub(crate) device: Device,
}

impl Loader<'_> {
    /// Loads the model, and runs what is to be run first.
    pub(crate) fn load(&self) -> Result<Loaded, Error> {
        let config = Config::read(self.source)?;
        if self.source.files.contains(GRAPH_FILE) {
            return self.graph_file(config).map_err(|error| error.with("file", GRAPH_FILE));
        }
        self.saved_model(&config).map_err(|error| error.with("folder", SAVED_MODEL))
    }

    fn graph_file(&self, config: Config) -> Result<Loaded, Error> {
        let graph_def = Bytes::from(self.source.files.read(GRAPH_FILE, MOST_BYTES)?);
        let start = Start::of_graph(config.init_ops());
        let mapping = config.node_name_mapping.ok_or_else(|| no_mapping(self.source))?;
        self.prepare(graph_def, &Names::of_mapping(&mapping), &start)
    }

    fn saved_model(&self, config: &Config) -> Result<Loaded, Error> {
        let file = format!("{SAVED_MODEL}/saved_model.pb");
        if !self.source.files.contains(&file) {
            let message = format!("the package has no model: neither `{GRAPH_FILE}` nor `{file}`");
            return Err(Error::new(ErrorKind::NotFound, message));
        }
        let saved = SavedModel::parse(self.source.files.read(&file, MOST_BYTES)?)?;
        let options = self.options;
        let tags = options.tags.as_ref().or(config.tags.as_ref());
        let graph = saved.graph(tags.unwrap_or(&BTreeSet::from([DEFAULT_TAG.to_owned()])))?;
        let signature = options.signature.as_ref().or(config.signature.as_ref());
        let signature = graph.signature(signature.map_or(DEFAULT_SIGNATURE, String::as_str))?;
        let start = Start::of_saved_model(self.source, graph, config.init_ops())?;
        self.prepare(graph.graph_def().clone(), &Names::of_signature(signature), &start)
    }

    fn prepare(&self, graph_def: Bytes, names: &Names<'_>, start: &Start) -> Result<Loaded, Error> {
        let decoded = decode(&graph_def)?;
        let outputs = self.source.outputs.iter().filter_map(|spec| names.outputs.get(&*spec.name));
        let traits = Traits::of(&decoded, outputs.filter_map(|name| Some(TensorName::parse(name)?.node)));
        let executor = choose(self.options, &traits)?;
        let graph = self.import(graph_def, decoded)?;
        let bound = names::bind(&graph, self.source, names)?;
        let keeps_inputs = !self.source.custom_ops.is_empty() || keeps_inputs(&graph, &traits);
        let config = self.options.session_config(executor, self.device.is_gpu());
        let session = threads::new_session(self.api, graph, &config, self.options)?;
        start.run(self.api, &session)?;
        Ok(Loaded { session, bound, traits, executor, keeps_inputs })
    }

    fn import(&self, graph_def: Bytes, mut decoded: GraphDef) -> Result<Graph, TensorFlowError> {
        let device = placement::default_device(self.device);
        let unpinned = device.is_some() && placement::unpin_gpus(&mut decoded);
        let graph_def = if unpinned { decoded.encode_to_vec().into() } else { graph_def };
        let graph = Graph::import(self.api, &graph_def, device.as_deref());
        graph.map_err(|failure| TensorFlowError::Load(failure.message))
    }
}

#[cold]
fn no_mapping(source: &ModelSource) -> TensorFlowError {
    let found = if source.files.contains(config::FILE) {
        "`0/config.json` has no"
    } else {
        "the package has no `0/config.json` with a"
    };
    TensorFlowError::InvalidPackage(format!(
        "{found} `node_name_mapping`, which says for each input and output what its node in the graph is, \
         `{{\"x\": \"node:0\"}}` for instance"
    ))
}

fn decode(graph_def: &Bytes) -> Result<GraphDef, TensorFlowError> {
    let decoded = GraphDef::decode(graph_def.clone())
        .map_err(|error| TensorFlowError::Load(format!("the file is no `GraphDef`: {error}")))?;
    if decoded.node.is_empty() {
        return Err(TensorFlowError::Load("the graph is empty".to_owned()));
    }
    match bare_constant(&decoded) {
        None => Ok(decoded),
        Some(name) => Err(TensorFlowError::Load(format!("the constant `{name}` has no value"))),
    }
}

/// A constant without a value in a function. TensorFlow finds those of the graph itself, and ends the
/// process when it optimises one of a function.
fn bare_constant(graph: &GraphDef) -> Option<&str> {
    let has_value = |node: &NodeDef| {
        let mut entries = node.attr.iter().filter_map(|entry| AttrEntry::decode(entry.clone()).ok());
        entries.any(|entry| entry.key == "value" && entry.value.is_some())
    };
    let functions = graph.library.iter().flat_map(|library| &library.function);
    let mut nodes = functions.flat_map(|function| &function.node_def);
    nodes.find(|node| node.op == "Const" && !has_value(node)).map(|node| &*node.name)
}

fn choose(options: &Options, traits: &Traits) -> Result<Executor, TensorFlowError> {
    let executor = options.executor.unwrap_or_else(|| Executor::choose(traits));
    match executor.refusal(traits) {
        None => Ok(executor),
        Some(reason) => Err(TensorFlowError::Option(format!(
            "the option `tensorflow.executor` is `{executor}`, which cannot run this model: {reason}"
        ))),
    }
}

/// Operators with a state that are known to keep no input: they read, call functions that are looked
/// at themselves, or draw random numbers.
const HARMLESS: [&str; 21] = [
    "Assert",
    "Case",
    "HashTable",
    "HashTableV2",
    "If",
    "LookupTableFind",
    "LookupTableFindV2",
    "Multinomial",
    "Print",
    "PrintV2",
    "RandomGamma",
    "RandomShuffle",
    "RandomStandardNormal",
    "RandomUniform",
    "RandomUniformInt",
    "ReadVariableOp",
    "ResourceGather",
    "StatefulPartitionedCall",
    "TruncatedNormal",
    "VarHandleOp",
    "While",
];

/// Whether an operator may keep a tensor that it was given: only one that has a state can.
fn keeps_inputs(graph: &Graph, traits: &Traits) -> bool {
    let unknown = traits.ops.iter().filter(|op| !HARMLESS.contains(&op.as_str()));
    unknown.into_iter().any(|op| {
        let definition = graph.op_def(op).and_then(|bytes| OpDef::decode(&*bytes).ok());
        definition.is_none_or(|definition| definition.is_stateful)
    })
}
