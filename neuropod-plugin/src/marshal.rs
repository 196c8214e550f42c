//! What both sides of the interface share: texts, numbers, errors, owners and tensors.

pub(crate) mod codes;
pub(crate) mod errors;
pub(crate) mod owner;
pub(crate) mod tensor;
pub(crate) mod text;
