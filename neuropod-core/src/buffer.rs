//! Shared memory of any origin: the crate's only unsafe code.
#![allow(unsafe_code)]

use std::any::Any;
use std::fmt;
use std::ops::{Deref, Range};
use std::ptr::NonNull;
use std::slice;
use std::sync::Arc;

use crate::Element;

/// The alignment, in bytes, of memory that this crate allocates for numbers.
pub const ALIGNMENT: usize = 64;

/// A range of bytes and whatever keeps it alive.
///
/// Cloning and slicing share the memory. The bytes can be written only through the single
/// remaining handle, and only if they were handed over as writable.
#[derive(Clone)]
pub struct Buffer {
    start: NonNull<u8>,
    len: usize,
    writable: bool,
    owner: Arc<dyn Any + Send + Sync>,
}

// SAFETY: `start` points into memory that `owner` keeps alive. It is read through `&Buffer`, and
// written only through `&mut Buffer` while `owner` has no other handle. The owner is Send + Sync.
unsafe impl Send for Buffer {}
// SAFETY: as above; `&Buffer` gives read access alone.
unsafe impl Sync for Buffer {}

impl Buffer {
    /// Allocates `len` zero bytes, aligned to [`ALIGNMENT`].
    ///
    /// # Panics
    ///
    /// If `len` is within [`ALIGNMENT`] of `isize::MAX`; aborts if memory is exhausted, like `Vec`.
    pub fn zeroed(len: usize) -> Self {
        // A byte vector comes from `calloc`, which hands out fresh pages without touching them.
        // An aligned allocation would be filled by hand.
        let mut memory = vec![0u8; len + ALIGNMENT - 1];
        let offset = memory.as_ptr().align_offset(ALIGNMENT);
        let start = NonNull::from(&mut memory[offset..offset + len]).cast();
        Buffer { start, len, writable: true, owner: Arc::new(memory) }
    }

    /// Allocates aligned memory and copies `bytes` into it.
    pub fn copy_from(bytes: &[u8]) -> Self {
        let mut buffer = Buffer::zeroed(bytes.len());
        if let Some(target) = buffer.as_mut_slice() {
            target.copy_from_slice(bytes);
        }
        buffer
    }

    /// Takes over the vector's memory. Nothing is copied.
    pub fn from_vec<T: Element>(mut vec: Vec<T>) -> Self {
        let len = size_of_val(vec.as_slice());
        // A vector's pointer is never null, and moving the vector does not move its elements.
        let start = NonNull::from(vec.as_mut_slice()).cast();
        Buffer { start, len, writable: true, owner: Arc::new(vec) }
    }

    /// Shares the bytes of any owner: a memory map, `bytes::Bytes`, an `Arc<[u8]>`. Nothing is
    /// copied, and the buffer is read-only.
    pub fn from_owner<O: AsRef<[u8]> + Send + Sync + 'static>(owner: O) -> Self {
        let owner = Arc::new(owner);
        let bytes = (*owner).as_ref();
        let (start, len) = (NonNull::from(bytes).cast(), bytes.len());
        Buffer { start, len, writable: false, owner }
    }

    /// Shares `len` bytes from `start`, which `owner` keeps alive. Nothing is copied, and the
    /// buffer is read-only. The owner is dropped with the last handle, on any thread.
    ///
    /// # Safety
    ///
    /// Until `owner` is dropped, the bytes must be readable, initialised, and written by nobody.
    /// `start` may be null only if `len` is 0.
    pub unsafe fn from_raw_parts<O: Any + Send + Sync>(start: *const u8, len: usize, owner: O) -> Self {
        let start = NonNull::new(start.cast_mut()).unwrap_or(NonNull::dangling());
        Buffer { start, len, writable: false, owner: Arc::new(owner) }
    }

    /// Like [`Buffer::from_raw_parts`], for memory that may be written through this buffer.
    ///
    /// # Safety
    ///
    /// Until `owner` is dropped, the bytes must be readable, writable, initialised, and neither
    /// read nor written except through this buffer and its clones.
    pub unsafe fn from_raw_parts_mut<O: Any + Send + Sync>(start: *mut u8, len: usize, owner: O) -> Self {
        let start = NonNull::new(start).unwrap_or(NonNull::dangling());
        Buffer { start, len, writable: true, owner: Arc::new(owner) }
    }

    /// Shares memory that `deleter` frees: it is called once, with the last handle, on any thread.
    /// Nothing is copied, and the buffer is read-only.
    ///
    /// # Safety
    ///
    /// As for [`Buffer::from_raw_parts`], until `deleter` is called.
    pub unsafe fn from_deleter<F>(start: *const u8, len: usize, deleter: F) -> Self
    where
        F: FnOnce() + Send + Sync + 'static,
    {
        // SAFETY: the caller's promise, with the deleter's guard as the owner.
        unsafe { Buffer::from_raw_parts(start, len, Deleter(Some(deleter))) }
    }

    /// A part of this buffer that shares its memory.
    ///
    /// # Panics
    ///
    /// If the range does not lie inside the buffer.
    #[must_use]
    pub fn slice(&self, range: Range<usize>) -> Buffer {
        let start = NonNull::from(&self[range.clone()]).cast();
        Buffer { start, len: range.len(), writable: self.writable, owner: Arc::clone(&self.owner) }
    }

    /// The bytes, to write; `None` if other handles share them or they are read-only.
    pub fn as_mut_slice(&mut self) -> Option<&mut [u8]> {
        if !self.writable || Arc::get_mut(&mut self.owner).is_none() {
            return None;
        }
        // SAFETY: `start` and `len` describe memory that the owner keeps alive and that may be
        // written (`writable`). This is the owner's only handle and it is borrowed mutably, so
        // nobody else reads or writes these bytes while the slice lives.
        Some(unsafe { slice::from_raw_parts_mut(self.start.as_ptr(), self.len) })
    }

    /// What keeps the memory alive, for a backend that recognises its own tensors.
    pub fn owner(&self) -> &Arc<dyn Any + Send + Sync> {
        &self.owner
    }
}

impl Deref for Buffer {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        // SAFETY: `start` and `len` describe initialised memory that the owner keeps alive, and
        // that is written only through `as_mut_slice`, which borrows the single handle mutably.
        unsafe { slice::from_raw_parts(self.start.as_ptr(), self.len) }
    }
}

impl fmt::Debug for Buffer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Buffer")
            .field("len", &self.len)
            .field("writable", &self.writable)
            .finish_non_exhaustive()
    }
}

/// Calls its function when dropped.
struct Deleter<F: FnOnce()>(Option<F>);

impl<F: FnOnce()> Drop for Deleter<F> {
    fn drop(&mut self) {
        if let Some(delete) = self.0.take() {
            delete();
        }
    }
}
