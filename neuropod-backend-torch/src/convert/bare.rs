//! The benchmarks' yardstick.

use neuropod_core::{Device, Error, ReadAt};

use super::{Module, check};
use crate::shim;

/// An addition model called as a C++ program would that knows nothing of Neuropod.
#[doc(hidden)]
#[derive(Debug)]
pub struct BareAddition(Module);

impl BareAddition {
    /// Loads a model whose `forward(x, y)` returns a dict with `out`.
    ///
    /// # Errors
    ///
    /// If torch refuses the file.
    pub fn load(file: &dyn ReadAt) -> Result<Self, Error> {
        Module::load(file, Device::Cpu).map(BareAddition)
    }

    /// Writes `x + y` to `sum`; the three have one length.
    ///
    /// # Errors
    ///
    /// If the model fails.
    pub fn run(&self, x: &[f32], y: &[f32], sum: &mut [f32]) -> Result<(), Error> {
        assert!(x.len() == y.len() && x.len() == sum.len(), "x, y and sum must have one length");
        let (model, length) = (self.0.model.as_ptr(), x.len() as i64);
        // SAFETY: the model is live, and all three pointers are to `length` elements.
        let status =
            unsafe { shim::npt_bare_addition(model, x.as_ptr(), y.as_ptr(), length, sum.as_mut_ptr()) };
        Ok(check(status)?)
    }
}
