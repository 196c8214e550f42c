//! What keeps memory alive on the other side.
#![allow(unsafe_code)]

use std::any::Any;
use std::ffi::c_void;
use std::mem;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::ptr;
use std::sync::Arc;

use neuropod_core::Tensor;

use crate::abi::NeuropodOwner;

/// The core's owner of memory.
pub(crate) type SharedOwner = Arc<dyn Any + Send + Sync>;

type Pointer = *const (dyn Any + Send + Sync);

/// An owner that was handed over by the other side; dropping it releases it.
#[derive(Debug)]
pub(crate) struct ForeignOwner(NeuropodOwner);

// SAFETY: an owner that is handed over is nobody else's, and the interface says that it may be released on
// any thread.
unsafe impl Send for ForeignOwner {}
// SAFETY: nothing can be done with a reference to it.
unsafe impl Sync for ForeignOwner {}

impl ForeignOwner {
    /// Takes an owner over; `None` if it is only lent.
    ///
    /// # Safety
    ///
    /// The other side hands the owner over, and it is not taken over twice.
    pub(crate) unsafe fn take(owner: NeuropodOwner) -> Option<Self> {
        owner.release.map(|_| ForeignOwner(owner))
    }

    /// Makes a further owner out of one that is lent; `None` if the memory cannot be kept.
    ///
    /// # Safety
    ///
    /// The other side lends the owner now.
    pub(crate) unsafe fn retain(lent: &NeuropodOwner) -> Option<Self> {
        let retain = lent.retain?;
        let mut kept = NeuropodOwner { words: [ptr::null(); 2], retain: None, release: None };
        // SAFETY: the caller's promise.
        unsafe { retain(lent, &raw mut kept) };
        // SAFETY: `retain` made this owner for us.
        unsafe { ForeignOwner::take(kept) }
    }
}

impl Drop for ForeignOwner {
    fn drop(&mut self) {
        if let Some(release) = self.0.release {
            // SAFETY: the owner was handed over to us, and this is the only release.
            unsafe { release(&raw const self.0) };
        }
    }
}

/// An owner without anything behind it: what it stands for is lent for the call.
pub(crate) const LENT: NeuropodOwner = NeuropodOwner { words: [ptr::null(); 2], retain: None, release: None };

/// Hands an owner over to the other side.
pub(crate) fn hand_over(owner: SharedOwner) -> NeuropodOwner {
    NeuropodOwner { words: words(Arc::into_raw(owner)), retain: Some(retain), release: Some(release) }
}

/// Lends the owner of a tensor's memory, as long as the tensor lives.
pub(crate) fn lend(tensor: &Tensor) -> NeuropodOwner {
    if tensor.offsets().is_empty() {
        let words = words(Arc::as_ptr(tensor.buffer().owner()));
        return NeuropodOwner { words, retain: Some(retain), release: None };
    }
    // Strings have two buffers: the tensor itself owns both.
    let words = [ptr::from_ref(tensor).cast(), ptr::null()];
    NeuropodOwner { words, retain: Some(retain_tensor), release: None }
}

fn words(owner: Pointer) -> [*const c_void; 2] {
    // SAFETY: a pointer to a trait object is two pointers. What they are matters to nobody: `pointer` puts
    // together again what this took apart.
    unsafe { mem::transmute::<Pointer, [*const c_void; 2]>(owner) }
}

/// # Safety
///
/// The words come from `words`.
unsafe fn pointer(words: [*const c_void; 2]) -> Pointer {
    // SAFETY: the caller's promise; so this is the pointer that `words` got.
    unsafe { mem::transmute::<[*const c_void; 2], Pointer>(words) }
}

unsafe extern "C" fn retain(owner: *const NeuropodOwner, kept: *mut NeuropodOwner) {
    // SAFETY: the other side hands back an owner that `hand_over` or `lend` made, which is still valid: so its
    // pointer comes from an `Arc` that has a strong reference now.
    unsafe {
        Arc::increment_strong_count(pointer((*owner).words));
        let words = (*owner).words;
        kept.write(NeuropodOwner { words, retain: Some(retain), release: Some(release) });
    }
}

unsafe extern "C" fn retain_tensor(owner: *const NeuropodOwner, kept: *mut NeuropodOwner) {
    // SAFETY: the other side hands back an owner that `lend` made of a tensor, which is still borrowed.
    unsafe {
        let tensor = &*(*owner).words[0].cast::<Tensor>();
        kept.write(hand_over(Arc::new(tensor.clone())));
    }
}

unsafe extern "C" fn release(owner: *const NeuropodOwner) {
    // SAFETY: the other side releases once what `hand_over` or `retain` made, which is one strong reference.
    let owner = unsafe { Arc::from_raw(pointer((*owner).words)) };
    // What a user's owner does when it is dropped must not unwind into the other side.
    let _ = catch_unwind(AssertUnwindSafe(|| drop(owner)));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_owner_is_released_once_for_each_share() {
        let memory: SharedOwner = Arc::new(vec![1u8, 2, 3]);
        let handed = hand_over(Arc::clone(&memory));
        assert_eq!(Arc::strong_count(&memory), 2);
        // SAFETY: handed over just now, and taken once.
        let owner = unsafe { ForeignOwner::take(handed) }.unwrap();
        // SAFETY: `owner` is alive.
        let kept = unsafe { ForeignOwner::retain(&handed) }.unwrap();
        assert_eq!(Arc::strong_count(&memory), 3);
        drop(owner);
        drop(kept);
        assert_eq!(Arc::strong_count(&memory), 1);
    }

    #[test]
    fn a_lent_owner_is_kept_beyond_its_tensor() {
        for tensor in [Tensor::scalar(1u8), Tensor::from_strings([1], &["one"]).unwrap()] {
            let memory = Arc::downgrade(tensor.buffer().owner());
            let lent = lend(&tensor);
            // SAFETY: lent, not handed over: there is nothing to take.
            assert!(unsafe { ForeignOwner::take(lent) }.is_none());
            // SAFETY: the tensor is alive.
            let kept = unsafe { ForeignOwner::retain(&lent) }.unwrap();
            drop(tensor);
            assert!(memory.upgrade().is_some());
            drop(kept);
            assert!(memory.upgrade().is_none());
        }
    }
}
