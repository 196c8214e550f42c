//! Memory that a model takes without a copy.

use std::fmt::Debug;
use std::sync::Arc;

use crate::{DType, Result, Tensor};

/// Makes tensors in the memory that suits a backend best.
pub trait Allocator: Debug + Send + Sync {
    /// A tensor of zeros (or empty strings) whose memory can be written in place.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::InvalidArgument`](crate::ErrorKind::InvalidArgument) if the shape has more
    /// bytes than memory can hold.
    fn allocate(&self, dtype: DType, dims: &[usize]) -> Result<Tensor>;
}

/// Allocates on the heap, aligned to [`ALIGNMENT`](crate::ALIGNMENT) bytes.
#[derive(Clone, Copy, Debug, Default)]
pub struct DefaultAllocator;

impl Allocator for DefaultAllocator {
    fn allocate(&self, dtype: DType, dims: &[usize]) -> Result<Tensor> {
        Tensor::zeros(dtype, dims)
    }
}

/// The allocator of models that have no own one.
pub fn default_allocator() -> Arc<dyn Allocator> {
    Arc::new(DefaultAllocator)
}
