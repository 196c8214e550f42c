//! What keeps memory alive, on its way across.
#![allow(unsafe_code)]

use std::any::Any;
use std::ffi::c_void;
use std::mem::{self, ManuallyDrop};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::ptr;
use std::sync::Arc;

use neuropod_core::{DType, ForeignOwner, Owner, OwnerFunctions, Result, Tensor};

use crate::abi::{NeuropodOwner, NeuropodOwnerFunctions};
use crate::marshal::text::malformed;

/// No owner: the memory is valid during the call alone.
pub(crate) const NONE: NeuropodOwner = NeuropodOwner { words: [ptr::null(); 2], functions: ptr::null() };

type Pointer = *const (dyn Any + Send + Sync);

/// The words are an `Arc` that was taken apart.
static SHARED: NeuropodOwnerFunctions = NeuropodOwnerFunctions {
    size: size_of::<NeuropodOwnerFunctions>(),
    retain: Some(retain_shared),
    release: Some(release_shared),
    is_unshared: Some(is_unshared),
};

/// The first word is a tensor that is lent. Its further owners are `SHARED`.
static TENSOR: NeuropodOwnerFunctions = NeuropodOwnerFunctions {
    size: size_of::<NeuropodOwnerFunctions>(),
    retain: Some(retain_tensor),
    release: None,
    is_unshared: None,
};

/// The words are the other side's owner.
static HANDED_OVER: OwnerFunctions =
    OwnerFunctions { retain: retain_foreign, release: release_foreign, is_unshared: is_foreign_unshared };

/// The words are the other side's owner, which is lent for the call; its further owners are `HANDED_OVER`.
static LENT: OwnerFunctions =
    OwnerFunctions { retain: retain_foreign, release: |_| {}, is_unshared: |_| false };

/// Hands an owner over to the other side.
#[inline(always)]
pub(crate) fn hand_over(owner: Owner) -> NeuropodOwner {
    match owner {
        Owner::Shared(value) => hand_over_value(value),
        // What comes from the other side goes back to it as it came.
        Owner::Foreign(foreign) if ptr::eq(foreign.functions(), &HANDED_OVER) => raw(&foreign.into_words()),
        other => hand_over_value(Arc::new(other)),
    }
}

/// Whether the other side, to which the owner is handed over, can ask if there are others.
#[inline(always)]
pub(crate) fn knows_others(owner: &Owner) -> bool {
    match owner {
        Owner::Shared(_) => true,
        Owner::Foreign(foreign) => ptr::eq(foreign.functions(), &HANDED_OVER),
        _ => false,
    }
}

/// Whether an owner that the other side hands over is one of this side's, which comes back.
pub(crate) fn is_ours(owner: &NeuropodOwner) -> bool {
    ptr::eq(owner.functions, &SHARED)
}

#[inline(always)]
fn hand_over_value(value: Arc<dyn Any + Send + Sync>) -> NeuropodOwner {
    NeuropodOwner { words: words(Arc::into_raw(value)), functions: &raw const SHARED }
}

/// Lends the owner of a tensor's memory, as long as the tensor lives.
#[inline(always)]
pub(crate) fn lend(tensor: &Tensor) -> NeuropodOwner {
    let of_tensor =
        NeuropodOwner { words: [ptr::from_ref(tensor).cast(), ptr::null()], functions: &raw const TENSOR };
    match tensor.buffer().owner() {
        // Strings have two buffers: the tensor itself owns both.
        _ if tensor.dtype() == DType::String => of_tensor,
        Owner::Shared(value) => {
            NeuropodOwner { words: words(Arc::as_ptr(value)), functions: &raw const SHARED }
        }
        Owner::Foreign(foreign) if ptr::eq(foreign.functions(), &HANDED_OVER) => raw(&foreign.words()),
        _ => of_tensor,
    }
}

/// Takes an owner over that the other side hands over; `None` if there is none.
///
/// # Safety
///
/// The other side hands the owner over, and it is not taken over twice.
#[inline(always)]
pub(crate) unsafe fn take(owner: NeuropodOwner) -> Result<Option<Owner>> {
    if ptr::eq(owner.functions, &SHARED) {
        // SAFETY: it is one of ours that comes back, so the words are those of `hand_over` or `retain_shared`,
        // which stand for one strong reference.
        return Ok(Some(Owner::Shared(unsafe { Arc::from_raw(pointer(owner.words)) })));
    }
    // SAFETY: the other side's table, if there is one.
    let Some(functions) = (unsafe { owner.functions.as_ref() }) else { return Ok(None) };
    if functions.release.is_none() {
        return Err(malformed("the owner of a tensor's memory lacks the function `release`"));
    }
    let words = [owner.words[0], owner.words[1], ptr::from_ref(functions).cast()];
    // SAFETY: the interface says that an owner's functions may be called on any thread.
    let foreign = Owner::Foreign(unsafe { ForeignOwner::new(words, &HANDED_OVER) });
    // What cannot make further owners is counted here.
    Ok(Some(if functions.retain.is_some() { foreign } else { Owner::new(foreign) }))
}

/// An owner that the other side lends: clones of it outlive the call. `None` if there is none.
///
/// # Safety
///
/// The other side lends the owner, and the result is dropped before that ends.
#[inline(always)]
pub(crate) unsafe fn borrow(owner: &NeuropodOwner) -> Option<ForeignOwner> {
    // SAFETY: the other side's table, if there is one.
    let functions = unsafe { owner.functions.as_ref() }?;
    functions.retain?;
    let words = [owner.words[0], owner.words[1], ptr::from_ref(functions).cast()];
    // SAFETY: as in `take`; `LENT` releases nothing.
    Some(unsafe { ForeignOwner::new(words, &LENT) })
}

fn raw(words: &[*const c_void; 3]) -> NeuropodOwner {
    NeuropodOwner { words: [words[0], words[1]], functions: words[2].cast() }
}

unsafe fn retain_foreign(words: &[*const c_void; 3]) -> ForeignOwner {
    let owner = raw(words);
    let mut kept = NONE;
    // SAFETY: the other side's table, if there is one.
    if let Some(retain) = unsafe { owner.functions.as_ref() }.and_then(|functions| functions.retain) {
        // SAFETY: the other side's owner is alive, and the new one is ours to be written.
        unsafe { retain(&raw const owner, &raw mut kept) };
    }
    let words = [kept.words[0], kept.words[1], kept.functions.cast()];
    // SAFETY: as in `take`. A plugin whose `retain` makes no owner gets its memory released too early by its own
    // fault: `release_foreign` then does nothing.
    unsafe { ForeignOwner::new(words, &HANDED_OVER) }
}

unsafe fn release_foreign(words: &[*const c_void; 3]) {
    let owner = raw(words);
    // SAFETY: the other side's table, if there is one.
    if let Some(release) = unsafe { owner.functions.as_ref() }.and_then(|functions| functions.release) {
        // SAFETY: the owner was handed over to us, and this is its only release.
        unsafe { release(&raw const owner) };
    }
}

unsafe fn is_foreign_unshared(words: &[*const c_void; 3]) -> bool {
    let owner = raw(words);
    // SAFETY: the other side's table, if there is one.
    let functions = unsafe { owner.functions.as_ref() };
    let functions = functions.filter(|functions| functions.size >= size_of::<NeuropodOwnerFunctions>());
    // SAFETY: the other side's owner is alive, and nobody else uses it now.
    functions
        .and_then(|functions| functions.is_unshared)
        .is_some_and(|ask| unsafe { ask(&raw const owner) } != 0)
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

unsafe extern "C" fn retain_shared(owner: *const NeuropodOwner, kept: *mut NeuropodOwner) {
    // SAFETY: the other side hands back an owner with these functions, which is still valid: so its pointer comes
    // from an `Arc` that has a strong reference now.
    unsafe {
        Arc::increment_strong_count(pointer((*owner).words));
        kept.write(*owner);
    }
}

unsafe extern "C" fn release_shared(owner: *const NeuropodOwner) {
    // SAFETY: the other side releases once what `hand_over` or `retain_shared` made, which is one strong reference.
    let owner = unsafe { Arc::from_raw(pointer((*owner).words)) };
    // What a user's owner does when it is dropped must not unwind into the other side.
    let _ = catch_unwind(AssertUnwindSafe(|| drop(owner)));
}

unsafe extern "C" fn is_unshared(owner: *const NeuropodOwner) -> i32 {
    // SAFETY: the other side asks about what `hand_over` or `retain_shared` made, which is one strong reference; it
    // stays that, as it is not dropped here.
    let mut owner = ManuallyDrop::new(unsafe { Arc::from_raw(pointer((*owner).words)) });
    i32::from(Arc::get_mut(&mut owner).is_some())
}

unsafe extern "C" fn retain_tensor(owner: *const NeuropodOwner, kept: *mut NeuropodOwner) {
    // SAFETY: the other side hands back an owner that `lend` made of a tensor, which is still borrowed.
    unsafe {
        let tensor = &*(*owner).words[0].cast::<Tensor>();
        kept.write(hand_over(Owner::new(tensor.clone())));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn memory(tensor: &Tensor) -> std::sync::Weak<dyn Any + Send + Sync> {
        match tensor.buffer().owner() {
            Owner::Shared(value) => Arc::downgrade(value),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn what_was_handed_over_comes_back_as_it_was() {
        let value: Arc<dyn Any + Send + Sync> = Arc::new(vec![1u8, 2, 3]);
        let handed = hand_over(Owner::Shared(Arc::clone(&value)));
        assert_eq!(Arc::strong_count(&value), 2);
        // SAFETY: handed over just now, and taken once.
        let back = unsafe { take(handed) }.unwrap().unwrap();
        assert_eq!(back.downcast_ref::<Vec<u8>>(), Some(&vec![1, 2, 3]));
        drop(back);
        assert_eq!(Arc::strong_count(&value), 1);
    }

    #[test]
    fn a_lent_owner_is_kept_beyond_its_tensor() {
        for tensor in [Tensor::scalar(1u8), Tensor::from_strings([1], &["one"]).unwrap()] {
            let memory = memory(&tensor);
            // SAFETY: the tensor is alive until the lent owner is dropped.
            let lent = unsafe { borrow(&lend(&tensor)) }.unwrap();
            let kept = Owner::Foreign(lent.clone());
            drop(lent);
            drop(tensor);
            assert!(memory.upgrade().is_some());
            // Once more to the other side and back.
            // SAFETY: handed over just now, and taken once.
            let kept = unsafe { take(hand_over(kept)) }.unwrap().unwrap();
            drop(kept.clone());
            assert!(memory.upgrade().is_some());
            drop(kept);
            assert!(memory.upgrade().is_none());
        }
    }
}
