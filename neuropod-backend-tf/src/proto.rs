//! The parts of TensorFlow's protocol buffers that are read or written here.
//!
//! The messages are those of the `.proto` files that each is named after, with the fields that
//! matter; decoding skips the others. A field that is passed on as it is, is kept as bytes, which are
//! not copied.

use std::collections::{BTreeMap, HashMap};

use prost::Message;
use prost::bytes::Bytes;

/// `saved_model.proto`.
#[derive(Clone, PartialEq, Message)]
pub(crate) struct SavedModel {
    #[prost(message, repeated, tag = "2")]
    pub(crate) meta_graphs: Vec<MetaGraphDef>,
}

/// `meta_graph.proto`.
#[derive(Clone, PartialEq, Message)]
pub(crate) struct MetaGraphDef {
    #[prost(message, optional, tag = "1")]
    pub(crate) meta_info_def: Option<MetaInfoDef>,
    /// A [`GraphDef`], as TensorFlow imports it.
    #[prost(bytes = "bytes", tag = "2")]
    pub(crate) graph_def: Bytes,
    #[prost(message, optional, tag = "3")]
    pub(crate) saver_def: Option<SaverDef>,
    #[prost(map = "string, message", tag = "4")]
    pub(crate) collection_def: HashMap<String, CollectionDef>,
    #[prost(btree_map = "string, message", tag = "5")]
    pub(crate) signature_def: BTreeMap<String, SignatureDef>,
    #[prost(message, repeated, tag = "6")]
    pub(crate) asset_file_def: Vec<AssetFileDef>,
}

/// `meta_graph.proto`.
#[derive(Clone, PartialEq, Message)]
pub(crate) struct MetaInfoDef {
    #[prost(string, repeated, tag = "4")]
    pub(crate) tags: Vec<String>,
}

/// `saver.proto`.
#[derive(Clone, PartialEq, Message)]
pub(crate) struct SaverDef {
    #[prost(string, tag = "1")]
    pub(crate) filename_tensor_name: String,
    #[prost(string, tag = "3")]
    pub(crate) restore_op_name: String,
}

/// `meta_graph.proto`; of its kinds the list of nodes alone.
#[derive(Clone, PartialEq, Message)]
pub(crate) struct CollectionDef {
    #[prost(message, optional, tag = "1")]
    pub(crate) node_list: Option<NodeList>,
}

/// `meta_graph.proto`.
#[derive(Clone, PartialEq, Message)]
pub(crate) struct NodeList {
    #[prost(string, repeated, tag = "1")]
    pub(crate) value: Vec<String>,
}

/// `meta_graph.proto`.
#[derive(Clone, PartialEq, Message)]
pub(crate) struct SignatureDef {
    #[prost(btree_map = "string, message", tag = "1")]
    pub(crate) inputs: BTreeMap<String, TensorInfo>,
    #[prost(btree_map = "string, message", tag = "2")]
    pub(crate) outputs: BTreeMap<String, TensorInfo>,
}

/// `meta_graph.proto`; sparse and composite tensors have no name.
#[derive(Clone, PartialEq, Message)]
pub(crate) struct TensorInfo {
    #[prost(string, tag = "1")]
    pub(crate) name: String,
    #[prost(int32, tag = "2")]
    pub(crate) dtype: i32,
    #[prost(message, optional, tag = "3")]
    pub(crate) tensor_shape: Option<TensorShapeProto>,
}

/// `tensor_shape.proto`.
#[derive(Clone, PartialEq, Message)]
pub(crate) struct TensorShapeProto {
    #[prost(message, repeated, tag = "2")]
    pub(crate) dim: Vec<TensorShapeDim>,
    #[prost(bool, tag = "3")]
    pub(crate) unknown_rank: bool,
}

/// `tensor_shape.proto`; a size below 0 is unknown.
#[derive(Clone, PartialEq, Message)]
pub(crate) struct TensorShapeDim {
    #[prost(int64, tag = "1")]
    pub(crate) size: i64,
}

/// `meta_graph.proto`.
#[derive(Clone, PartialEq, Message)]
pub(crate) struct AssetFileDef {
    #[prost(message, optional, tag = "1")]
    pub(crate) tensor_info: Option<TensorInfo>,
    #[prost(string, tag = "2")]
    pub(crate) filename: String,
}

/// `graph.proto`, with all its fields, so that nothing is lost when it is encoded again.
#[derive(Clone, PartialEq, Message)]
pub(crate) struct GraphDef {
    #[prost(message, repeated, tag = "1")]
    pub(crate) node: Vec<NodeDef>,
    #[prost(message, optional, tag = "2")]
    pub(crate) library: Option<FunctionDefLibrary>,
    #[prost(int32, tag = "3")]
    pub(crate) version: i32,
    #[prost(bytes = "bytes", optional, tag = "4")]
    pub(crate) versions: Option<Bytes>,
    #[prost(bytes = "bytes", optional, tag = "5")]
    pub(crate) debug_info: Option<Bytes>,
}

/// `node_def.proto`, with all its fields.
#[derive(Clone, PartialEq, Message)]
pub(crate) struct NodeDef {
    #[prost(string, tag = "1")]
    pub(crate) name: String,
    #[prost(string, tag = "2")]
    pub(crate) op: String,
    #[prost(string, repeated, tag = "3")]
    pub(crate) input: Vec<String>,
    #[prost(string, tag = "4")]
    pub(crate) device: String,
    /// Entries of a map: [`AttrEntry`].
    #[prost(bytes = "bytes", repeated, tag = "5")]
    pub(crate) attr: Vec<Bytes>,
    #[prost(bytes = "bytes", optional, tag = "6")]
    pub(crate) experimental_debug_info: Option<Bytes>,
    #[prost(bytes = "bytes", optional, tag = "7")]
    pub(crate) experimental_type: Option<Bytes>,
}

/// An entry of `NodeDef.attr`.
#[derive(Clone, PartialEq, Message)]
pub(crate) struct AttrEntry {
    #[prost(string, tag = "1")]
    pub(crate) key: String,
    #[prost(message, optional, tag = "2")]
    pub(crate) value: Option<AttrValue>,
}

/// `attr_value.proto`; of its kinds tensors, functions and lists of functions.
#[derive(Clone, PartialEq, Message)]
pub(crate) struct AttrValue {
    #[prost(message, optional, tag = "1")]
    pub(crate) list: Option<ListValue>,
    #[prost(message, optional, tag = "8")]
    pub(crate) tensor: Option<TensorProto>,
    #[prost(message, optional, tag = "10")]
    pub(crate) func: Option<NameAttrList>,
}

/// `tensor.proto`; of a tensor its shape alone.
#[derive(Clone, PartialEq, Message)]
pub(crate) struct TensorProto {
    #[prost(message, optional, tag = "2")]
    pub(crate) tensor_shape: Option<TensorShapeProto>,
}

/// `attr_value.proto`.
#[derive(Clone, PartialEq, Message)]
pub(crate) struct ListValue {
    #[prost(message, repeated, tag = "9")]
    pub(crate) func: Vec<NameAttrList>,
}

/// `attr_value.proto`.
#[derive(Clone, PartialEq, Message)]
pub(crate) struct NameAttrList {
    #[prost(string, tag = "1")]
    pub(crate) name: String,
}

/// `function.proto`, with all its fields.
#[derive(Clone, PartialEq, Message)]
pub(crate) struct FunctionDefLibrary {
    #[prost(message, repeated, tag = "1")]
    pub(crate) function: Vec<FunctionDef>,
    #[prost(bytes = "bytes", repeated, tag = "2")]
    pub(crate) gradient: Vec<Bytes>,
    #[prost(bytes = "bytes", repeated, tag = "3")]
    pub(crate) registered_gradients: Vec<Bytes>,
}

/// `function.proto`, with all its fields.
#[derive(Clone, PartialEq, Message)]
pub(crate) struct FunctionDef {
    /// An [`OpDef`].
    #[prost(bytes = "bytes", tag = "1")]
    pub(crate) signature: Bytes,
    #[prost(message, repeated, tag = "3")]
    pub(crate) node_def: Vec<NodeDef>,
    #[prost(bytes = "bytes", repeated, tag = "4")]
    pub(crate) ret: Vec<Bytes>,
    #[prost(bytes = "bytes", repeated, tag = "5")]
    pub(crate) attr: Vec<Bytes>,
    #[prost(bytes = "bytes", repeated, tag = "6")]
    pub(crate) control_ret: Vec<Bytes>,
    #[prost(bytes = "bytes", repeated, tag = "7")]
    pub(crate) arg_attr: Vec<Bytes>,
    #[prost(bytes = "bytes", repeated, tag = "8")]
    pub(crate) resource_arg_unique_id: Vec<Bytes>,
}

/// `op_def.proto`.
#[derive(Clone, PartialEq, Message)]
pub(crate) struct OpDef {
    #[prost(string, tag = "1")]
    pub(crate) name: String,
    #[prost(bool, tag = "17")]
    pub(crate) is_stateful: bool,
}

/// `config.proto`.
#[derive(Clone, PartialEq, Message)]
pub(crate) struct ConfigProto {
    #[prost(btree_map = "string, int32", tag = "1")]
    pub(crate) device_count: BTreeMap<String, i32>,
    #[prost(int32, tag = "2")]
    pub(crate) intra_op_parallelism_threads: i32,
    #[prost(int32, tag = "5")]
    pub(crate) inter_op_parallelism_threads: i32,
    #[prost(message, optional, tag = "6")]
    pub(crate) gpu_options: Option<GpuOptions>,
    #[prost(bool, tag = "7")]
    pub(crate) allow_soft_placement: bool,
    #[prost(message, repeated, tag = "12")]
    pub(crate) session_inter_op_thread_pool: Vec<ThreadPoolOptionProto>,
    #[prost(message, optional, tag = "16")]
    pub(crate) experimental: Option<ExperimentalConfig>,
}

/// `config.proto`: `GPUOptions`.
#[derive(Clone, PartialEq, Message)]
pub(crate) struct GpuOptions {
    #[prost(bool, tag = "4")]
    pub(crate) allow_growth: bool,
}

/// `config.proto`.
#[derive(Clone, PartialEq, Message)]
pub(crate) struct ThreadPoolOptionProto {
    #[prost(int32, tag = "1")]
    pub(crate) num_threads: i32,
    #[prost(string, tag = "2")]
    pub(crate) global_name: String,
}

/// `config.proto`: `ConfigProto.Experimental`.
#[derive(Clone, PartialEq, Message)]
pub(crate) struct ExperimentalConfig {
    #[prost(string, tag = "3")]
    pub(crate) executor_type: String,
}
