//! What writing and reading share: numbers that stand for things, and the order of bytes.

use crate::DType;

/// How every stream starts. Whoever takes it for text damages the last four bytes.
pub(super) const MAGIC: [u8; 8] = *b"\x89NPT\r\n\x1a\n";

/// The only version so far.
pub(super) const VERSION: u32 = 1;

/// The size of a stream's head, and of what comes before the sizes of a tensor's axes.
pub(super) const HEAD: usize = 24;

/// The most axes of a tensor: more than any framework has.
pub(super) const MAX_RANK: usize = 255;

/// Data start at a multiple of this, counted from the stream's start.
const ALIGNMENT: u64 = 64;

/// What a stream holds.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// One tensor without a name.
    One = 1,
    /// Any number of tensors with names.
    Named = 2,
}

impl Kind {
    pub(super) fn from_code(code: u32) -> Option<Self> {
        [Kind::One, Kind::Named].into_iter().find(|kind| *kind as u32 == code)
    }
}

/// The number of an element type: that of the plugin interface, which is the order of [`DType::ALL`].
pub(super) fn dtype_code(dtype: DType) -> u32 {
    DType::ALL.iter().position(|candidate| *candidate == dtype).unwrap_or_default() as u32
}

pub(super) fn dtype_from_code(code: u32) -> Option<DType> {
    DType::ALL.get(usize::try_from(code).ok()?).copied()
}

/// How many zeros come before data that would start at `position`.
pub(super) fn padding(position: u64) -> usize {
    (position.next_multiple_of(ALIGNMENT) - position) as usize
}

/// Turns numbers of `size` bytes from the machine's order into the little-endian one, or back.
pub(super) fn swap_to_little_endian(bytes: &mut [u8], size: usize) {
    if cfg!(target_endian = "big") {
        bytes.chunks_exact_mut(size).for_each(<[u8]>::reverse);
    }
}
