//! Shared memory of any origin.
#![allow(unsafe_code)]

use std::alloc::{self, Layout};
use std::any::Any;
use std::fmt;
use std::mem::MaybeUninit;
use std::ops::{Deref, Range};
use std::ptr::NonNull;
use std::slice;
use std::sync::Arc;

use crate::{Element, Error, ErrorKind, Owner, Result};

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
    owner: Owner,
}

// SAFETY: `start` points into memory that `owner` keeps alive. It is read through `&Buffer`, and
// written only through `&mut Buffer` while `owner` has no other handle. The owner is Send + Sync.
unsafe impl Send for Buffer {}
// SAFETY: as above; `&Buffer` gives read access alone.
unsafe impl Sync for Buffer {}

/// The same memory, initialised with zeros.
pub(crate) fn zeroed(memory: &mut [MaybeUninit<u8>]) -> &mut [u8] {
    memory.fill(MaybeUninit::new(0));
    // SAFETY: it is the memory that is borrowed, all of which is initialised now.
    unsafe { slice::from_raw_parts_mut(memory.as_mut_ptr().cast::<u8>(), memory.len()) }
}

impl Buffer {
    /// Allocates `len` zero bytes, aligned to [`ALIGNMENT`].
    ///
    /// # Errors
    ///
    /// [`ErrorKind::InvalidArgument`] if there is not so much memory.
    pub fn zeroed(len: usize) -> Result<Self> {
        let mut memory = zeroed_vec(len)?;
        let offset = memory.as_ptr().align_offset(ALIGNMENT);
        let start = NonNull::from(&mut memory[offset..offset + len]).cast();
        Ok(Buffer { start, len, writable: true, owner: Owner::new(memory) })
    }

    /// Allocates aligned memory and copies `bytes` into it. Like `Vec`, it aborts if memory is
    /// exhausted.
    pub fn copy_from(bytes: &[u8]) -> Self {
        let mut memory: Vec<u8> = Vec::with_capacity(bytes.len() + ALIGNMENT - 1);
        let offset = memory.as_ptr().align_offset(ALIGNMENT);
        memory.resize(offset, 0);
        memory.extend_from_slice(bytes);
        let start = NonNull::from(&mut memory[offset..]).cast();
        Buffer { start, len: bytes.len(), writable: true, owner: Owner::new(memory) }
    }

    /// Takes over the vector's memory. Nothing is copied.
    pub fn from_vec<T: Element>(mut vec: Vec<T>) -> Self {
        let len = size_of_val(vec.as_slice());
        // A vector's pointer is never null, and moving the vector does not move its elements.
        let start = NonNull::from(vec.as_mut_slice()).cast();
        Buffer { start, len, writable: true, owner: Owner::new(vec) }
    }

    /// Shares the bytes of any owner: a memory map, `bytes::Bytes`, an `Arc<[u8]>`. Nothing is
    /// copied, and the buffer is read-only.
    pub fn from_owner<O: AsRef<[u8]> + Send + Sync + 'static>(owner: O) -> Self {
        let owner = Arc::new(owner);
        let bytes = (*owner).as_ref();
        let (start, len) = (NonNull::from(bytes).cast(), bytes.len());
        Buffer { start, len, writable: false, owner: Owner::Shared(owner) }
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
        Buffer { start, len, writable: false, owner: Owner::new(owner) }
    }

    /// Like [`Buffer::from_raw_parts`], for memory that may be written through this buffer.
    ///
    /// # Safety
    ///
    /// Until `owner` is dropped, the bytes must be readable, writable, initialised, and neither
    /// read nor written except through this buffer and its clones.
    pub unsafe fn from_raw_parts_mut<O: Any + Send + Sync>(start: *mut u8, len: usize, owner: O) -> Self {
        let start = NonNull::new(start).unwrap_or(NonNull::dangling());
        Buffer { start, len, writable: true, owner: Owner::new(owner) }
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

    /// Shares `len` bytes from `start`, which an owner keeps alive that exists already: it may own further
    /// buffers, or be another library's. Nothing is copied or allocated, and the buffer is read-only.
    ///
    /// # Safety
    ///
    /// As for [`Buffer::from_raw_parts`].
    #[inline(always)]
    pub unsafe fn with_owner(start: *const u8, len: usize, owner: Owner) -> Self {
        let start = NonNull::new(start.cast_mut()).unwrap_or(NonNull::dangling());
        Buffer { start, len, writable: false, owner }
    }

    /// Like [`Buffer::with_owner`], for memory that may be written through this buffer while `owner` is the only
    /// owner.
    ///
    /// # Safety
    ///
    /// As long as `owner` or a clone of it lives, the bytes must be readable, writable, initialised, and written by
    /// nobody; and while it is the only owner, neither read nor written except through this buffer.
    #[inline(always)]
    pub unsafe fn with_owner_mut(start: *mut u8, len: usize, owner: Owner) -> Self {
        let start = NonNull::new(start).unwrap_or(NonNull::dangling());
        Buffer { start, len, writable: true, owner }
    }

    /// A part of this buffer that shares its memory.
    ///
    /// # Panics
    ///
    /// If the range does not lie inside the buffer.
    #[must_use]
    pub fn slice(&self, range: Range<usize>) -> Buffer {
        let len = self[range.clone()].len();
        // SAFETY: the line above panics unless the range lies inside the buffer.
        let start = unsafe { self.start.add(range.start) };
        Buffer { start, len, writable: self.writable, owner: self.owner.clone() }
    }

    /// Whether the memory was handed over as writable: it can be written once no other handle shares it.
    pub fn is_writable(&self) -> bool {
        self.writable
    }

    /// Where the memory is, as a pointer that is not derived from a reference: for memory that a program in another
    /// language writes through a pointer of its own.
    #[inline]
    pub fn as_ptr(&self) -> *const u8 {
        self.start.as_ptr()
    }

    /// The bytes, to write; `None` if other handles share them or they are read-only.
    pub fn as_mut_slice(&mut self) -> Option<&mut [u8]> {
        if !self.writable || !self.owner.is_unshared() {
            return None;
        }
        // SAFETY: `start` and `len` describe memory that the owner keeps alive and that may be
        // written (`writable`). This is the owner's only handle and it is borrowed mutably, so
        // nobody else reads or writes these bytes while the slice lives.
        Some(unsafe { slice::from_raw_parts_mut(self.start.as_ptr(), self.len) })
    }

    /// What keeps the memory alive, for a backend that recognises its own tensors.
    pub fn owner(&self) -> &Owner {
        &self.owner
    }

    /// What keeps the memory alive: whoever has it can go on reading the bytes.
    #[inline]
    pub fn into_owner(self) -> Owner {
        self.owner
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

/// Zero bytes: `len`, and room to align them.
///
/// They come from `calloc`, which hands out fresh pages without touching them; memory of a higher
/// alignment would be filled by hand.
fn zeroed_vec(len: usize) -> Result<Vec<u8>> {
    let size = len.saturating_add(ALIGNMENT - 1);
    let layout = Layout::array::<u8>(size).map_err(|_| exhausted(len))?;
    // SAFETY: the layout's size is at least ALIGNMENT - 1, which is not zero.
    let start = NonNull::new(unsafe { alloc::alloc_zeroed(layout) }).ok_or_else(|| exhausted(len))?;
    // SAFETY: the global allocator gave `size` initialised bytes for the layout of a `Vec<u8>` of
    // that capacity.
    Ok(unsafe { Vec::from_raw_parts(start.as_ptr(), size, size) })
}

#[cold]
fn exhausted(len: usize) -> Error {
    Error::new(ErrorKind::InvalidArgument, format!("there is no memory for {len} bytes"))
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
