//! One side of a model, compiled for fast checks.

use std::collections::HashMap;
use std::sync::Arc;

use neuropod_core::{DType, Dim, NameIndex, TensorSpec};

use super::bindings::{Bindings, Place};
use crate::{Side, SpecError};

/// The inputs or the outputs of a model.
#[derive(Clone, Debug)]
pub(super) struct CompiledSide {
    pub(super) side: Side,
    pub(super) specs: Arc<[TensorSpec]>,
    names: NameIndex,
    tensors: Box<[TensorRule]>,
    axes: Box<[AxisRule]>,
    /// The number of this side's first tensor, counted through both sides.
    pub(super) first_tensor: u32,
}

#[derive(Clone, Copy, Debug)]
struct TensorRule {
    dtype: DType,
    first_axis: u32,
    rank: u32,
}

#[derive(Clone, Copy, Debug)]
enum AxisRule {
    Any,
    Fixed(usize),
    Symbol(u32),
}

/// What is wrong with a call, in numbers; worked out into an error outside of the fast path.
#[derive(Clone, Copy, Debug)]
pub(super) enum Fault {
    /// A name is unknown.
    Unknown,
    /// The tensor is given twice.
    Duplicate {
        tensor: usize,
    },
    DType {
        tensor: usize,
        found: DType,
    },
    Rank {
        tensor: usize,
        found: usize,
    },
    Size {
        tensor: usize,
        axis: usize,
        expected: usize,
        found: usize,
    },
    Symbol {
        tensor: usize,
        axis: usize,
        symbol: u32,
        found: usize,
    },
}

/// Which tensors of a side are in a call: one bit each. The first 256 need no allocation.
pub(super) struct Seen {
    first: [u64; 4],
    rest: Vec<u64>,
}

/// Numbers the symbols and the tensors of both sides.
#[derive(Debug, Default)]
pub(super) struct Symbols {
    numbers: HashMap<Arc<str>, u32>,
    /// In the order of their numbers.
    names: Vec<Arc<str>>,
    first_tensor: u32,
}

impl CompiledSide {
    /// Compiles specs that were checked.
    pub(super) fn new(side: Side, specs: &[TensorSpec], symbols: &mut Symbols) -> Result<Self, SpecError> {
        let count = |count: usize| u32::try_from(count).map_err(|_| SpecError::TooMany);
        let mut tensors = Vec::with_capacity(specs.len());
        let mut axes = Vec::new();
        for spec in specs {
            let (first_axis, rank) = (count(axes.len())?, count(spec.dims.len())?);
            for dim in &spec.dims {
                axes.push(match dim {
                    Dim::Any => AxisRule::Any,
                    Dim::Fixed(size) => AxisRule::Fixed(*size),
                    Dim::Symbol(symbol) => AxisRule::Symbol(symbols.number(symbol)?),
                });
            }
            tensors.push(TensorRule { dtype: spec.dtype, first_axis, rank });
        }
        let first_tensor = symbols.number_tensors(count(specs.len())?)?;
        Ok(CompiledSide {
            side,
            specs: specs.into(),
            names: NameIndex::new(specs.iter().map(|spec| Arc::clone(&spec.name))),
            tensors: tensors.into(),
            axes: axes.into(),
            first_tensor,
        })
    }

    pub(super) fn len(&self) -> usize {
        self.tensors.len()
    }

    pub(super) fn position(&self, name: &str, hint: usize) -> Option<usize> {
        self.names.position(name, hint)
    }

    /// Checks the tensors of a call: name, element type and sizes of each.
    pub(super) fn check<'t>(
        &self,
        tensors: impl Iterator<Item = (&'t str, DType, &'t [usize])>,
        bindings: &mut Bindings,
    ) -> Result<Seen, Fault> {
        let mut seen = Seen::none_of(self.len());
        let mut hint = 0;
        for (name, dtype, dims) in tensors {
            let tensor = self.position(name, hint).ok_or(Fault::Unknown)?;
            if !seen.insert(tensor) {
                return Err(Fault::Duplicate { tensor });
            }
            self.check_tensor(tensor, dtype, dims, bindings)?;
            hint = tensor + 1;
        }
        Ok(seen)
    }

    #[inline]
    fn check_tensor(
        &self,
        tensor: usize,
        dtype: DType,
        dims: &[usize],
        bindings: &mut Bindings,
    ) -> Result<(), Fault> {
        let rule = self.tensors[tensor];
        if dtype != rule.dtype {
            return Err(Fault::DType { tensor, found: dtype });
        }
        if dims.len() != rule.rank as usize {
            return Err(Fault::Rank { tensor, found: dims.len() });
        }
        let axes = &self.axes[rule.first_axis as usize..][..dims.len()];
        for (axis, (&found, axis_rule)) in dims.iter().zip(axes).enumerate() {
            match *axis_rule {
                AxisRule::Any => {}
                AxisRule::Fixed(size) if size == found => {}
                AxisRule::Fixed(expected) => return Err(Fault::Size { tensor, axis, expected, found }),
                AxisRule::Symbol(symbol) => {
                    let place = Place { tensor: self.first_tensor + tensor as u32, axis: axis as u32 };
                    if !bindings.bind(symbol, found, place) {
                        return Err(Fault::Symbol { tensor, axis, symbol, found });
                    }
                }
            }
        }
        Ok(())
    }

    /// True if each of these names was seen in the call.
    pub(super) fn all_seen(&self, names: &[&str], seen: &Seen) -> bool {
        let mut hint = 0;
        names.iter().all(|name| {
            let position = self.position(name, hint);
            hint = position.map_or(0, |tensor| tensor + 1);
            position.is_some_and(|tensor| seen.contains(tensor))
        })
    }

    /// Checks that these names are known and none is there twice.
    pub(super) fn check_names(&self, names: &[&str]) -> Result<(), Fault> {
        let mut seen = Seen::none_of(self.len());
        let mut hint = 0;
        for name in names {
            let tensor = self.position(name, hint).ok_or(Fault::Unknown)?;
            if !seen.insert(tensor) {
                return Err(Fault::Duplicate { tensor });
            }
            hint = tensor + 1;
        }
        Ok(())
    }

    /// The names of the spec, in its order.
    pub(super) fn names(&self) -> &[Arc<str>] {
        self.names.names()
    }
}

impl Seen {
    fn none_of(tensors: usize) -> Self {
        let first = [0; 4];
        Seen { first, rest: vec![0; tensors.div_ceil(64).saturating_sub(first.len())] }
    }

    /// True if the tensor was not there before.
    #[inline]
    fn insert(&mut self, tensor: usize) -> bool {
        let bit = 1 << (tensor % 64);
        let word = match self.first.get_mut(tensor / 64) {
            Some(word) => word,
            None => &mut self.rest[tensor / 64 - self.first.len()],
        };
        let new = *word & bit == 0;
        *word |= bit;
        new
    }

    fn contains(&self, tensor: usize) -> bool {
        let word = match self.first.get(tensor / 64) {
            Some(word) => word,
            None => &self.rest[tensor / 64 - self.first.len()],
        };
        word & (1 << (tensor % 64)) != 0
    }
}

impl Symbols {
    pub(super) fn into_names(self) -> Arc<[Arc<str>]> {
        self.names.into()
    }

    fn number(&mut self, symbol: &Arc<str>) -> Result<u32, SpecError> {
        if let Some(&number) = self.numbers.get(symbol) {
            return Ok(number);
        }
        let number = u32::try_from(self.names.len()).map_err(|_| SpecError::TooMany)?;
        self.numbers.insert(Arc::clone(symbol), number);
        self.names.push(Arc::clone(symbol));
        Ok(number)
    }

    /// The number of the first of `count` more tensors; `u32::MAX` stays free.
    fn number_tensors(&mut self, count: u32) -> Result<u32, SpecError> {
        let first = self.first_tensor;
        let next = first.checked_add(count).filter(|next| *next < u32::MAX);
        self.first_tensor = next.ok_or(SpecError::TooMany)?;
        Ok(first)
    }
}
