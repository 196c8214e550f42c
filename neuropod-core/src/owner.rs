//! What keeps memory alive.
#![allow(unsafe_code)]

use std::any::Any;
use std::ffi::c_void;
use std::fmt;
use std::mem::ManuallyDrop;
use std::sync::Arc;

/// What keeps a buffer's memory alive. A clone is a further owner.
#[derive(Clone)]
#[non_exhaustive]
pub enum Owner {
    /// A value of this program. When the last owner is dropped, so is the value.
    Shared(Arc<dyn Any + Send + Sync>),
    /// Something in another library, which counts its owners itself.
    Foreign(ForeignOwner),
}

impl Owner {
    /// Takes over a value.
    pub fn new(value: impl Any + Send + Sync) -> Self {
        Owner::Shared(Arc::new(value))
    }

    /// The value, if it is of that type and this program's.
    pub fn downcast_ref<T: Any>(&self) -> Option<&T> {
        match self {
            Owner::Shared(value) => value.downcast_ref(),
            Owner::Foreign(_) => None,
        }
    }

    /// Whether there is no other owner, as far as that is known.
    pub(crate) fn is_unshared(&mut self) -> bool {
        match self {
            Owner::Shared(value) => Arc::get_mut(value).is_some(),
            // SAFETY: whoever made this owner promised it, it is not released yet, and it is borrowed mutably.
            Owner::Foreign(owner) => unsafe { (owner.functions.is_unshared)(&owner.words) },
        }
    }
}

impl fmt::Debug for Owner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Owner::Shared(_) => "Shared",
            Owner::Foreign(_) => "Foreign",
        })
    }
}

/// An owner in another library: words that mean something to its functions. Nothing is allocated for it here.
pub struct ForeignOwner {
    words: [*const c_void; 3],
    functions: &'static OwnerFunctions,
}

/// What can be done with a [`ForeignOwner`]. The functions are called with its words, on any thread.
#[derive(Debug)]
pub struct OwnerFunctions {
    /// Makes a further owner of the same memory.
    pub retain: unsafe fn(words: &[*const c_void; 3]) -> ForeignOwner,
    /// Ends an owner.
    pub release: unsafe fn(words: &[*const c_void; 3]),
    /// Whether there is certainly no other owner of the same memory. Nobody else uses this owner during the call; and
    /// what was done with the memory before another owner ended has happened when this says so.
    pub is_unshared: unsafe fn(words: &[*const c_void; 3]) -> bool,
}

// SAFETY: whoever makes one promises that its functions can be called on any thread.
unsafe impl Send for ForeignOwner {}
// SAFETY: as above; a reference gives the words and further owners alone.
unsafe impl Sync for ForeignOwner {}

impl ForeignOwner {
    /// An owner that `release` is called for once, when it is dropped.
    ///
    /// # Safety
    ///
    /// With these words, the functions can be called on any thread: `retain` and `is_unshared` as often as one likes
    /// until `release` is called.
    #[inline(always)]
    pub unsafe fn new(words: [*const c_void; 3], functions: &'static OwnerFunctions) -> Self {
        ForeignOwner { words, functions }
    }

    /// The words.
    pub fn words(&self) -> [*const c_void; 3] {
        self.words
    }

    /// The functions, by whose address an owner's maker recognises it.
    pub fn functions(&self) -> &'static OwnerFunctions {
        self.functions
    }

    /// The words, to be released by whoever takes them.
    pub fn into_words(self) -> [*const c_void; 3] {
        ManuallyDrop::new(self).words
    }
}

impl Clone for ForeignOwner {
    fn clone(&self) -> Self {
        // SAFETY: whoever made this owner promised it, and it is not released yet.
        unsafe { (self.functions.retain)(&self.words) }
    }
}

impl Drop for ForeignOwner {
    fn drop(&mut self) {
        // SAFETY: whoever made this owner promised it, and it is dropped once.
        unsafe { (self.functions.release)(&self.words) };
    }
}

impl fmt::Debug for ForeignOwner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ForeignOwner")
    }
}
