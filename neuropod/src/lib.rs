#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

mod compare;
mod find;
mod neuropod;
mod options;
mod packager;
mod registry;

pub use neuropod_core::{
    Allocator, Buffer, DType, Device, DeviceType, Dim, Element, Error, ErrorKind, Input, Inputs, IntoInput,
    IntoInputs, IntoShape, ModelOptions, Outputs, Registry, Result, Shape, Tensor, TensorSpec, TensorView,
    serialize,
};
pub use neuropod_package::{Compression, Integrity, Limits, TestData};
#[cfg(all(unix, feature = "plugins"))]
pub use neuropod_plugin::{
    FoundPlugin, FrameworkDescription, PlaceContent, PluginDescription, PluginOrigin, PluginPlace,
    PluginSearch,
};
pub use neuropod_spec::ProblemDefinition;

pub use crate::neuropod::Neuropod;
pub use crate::options::LoadOptions;
#[cfg(feature = "python")]
pub use crate::packager::PythonModel;
#[cfg(feature = "tf")]
pub use crate::packager::SavedModel;
pub use crate::packager::{GraphDef, Packager};
pub use crate::registry::default_registry;

/// The contract for backends, which is less stable than the rest: while the version is below 1.0
/// a minor version may add to it.
pub mod backend {
    pub use neuropod_core::{
        Allocator, Backend, BackendInfo, Capabilities, Model, ModelFiles, ModelSource, NameIndex, ReadAt,
        Registry,
    };
}
