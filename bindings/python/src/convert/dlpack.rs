//! DLPack: tensors of other libraries without a copy, as <https://dmlc.github.io/dlpack/latest/> says.

mod abi;
mod export;
mod import;

pub(crate) use export::DLPackTensor;
pub(super) use import::to_tensor;
