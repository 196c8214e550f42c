//! The inputs of a call, which are the program's memory.
#![allow(unsafe_code)]

use neuropod_core::{Inputs, Result, Tensor};
use smallvec::SmallVec;

use crate::abi::NeuropodInput;
use crate::marshal::tensor::{Parts, borrow};

/// The inputs of one call that have owners, as tensors. What the backend clones of them is kept in the program
/// too; as long as it clones nothing, the program counts nothing.
#[derive(Debug, Default)]
pub(super) struct LentTensors(SmallVec<[Option<Tensor>; 4]>);

impl LentTensors {
    /// Makes a tensor of each input that has an owner.
    ///
    /// # Safety
    ///
    /// The inputs are the program's, and valid until this value is dropped.
    pub(super) unsafe fn fill(&mut self, raw: &[NeuropodInput]) {
        // Each is made in its place: to move it there would take as long as to make it.
        self.0.reserve(raw.len());
        for (index, input) in raw.iter().enumerate() {
            // SAFETY: the caller's promise; and there is room, which is written in order.
            unsafe {
                self.0.as_mut_ptr().add(index).write(borrow(&input.tensor));
                self.0.set_len(index + 1);
            }
        }
    }

    /// Adds all inputs, in the order in which they were given: tensors, or views of those without an owner.
    ///
    /// # Safety
    ///
    /// As for [`LentTensors::fill`], which got the same inputs.
    pub(super) unsafe fn add_to<'a>(
        &'a self,
        inputs: &mut Inputs<'a>,
        raw: &'a [NeuropodInput],
    ) -> Result<()> {
        for (input, tensor) in raw.iter().zip(&self.0) {
            // SAFETY: the caller's promise.
            let name = unsafe { input.name.text_unchecked() };
            match tensor {
                Some(tensor) => inputs.push(name, tensor)?,
                // SAFETY: the caller's promise.
                None => inputs.push(name, unsafe { Parts::check(&input.tensor) }?.view()?)?,
            }
        }
        Ok(())
    }
}
