#![doc = include_str!("../README.md")]
#![deny(unsafe_code)] // lifted in `buffer`, `fork` and `owner`, and for three constructors of `Tensor`

#[macro_use]
mod element;

mod allocator;
mod backend;
mod buffer;
mod device;
mod dtype;
mod error;
mod fork;
mod inputs;
mod names;
mod options;
mod outputs;
mod owner;
mod registry;
pub mod serialize;
mod shape;
mod source;
mod spec;
mod tensor;
mod version_range;
mod view;

pub use allocator::{Allocator, DefaultAllocator, default_allocator};
pub use backend::{Backend, BackendInfo, Capabilities, Model};
pub use buffer::{ALIGNMENT, Buffer};
pub use device::{Device, DeviceType};
pub use dtype::DType;
pub use element::Element;
pub use error::{Error, ErrorKind, Result};
pub use fork::{ForkWatch, RunningCall};
pub use inputs::{Input, Inputs, IntoInput, IntoInputs};
pub use names::NameIndex;
pub use options::ModelOptions;
pub use outputs::Outputs;
pub use owner::{ForeignOwner, Owner, OwnerFunctions};
pub use registry::Registry;
pub use shape::{IntoShape, Shape};
pub use source::{ModelFiles, ModelSource, ReadAt, is_cut_off_library};
pub use spec::{Dim, TensorSpec};
pub use tensor::Tensor;
pub use version_range::VersionRange;
pub use view::{StringIter, TensorView};

/// The versions of other crates' types that appear in public signatures here.
pub mod reexport {
    pub use half;
    pub use ndarray;
}
