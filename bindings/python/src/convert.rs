//! Tensors from Python's values, and NumPy arrays from tensors.

mod array;
mod dlpack;
mod dtype;
mod owner;
mod strings;
mod value;

pub(crate) use array::to_numpy;
pub(crate) use dlpack::DLPackTensor;
pub(crate) use value::to_tensor;
