//! The inputs of a call, which are the program's memory.
#![allow(unsafe_code)]

use std::sync::atomic::{Ordering, fence};
use std::sync::{Arc, OnceLock};

use neuropod_core::{DType, Inputs, Result, Tensor};
use smallvec::SmallVec;

use crate::abi::{NeuropodInput, NeuropodOwner};
use crate::marshal::owner::{ForeignOwner, SharedOwner};
use crate::marshal::tensor::Parts;

/// The tensors among the inputs of one call. When it ends, what the backend has kept of their memory is kept
/// in the program too.
///
/// Nothing is kept before: an owner is lent for the call, and most backends need no more.
#[derive(Debug, Default)]
pub(super) struct LentTensors(SmallVec<[(LentOwner, Tensor); 4]>);

type LentOwner = Arc<Lent>;

/// The owner of an input's memory.
#[derive(Debug)]
struct Lent {
    owner: NeuropodOwner,
    /// The share that outlives the call.
    kept: OnceLock<ForeignOwner>,
}

// SAFETY: the owner is used by the thread of the call alone, while that lasts; the share may be released on
// any thread.
unsafe impl Send for Lent {}
// SAFETY: as above.
unsafe impl Sync for Lent {}

impl LentTensors {
    /// Makes tensors of the inputs that can be kept.
    ///
    /// # Safety
    ///
    /// The inputs are the program's, and valid until this value is dropped.
    pub(super) unsafe fn new(raw: &[NeuropodInput]) -> Result<Self> {
        let mut tensors = LentTensors::default();
        for input in raw.iter().filter(|input| input.tensor.owner.retain.is_some()) {
            let owner = Arc::new(Lent { owner: input.tensor.owner, kept: OnceLock::new() });
            let shared: SharedOwner = Arc::clone(&owner) as SharedOwner;
            // SAFETY: the memory is valid during the call, and `drop` keeps it for longer if need be.
            let tensor = unsafe { Parts::check(&input.tensor)?.tensor(shared) }?;
            tensors.0.push((owner, tensor));
        }
        Ok(tensors)
    }

    /// All inputs, in the order in which they were given: tensors where they can be kept, views of the rest.
    ///
    /// # Safety
    ///
    /// As for [`LentTensors::new`], of which these are the inputs.
    pub(super) unsafe fn inputs<'a>(&'a self, raw: &'a [NeuropodInput]) -> Result<Inputs<'a>> {
        let mut tensors = self.0.iter();
        let mut inputs = Inputs::new();
        for input in raw {
            // SAFETY: the caller's promise.
            let name = unsafe { input.name.text() }?;
            match input.tensor.owner.retain.and_then(|_| tensors.next()) {
                Some((_, tensor)) => inputs.push(name, tensor)?,
                // SAFETY: the caller's promise.
                None => inputs.push(name, unsafe { Parts::check(&input.tensor) }?.view()?)?,
            }
        }
        Ok(inputs)
    }
}

impl Drop for LentTensors {
    fn drop(&mut self) {
        for (owner, tensor) in self.0.drain(..) {
            // Ours here, and one for each buffer of the tensor.
            let own = if tensor.dtype() == DType::String { 3 } else { 2 };
            if Arc::strong_count(&owner) > own {
                owner.keep();
            } else {
                // Whoever else had the memory has read it before they let go of it.
                fence(Ordering::Acquire);
            }
        }
    }
}

impl Lent {
    fn keep(&self) {
        // SAFETY: the call has not returned yet, so the program still lends the owner.
        if let Some(kept) = unsafe { ForeignOwner::retain(&self.owner) } {
            let _ = self.kept.set(kept); // nobody else sets it
        }
    }
}
