//! From what is wrong, in numbers, to errors for people; never on the fast path.

use std::collections::BTreeSet;
use std::sync::Arc;

use neuropod_core::Outputs;

use super::bindings::{Bindings, Place};
use super::compiled::{CompiledSide, Fault};
use super::{Site, ValidationError, Validator, Violation};
use crate::check::show_dims;

impl Validator {
    /// The error for a fault among the tensors of these names.
    #[cold]
    pub(super) fn explain<'t>(
        &self,
        compiled: &CompiledSide,
        fault: Fault,
        names: impl Iterator<Item = &'t str>,
        bindings: &Bindings,
    ) -> ValidationError {
        let side = compiled.side;
        let spec = |tensor: usize| &compiled.specs[tensor];
        let name = |tensor: usize| Arc::clone(&compiled.specs[tensor].name);
        let violation = match fault {
            Fault::Unknown => Violation::UnknownNames {
                side,
                names: unknown_among(compiled, names),
                known: compiled.names().to_vec(),
            },
            Fault::Duplicate { tensor } => Violation::Duplicate { side, tensor: name(tensor) },
            Fault::DType { tensor, found } => {
                Violation::DType { side, tensor: name(tensor), expected: spec(tensor).dtype, found }
            }
            Fault::Rank { tensor, found } => Violation::Rank {
                side,
                tensor: name(tensor),
                expected: spec(tensor).dims.len(),
                found,
                spec: show_dims(&spec(tensor).dims),
            },
            Fault::Size { tensor, axis, expected, found } => {
                Violation::Size { side, tensor: name(tensor), axis, expected, found }
            }
            Fault::Symbol { tensor, axis, symbol, found } => {
                let (expected, first) = bindings.bound(symbol);
                let second = Site { side, tensor: name(tensor), axis };
                Violation::Symbol {
                    symbol: Arc::clone(&self.symbols[symbol as usize]),
                    first: self.site(first),
                    expected,
                    second,
                    found,
                }
            }
        };
        violation.into()
    }

    /// The error for a request that does not fit the outputs.
    #[cold]
    pub(super) fn explain_request(&self, fault: Fault, requested: &[&str]) -> ValidationError {
        let violation = match fault {
            Fault::Duplicate { tensor } => {
                Violation::DuplicateRequest { tensor: Arc::clone(&self.outputs.names()[tensor]) }
            }
            _ => Violation::UnknownRequest {
                names: unknown_among(&self.outputs, requested.iter().copied()),
                known: self.outputs.names().to_vec(),
            },
        };
        violation.into()
    }

    /// The error if outputs are missing, or are there without being asked for. A request that names
    /// an output twice is another matter: see [`Validator::requested`].
    #[cold]
    pub(super) fn check_selection(
        &self,
        outputs: &Outputs,
        requested: &[&str],
    ) -> Result<(), ValidationError> {
        let known = self.outputs.names().iter();
        let wanted: BTreeSet<&str> = match requested {
            [] => known.clone().map(|name| &**name).collect(),
            names => names.iter().copied().collect(),
        };
        let returned: BTreeSet<&str> = outputs.iter().map(|(name, _)| name).collect();
        let missing: Vec<Arc<str>> = wanted.difference(&returned).map(|name| Arc::from(*name)).collect();
        if !missing.is_empty() {
            return Err(Violation::MissingOutputs { names: missing }.into());
        }
        let names: Vec<Arc<str>> = returned.difference(&wanted).map(|name| Arc::from(*name)).collect();
        if names.is_empty() { Ok(()) } else { Err(Violation::Unrequested { names }.into()) }
    }

    fn site(&self, place: Place) -> Site {
        let compiled = if place.tensor < self.outputs.first_tensor { &self.inputs } else { &self.outputs };
        let tensor = (place.tensor - compiled.first_tensor) as usize;
        Site { side: compiled.side, tensor: Arc::clone(&compiled.names()[tensor]), axis: place.axis as usize }
    }
}

fn unknown_among<'t>(compiled: &CompiledSide, names: impl Iterator<Item = &'t str>) -> Vec<String> {
    names.filter(|name| compiled.position(name, 0).is_none()).map(str::to_owned).collect()
}
