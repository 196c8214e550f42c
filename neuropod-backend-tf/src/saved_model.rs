//! SavedModels: TensorFlow's directories with a graph, variables and signatures.

mod check;

use std::collections::{BTreeMap, BTreeSet};

use neuropod_core::{Dim, Error, TensorSpec};
use prost::Message;
use prost::bytes::Bytes;

use crate::proto::{self, MetaGraphDef, SignatureDef, TensorInfo};
use crate::{TensorFlowError, dtype};

/// The signature that a SavedModel is called by unless another is named.
pub const DEFAULT_SIGNATURE: &str = "serving_default";

/// The tag of the graph that is loaded unless others are named.
pub const DEFAULT_TAG: &str = "serve";

/// What TensorFlow calls the signature, and its output, that names the operation to run at first.
const INIT_OP: &str = "__saved_model_init_op";

/// Collections that name this operation in older files.
const INIT_COLLECTIONS: [&str; 2] = ["saved_model_main_op", "legacy_init_op"];

/// What a SavedModel's file `saved_model.pb` says. Reading it needs no TensorFlow.
#[derive(Clone, Debug, PartialEq)]
pub struct SavedModel {
    graphs: Vec<MetaGraphDef>,
}

/// A signature's inputs and outputs, sorted by name. Sizes that the model leaves open, or fixes at 0,
/// are [`Dim::Any`].
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Signature {
    /// The inputs.
    pub inputs: Vec<TensorSpec>,
    /// The outputs.
    pub outputs: Vec<TensorSpec>,
}

impl SavedModel {
    /// Reads the content of `saved_model.pb`.
    ///
    /// ```
    /// # use neuropod_backend_tf::SavedModel;
    /// assert!(SavedModel::parse(b"something else").is_err());
    /// ```
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Load`](neuropod_core::ErrorKind::Load) if it is no such file, or holds no graph.
    pub fn parse(content: impl Into<Vec<u8>>) -> Result<Self, Error> {
        let decoded = proto::SavedModel::decode(Bytes::from(content.into()));
        let graphs =
            decoded.map_err(|error| load(format!("`saved_model.pb` is damaged: {error}")))?.meta_graphs;
        if graphs.is_empty() {
            return Err(load("`saved_model.pb` holds no graph".to_owned()).into());
        }
        Ok(SavedModel { graphs })
    }

    /// The inputs and outputs of a signature of the graph with exactly these tags.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Load`](neuropod_core::ErrorKind::Load) if there is none, which lists what there
    /// is; or if it has a tensor that a [`TensorSpec`] cannot describe: of unknown rank, sparse, or
    /// of a type that only TensorFlow has.
    pub fn signature(&self, name: &str, tags: &BTreeSet<String>) -> Result<Signature, Error> {
        let signature = self.graph(tags)?.signature(name)?;
        Ok(Signature { inputs: specs(&signature.inputs)?, outputs: specs(&signature.outputs)? })
    }

    pub(crate) fn graph(&self, tags: &BTreeSet<String>) -> Result<TaggedGraph<'_>, TensorFlowError> {
        let found = self.graphs.iter().find(|graph| tags_of(graph).into_iter().eq(tags));
        found.map(TaggedGraph).ok_or_else(|| {
            let known: Vec<_> = self.graphs.iter().map(|graph| list(tags_of(graph))).collect();
            load(format!(
                "the SavedModel has no graph with the tags {}; it has {}",
                list(tags),
                known.join("; ")
            ))
        })
    }
}

/// A graph of a SavedModel.
#[derive(Clone, Copy)]
pub(crate) struct TaggedGraph<'a>(&'a MetaGraphDef);

impl<'a> TaggedGraph<'a> {
    /// A serialised `GraphDef`.
    pub(crate) fn graph_def(self) -> &'a Bytes {
        &self.0.graph_def
    }

    pub(crate) fn signature(self, name: &str) -> Result<&'a SignatureDef, TensorFlowError> {
        self.0.signature_def.get(name).ok_or_else(|| {
            let known = self.0.signature_def.keys().filter(|known| *known != INIT_OP);
            load(format!("the SavedModel has no signature `{name}`; it has {}", list(known)))
        })
    }

    /// The tensor that takes the variables' path, and the operation that reads them.
    pub(crate) fn restore(self) -> Option<(&'a str, &'a str)> {
        let saver = self.0.saver_def.as_ref()?;
        Some((&*saver.filename_tensor_name, &*saver.restore_op_name)).filter(|(_, op)| !op.is_empty())
    }

    /// The operation that is run after the variables were read.
    pub(crate) fn init_op(self) -> Option<&'a str> {
        let signature = self.0.signature_def.get(INIT_OP);
        let named = signature.and_then(|signature| signature.outputs.get(INIT_OP)).map(|info| &*info.name);
        let collected = || {
            INIT_COLLECTIONS.iter().find_map(|name| {
                self.0.collection_def.get(*name)?.node_list.as_ref()?.value.first().map(String::as_str)
            })
        };
        named.or_else(collected).filter(|name| !name.is_empty())
    }

    /// Tensors that take the path of a file under `assets`.
    pub(crate) fn assets(self) -> impl Iterator<Item = (&'a str, &'a str)> {
        self.0
            .asset_file_def
            .iter()
            .filter_map(|asset| Some((&*asset.tensor_info.as_ref()?.name, &*asset.filename)))
    }
}

fn tags_of(graph: &MetaGraphDef) -> BTreeSet<&String> {
    graph.meta_info_def.iter().flat_map(|info| &info.tags).collect()
}

fn specs(tensors: &BTreeMap<String, TensorInfo>) -> Result<Vec<TensorSpec>, TensorFlowError> {
    tensors.iter().map(|(name, info)| spec(name, info)).collect()
}

fn spec(name: &str, info: &TensorInfo) -> Result<TensorSpec, TensorFlowError> {
    let undescribed = |reason: String| {
        Err(load(format!(
            "the tensor `{name}` of the signature {reason}: give the inputs and outputs yourself"
        )))
    };
    if info.name.is_empty() {
        return undescribed("is sparse, ragged or composite, which no spec describes".to_owned());
    }
    let Some(dtype) = dtype::from_code(info.dtype) else {
        return undescribed(format!("has the type {}", dtype::describe(info.dtype)));
    };
    let Some(shape) = info.tensor_shape.as_ref().filter(|shape| !shape.unknown_rank) else {
        return undescribed("has an unknown number of axes".to_owned());
    };
    let fixed = |size: i64| usize::try_from(size).ok().filter(|size| *size > 0);
    let dims = shape.dim.iter().map(|dim| Dim::from(fixed(dim.size)));
    Ok(TensorSpec::new(name, dtype, dims.collect::<Vec<_>>()))
}

fn list(names: impl IntoIterator<Item = impl AsRef<str>>) -> String {
    let names: Vec<_> = names.into_iter().map(|name| format!("`{}`", name.as_ref())).collect();
    if names.is_empty() { "none".to_owned() } else { names.join(", ") }
}

#[cold]
fn load(reason: String) -> TensorFlowError {
    TensorFlowError::Load(reason)
}
