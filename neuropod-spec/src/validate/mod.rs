//! Holding the tensors of a call against the specs.

mod bindings;
mod compiled;
mod error;
mod explain;

use std::sync::Arc;

use neuropod_core::{Inputs, Outputs, TensorSpec};

pub use bindings::Bindings;
use compiled::{CompiledSide, Symbols};
pub use error::{Site, ValidationError, Violation};

use crate::check::check_side;
use crate::{Side, SpecError};

/// Checks the inputs and outputs of calls; compiled once from a model's specs.
///
/// A call that is in order costs no allocation as long as a side has at most 256 tensors and both
/// sides together at most 8 symbols. One validator serves any number of threads at once.
///
/// ```
/// use neuropod_core::{DType, Inputs, Outputs, Tensor, TensorSpec};
/// use neuropod_spec::Validator;
///
/// let validator = Validator::new(
///     &[TensorSpec::new("x", DType::Float32, ["n"])],
///     &[TensorSpec::new("y", DType::Float32, ["n"])],
/// )?;
///
/// let x = Tensor::from_vec([3], vec![1.0f32, 2.0, 3.0])?;
/// let mut inputs = Inputs::new();
/// inputs.push("x", &x)?;
/// let mut bindings = validator.inputs(&inputs)?; // `n` is 3 now
///
/// let mut outputs = Outputs::new();
/// outputs.push("y", Tensor::from_vec([2], vec![1.0f32, 2.0])?);
/// let error = validator.outputs(&outputs, &[], &mut bindings).unwrap_err();
/// assert_eq!(
///     error.to_string(),
///     "invalid output: the symbol `n` has two sizes in one call \
///      (tensor: y, axis: 0, symbol: n, expected: 3, found: 2, bound by: axis 0 of input `x`)"
/// );
/// # Ok::<(), neuropod_core::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Validator {
    inputs: CompiledSide,
    outputs: CompiledSide,
    /// The symbols of both sides, by their numbers.
    symbols: Arc<[Arc<str>]>,
    separate_sides: bool,
}

impl Validator {
    /// A validator for models with these inputs and outputs. Symbols are shared by both sides.
    ///
    /// # Errors
    ///
    /// What [`check`](crate::check) says about the tensors.
    pub fn new(inputs: &[TensorSpec], outputs: &[TensorSpec]) -> Result<Self, SpecError> {
        check_side(Side::Input, inputs)?;
        check_side(Side::Output, outputs)?;
        let mut symbols = Symbols::default();
        let inputs = CompiledSide::new(Side::Input, inputs, &mut symbols)?;
        let outputs = CompiledSide::new(Side::Output, outputs, &mut symbols)?;
        Ok(Validator { inputs, outputs, symbols: symbols.into_names(), separate_sides: false })
    }

    /// Sets whether a symbol may have one size among the inputs and another among the outputs, as
    /// the original Neuropod allows; it may not by default.
    #[must_use]
    pub fn separate_sides(mut self, separate: bool) -> Self {
        self.separate_sides = separate;
        self
    }

    /// Checks the inputs of a call and binds the symbols to sizes. Inputs may be absent.
    ///
    /// # Errors
    ///
    /// An input is not in the spec or is given twice, or its dtype, rank or size is wrong, or a
    /// symbol has two sizes. The first input that is wrong, in the order of the call, is reported;
    /// unknown names are reported all at once.
    pub fn inputs(&self, inputs: &Inputs<'_>) -> Result<Bindings, ValidationError> {
        let mut bindings = Bindings::new(self.symbols.len());
        let tensors = inputs.iter().map(|(name, input)| (name, input.dtype(), input.dims()));
        match self.inputs.check(tensors, &mut bindings) {
            Ok(_) => Ok(bindings),
            Err(fault) => {
                let names = inputs.iter().map(|(name, _)| name);
                Err(self.explain(&self.inputs, fault, names, &bindings))
            }
        }
    }

    /// Checks the outputs of a call against the spec, the request and the sizes that the inputs
    /// bound. An empty request stands for every output.
    ///
    /// # Errors
    ///
    /// As for [`Validator::inputs`]; also if an output that was asked for is missing, or one is
    /// there that was not asked for.
    pub fn outputs(
        &self,
        outputs: &Outputs,
        requested: &[&str],
        bindings: &mut Bindings,
    ) -> Result<(), ValidationError> {
        bindings.prepare(self.symbols.len(), self.separate_sides);
        let tensors = outputs.iter().map(|(name, tensor)| (name, tensor.dtype(), tensor.dims()));
        let seen = self.outputs.check(tensors, bindings).map_err(|fault| {
            let names = outputs.iter().map(|(name, _)| name);
            self.explain(&self.outputs, fault, names, bindings)
        })?;
        let complete = match requested {
            [] => outputs.len() == self.outputs.len(),
            names => outputs.len() == names.len() && self.outputs.all_seen(names, &seen),
        };
        if complete { Ok(()) } else { self.check_selection(outputs, requested) }
    }

    /// Checks the names of the outputs that a caller asks for, before the model runs.
    ///
    /// # Errors
    ///
    /// A name is not in the spec or occurs twice.
    pub fn requested(&self, names: &[&str]) -> Result<(), ValidationError> {
        if names.is_empty() {
            return Ok(());
        }
        self.outputs.check_names(names).map_err(|fault| self.explain_request(fault, names))
    }
}
