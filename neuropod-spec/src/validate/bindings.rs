//! The sizes of symbols in one call.

use smallvec::SmallVec;

/// How many symbols need no allocation.
const INLINE: usize = 8;

/// The sizes that the symbols of a model have in one call.
///
/// [`Validator::inputs`](crate::Validator::inputs) makes it, and
/// [`Validator::outputs`](crate::Validator::outputs) of the same validator completes it. The
/// default one has no size for any symbol: outputs are then checked without inputs.
#[derive(Clone, Debug, Default)]
pub struct Bindings {
    slots: SmallVec<[Slot; INLINE]>,
}

/// A size, and the axis that had it first.
#[derive(Clone, Copy, Debug)]
struct Slot {
    size: usize,
    place: Place,
}

/// One axis of one tensor; tensors are numbered through inputs and outputs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) tensor: u32,
    pub(super) axis: u32,
}

/// The place of a size that no axis had yet; no tensor has this number.
const NOWHERE: Place = Place { tensor: u32::MAX, axis: 0 };

const UNBOUND: Slot = Slot { size: 0, place: NOWHERE };

impl Bindings {
    pub(super) fn new(symbols: usize) -> Self {
        Bindings { slots: SmallVec::from_elem(UNBOUND, symbols) }
    }

    /// Makes room for that many symbols, and forgets their sizes if told so.
    pub(super) fn prepare(&mut self, symbols: usize, forget: bool) {
        if forget {
            self.slots.fill(UNBOUND);
        }
        if self.slots.len() != symbols {
            self.slots.resize(symbols, UNBOUND);
        }
    }

    /// True if the symbol has that size now or had none before.
    #[inline]
    pub(super) fn bind(&mut self, symbol: u32, size: usize, place: Place) -> bool {
        let slot = &mut self.slots[symbol as usize];
        if slot.place.tensor == NOWHERE.tensor {
            *slot = Slot { size, place };
        }
        slot.size == size
    }

    /// The size of a symbol and the axis that had it first.
    pub(super) fn bound(&self, symbol: u32) -> (usize, Place) {
        let slot = &self.slots[symbol as usize];
        (slot.size, slot.place)
    }
}
