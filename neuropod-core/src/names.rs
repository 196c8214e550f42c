//! Positions of names.

use std::sync::Arc;

/// Finds names among a model's inputs or outputs without hashing or allocating.
///
/// Callers mostly give tensors in the order of the spec, so a hint is tried first; otherwise the
/// name is found by binary search.
///
/// ```
/// use neuropod_core::NameIndex;
///
/// let index = NameIndex::new(["x", "y"]);
/// assert_eq!(index.position("x", 0), Some(0));
/// assert_eq!(index.position("x", 1), Some(0)); // a wrong hint costs time only
/// assert_eq!(index.position("z", 0), None);
/// ```
#[derive(Clone, Debug, Default)]
pub struct NameIndex {
    names: Vec<Arc<str>>,
    sorted: Vec<u32>,
}

impl NameIndex {
    /// An index of these names in this order; of equal names any one is found.
    pub fn new(names: impl IntoIterator<Item = impl Into<Arc<str>>>) -> Self {
        let names: Vec<Arc<str>> = names.into_iter().map(Into::into).collect();
        let mut sorted: Vec<u32> = (0..names.len() as u32).collect();
        sorted.sort_by_key(|&position| &names[position as usize]);
        NameIndex { names, sorted }
    }

    /// The position of `name`, tried at `hint` first.
    pub fn position(&self, name: &str, hint: usize) -> Option<usize> {
        if self.names.get(hint).is_some_and(|candidate| **candidate == *name) {
            return Some(hint);
        }
        let found =
            self.sorted.binary_search_by(|&position| (*self.names[position as usize]).cmp(name)).ok()?;
        Some(self.sorted[found] as usize)
    }

    /// The names in their order.
    pub fn names(&self) -> &[Arc<str>] {
        &self.names
    }

    /// The number of names.
    pub fn len(&self) -> usize {
        self.names.len()
    }

    /// True if there is no name.
    pub fn is_empty(&self) -> bool {
        self.names.is_empty()
    }
}
