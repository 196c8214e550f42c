//! From a package's files to a session that is ready to run.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use neuropod_core::{Device, Error, ErrorKind, ModelSource};
use prost::Message;
use prost::bytes::Bytes;

use crate::analysis::Traits;
use crate::c_api::CApi;
use crate::config::Config;
use crate::convert::{Failure, Feeds, Graph, Operation, Session};
use crate::executor::Executor;
use crate::names::{self, Bound, TensorName};
use crate::options::Options;
use crate::proto::{GraphDef, OpDef};
use crate::saved_model::{DEFAULT_SIGNATURE, DEFAULT_TAG, SavedModel, TaggedGraph};
use crate::{TensorFlowError, device};

/// Where a package keeps a `GraphDef`; it is taken if both are there.
const GRAPH_FILE: &str = "0/data/model.pb";
/// Where a package keeps a SavedModel.
const SAVED_MODEL: &str = "0/data/savedmodel";

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

/// Loads a model, and runs what is to be run first.
pub(crate) fn load(
    api: &'static CApi,
    source: &ModelSource,
    options: &Options,
    device: Device,
) -> Result<Loaded, Error> {
    let config = Config::read(source)?;
    if source.files.contains(GRAPH_FILE) {
        let place = |error: Error| error.with("file", GRAPH_FILE);
        let graph_def = Bytes::from(source.files.read(GRAPH_FILE, MOST_BYTES)?);
        let names = config.node_name_mapping.clone().unwrap_or_default();
        let start = Start { init_ops: config.init_ops().to_vec(), ..Start::default() };
        return prepare(api, source, options, device, &graph_def, &names, start).map_err(place);
    }
    let place = |error: Error| error.with("folder", SAVED_MODEL);
    let saved = read_saved_model(source).map_err(place)?;
    let graph = saved.graph(&tags(options, &config)).map_err(|error| place(error.into()))?;
    let signature = options.signature.as_deref().or(config.signature.as_deref()).unwrap_or(DEFAULT_SIGNATURE);
    let names = names::of_signature(graph.signature(signature).map_err(|error| place(error.into()))?);
    let start = Start::of_saved_model(source, graph, &config).map_err(place)?;
    prepare(api, source, options, device, graph.graph_def(), &names, start).map_err(place)
}

/// What is run once, after a graph was imported.
#[derive(Default)]
struct Start {
    /// A tensor that takes the variables' path, the operation that reads them, and the path.
    restore: Option<(String, String, PathBuf)>,
    /// Tensors that take paths of files.
    assets: Vec<(String, PathBuf)>,
    init_ops: Vec<String>,
}

impl Start {
    /// As TensorFlow's own loader does it: the variables, then the model's own operation.
    fn of_saved_model(source: &ModelSource, graph: TaggedGraph<'_>, config: &Config) -> Result<Self, Error> {
        let variables = format!("{SAVED_MODEL}/variables");
        let has_variables = source.files.contains(&format!("{variables}/variables.index"));
        let restore = graph.restore().filter(|_| has_variables);
        let restore = restore.map(|(tensor, operation)| {
            let prefix = source.files.path(&variables)?.join("variables");
            Ok::<_, Error>((tensor.to_owned(), operation.to_owned(), prefix))
        });
        let assets = graph.assets().map(|(tensor, file)| {
            let path = source.files.path(&format!("{SAVED_MODEL}/assets/{file}"))?;
            Ok::<_, Error>((tensor.to_owned(), path))
        });
        let init_ops =
            graph.init_op().map(str::to_owned).into_iter().chain(config.init_ops().iter().cloned());
        Ok(Start {
            restore: restore.transpose()?,
            assets: assets.collect::<Result<_, _>>()?,
            init_ops: init_ops.collect(),
        })
    }

    fn run(&self, api: &'static CApi, session: &Session) -> Result<(), TensorFlowError> {
        if let Some((tensor, operation, path)) = &self.restore {
            let mut feeds = self.asset_feeds(api, session)?;
            feeds.push_text(names::fed(session.graph(), tensor)?, path.as_os_str().as_encoded_bytes())?;
            run_one(session, &feeds, operation, "reading the variables failed")?;
        }
        let feeds = self.asset_feeds(api, session)?;
        self.init_ops.iter().try_for_each(|name| {
            run_one(session, &feeds, name, &format!("the initial operation `{name}` failed"))
        })
    }

    fn asset_feeds(&self, api: &'static CApi, session: &Session) -> Result<Feeds<'static>, TensorFlowError> {
        let mut feeds = Feeds::new(api);
        for (tensor, path) in &self.assets {
            feeds.push_text(names::fed(session.graph(), tensor)?, path.as_os_str().as_encoded_bytes())?;
        }
        Ok(feeds)
    }
}

fn run_one(session: &Session, feeds: &Feeds<'_>, name: &str, what: &str) -> Result<(), TensorFlowError> {
    let operation: Operation = names::operation(session.graph(), name)?;
    let run = session.run(feeds, &[], &[operation]);
    run.map(drop).map_err(|failure| TensorFlowError::Load(format!("{what}: {}", failure.message)))
}

fn prepare(
    api: &'static CApi,
    source: &ModelSource,
    options: &Options,
    device: Device,
    graph_def: &Bytes,
    names: &BTreeMap<String, String>,
    start: Start,
) -> Result<Loaded, Error> {
    let traits = analyse(graph_def, source, names)?;
    let executor = choose(options, &traits)?;
    let placement = device::placement(device);
    let graph = Graph::import(api, graph_def, placement.as_deref()).map_err(refused)?;
    let bound = names::bind(&graph, source, names)?;
    let keeps_inputs = !source.custom_ops.is_empty() || keeps_inputs(&graph, &traits);
    let config = options.session_config(executor, device.is_gpu());
    let session = crate::threads::new_session(api, graph, &config, options)?;
    start.run(api, &session)?;
    Ok(Loaded { session, bound, traits, executor, keeps_inputs })
}

fn analyse(
    graph_def: &Bytes,
    source: &ModelSource,
    names: &BTreeMap<String, String>,
) -> Result<Traits, Error> {
    let graph_def = GraphDef::decode(graph_def.clone())
        .map_err(|error| TensorFlowError::Load(format!("the file is no `GraphDef`: {error}")))?;
    if graph_def.node.is_empty() {
        return Err(TensorFlowError::Load("the graph is empty".to_owned()).into());
    }
    let outputs = source.outputs.iter().filter_map(|spec| names.get(&*spec.name));
    Ok(Traits::of(&graph_def, outputs.filter_map(|name| Some(TensorName::parse(name)?.node))))
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

fn read_saved_model(source: &ModelSource) -> Result<SavedModel, Error> {
    let file = format!("{SAVED_MODEL}/saved_model.pb");
    if !source.files.contains(&file) {
        let message = format!("the package has no model: neither `{GRAPH_FILE}` nor `{file}`");
        return Err(Error::new(ErrorKind::NotFound, message));
    }
    SavedModel::parse(source.files.read(&file, MOST_BYTES)?)
}

fn tags(options: &Options, config: &Config) -> BTreeSet<String> {
    let given = options.tags.as_ref().or(config.tags.as_ref());
    given.cloned().unwrap_or_else(|| [DEFAULT_TAG.to_owned()].into())
}

fn refused(failure: Failure) -> TensorFlowError {
    TensorFlowError::Load(failure.message)
}
