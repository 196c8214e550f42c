//! Tensors on their way across. Numbers and strings stay where they are.
#![allow(unsafe_code)]

use std::ptr;
use std::slice;

use neuropod_core::{Buffer, DType, Error, Input, Owner, Result, Tensor, TensorView};

use crate::abi::{NEUROPOD_TENSOR_WRITABLE, NeuropodOwner, NeuropodTensor};
use crate::marshal::codes::{dtype, dtype_code};
use crate::marshal::owner::{self, NONE, hand_over, lend};
use crate::marshal::text::{array, malformed};

/// A tensor with more axes is a mistake.
const MOST_AXES: usize = 1024;

/// Lends an input; it must not be used longer than that lives.
#[inline(always)]
pub(crate) fn lend_input(input: &Input<'_>) -> NeuropodTensor {
    match input.as_tensor() {
        Some(tensor) => raw(&tensor.view(), lend(tensor)),
        None => raw(&input.view(), NONE),
    }
}

/// Hands a tensor over for the time after `give` as well; its sizes are lent during it.
#[inline(always)]
pub(crate) fn give<T>(tensor: Tensor, give: impl FnOnce(&NeuropodTensor) -> T) -> T {
    let shape = tensor.shape().clone();
    let (dtype, len) = (tensor.dtype(), tensor.bytes().len());
    let (data, offsets) = (tensor.bytes().as_ptr().cast(), tensor.offsets());
    let offsets = if offsets.is_empty() { ptr::null() } else { offsets.as_ptr() };
    let writable = tensor.buffer().is_writable() && owner::knows_others(tensor.buffer().owner());
    // Strings have two buffers: the tensor itself owns both.
    let owner = match dtype {
        DType::String => hand_over(Owner::new(tensor)),
        _ => hand_over(tensor.into_buffer().into_owner()),
    };
    let dims = shape.dims();
    give(&NeuropodTensor {
        dtype: dtype_code(dtype),
        flags: if writable { NEUROPOD_TENSOR_WRITABLE } else { 0 },
        rank: dims.len(),
        dims: dims.as_ptr(),
        data,
        len,
        offsets,
        owner,
    })
}

#[inline(always)]
fn raw(view: &TensorView<'_>, owner: NeuropodOwner) -> NeuropodTensor {
    let offsets = view.offsets();
    NeuropodTensor {
        dtype: dtype_code(view.dtype()),
        flags: 0,
        rank: view.rank(),
        dims: view.dims().as_ptr(),
        data: view.bytes().as_ptr().cast(),
        len: view.bytes().len(),
        offsets: if offsets.is_empty() { ptr::null() } else { offsets.as_ptr() },
        owner,
    }
}

/// What a tensor of the other side is made of, once that has been checked.
pub(crate) struct Parts<'a> {
    pub(crate) dtype: DType,
    pub(crate) dims: &'a [usize],
    data: &'a [u8],
    /// Of strings alone.
    offsets: &'a [u64],
}

impl<'a> Parts<'a> {
    /// Checks what can be: pointers that are not null, and counts that fit together.
    ///
    /// # Safety
    ///
    /// Pointers that are not null lead to as many values as the fields beside them say, while `'a` lasts.
    #[inline]
    pub(crate) unsafe fn check(raw: &NeuropodTensor) -> Result<Self> {
        let dtype = dtype(raw.dtype).ok_or_else(|| unknown_dtype(raw.dtype))?;
        if raw.rank > MOST_AXES {
            return Err(malformed(format!("a tensor has {} axes, more than {MOST_AXES}", raw.rank)));
        }
        // SAFETY: the caller's promise.
        let dims = unsafe { array(raw.dims, raw.rank, "the array of a tensor's sizes") }?;
        // SAFETY: the caller's promise.
        let data = unsafe { array(raw.data.cast(), raw.len, "a tensor's memory") }?;
        let offsets = match dtype {
            // SAFETY: the caller's promise.
            DType::String => unsafe { offsets(raw.offsets, dims) }?,
            _ => &[],
        };
        Ok(Parts { dtype, dims, data, offsets })
    }

    /// A view; what does not fit together is an error.
    pub(crate) fn view(&self) -> Result<TensorView<'a>> {
        match self.dtype {
            DType::String => TensorView::from_packed_strings(self.dims, self.data, self.offsets),
            _ => TensorView::from_bytes(self.dtype, self.dims, self.data),
        }
    }

    /// A tensor over the same memory, which `owner` keeps alive.
    ///
    /// # Safety
    ///
    /// The memory is valid, and nobody writes it, until `owner` is dropped; if it is `writable`, nobody else uses it
    /// while `owner` is the only owner.
    pub(crate) unsafe fn tensor(&self, owner: Owner, writable: bool) -> Result<Tensor> {
        if self.dtype != DType::String {
            let (start, len) = (self.data.as_ptr(), self.data.len());
            // SAFETY: the caller's promise.
            let data = unsafe {
                match writable {
                    true => Buffer::with_owner_mut(start.cast_mut(), len, owner),
                    false => Buffer::with_owner(start, len, owner),
                }
            };
            return Tensor::from_buffer(self.dtype, self.dims, data);
        }
        let len = size_of_val(self.offsets);
        // SAFETY: the caller's promise, for both.
        let (data, offsets) = unsafe {
            (
                Buffer::with_owner(self.data.as_ptr(), self.data.len(), owner.clone()),
                Buffer::with_owner(self.offsets.as_ptr().cast(), len, owner),
            )
        };
        Tensor::from_string_buffers(self.dims, data, offsets)
    }
}

/// Takes over a tensor that the other side hands over. Its owner is released whatever happens; if there is none,
/// the elements are copied.
///
/// # Safety
///
/// As for [`Parts::check`] during the call; the memory stays valid, and nobody writes it, until the owner is
/// released, and if the flags call it writable, nobody else uses it while that is the only owner.
#[inline]
pub(crate) unsafe fn take(raw: &NeuropodTensor) -> Result<Tensor> {
    // SAFETY: the caller's promise.
    let owner = unsafe { owner::take(raw.owner) }?;
    // SAFETY: the caller's promise.
    let parts = unsafe { Parts::check(raw) }?;
    let writable = raw.flags & NEUROPOD_TENSOR_WRITABLE != 0;
    match owner {
        // What fits as a view does so as a tensor, which then is made where it is to be.
        Some(Owner::Foreign(owner)) if parts.dtype != DType::String => {
            parts.view()?;
            let Parts { dtype, dims, data, .. } = parts;
            // SAFETY: the caller's promise; and it was checked just now.
            Ok(unsafe {
                Tensor::from_foreign_unchecked(dtype, dims, data.as_ptr(), data.len(), writable, owner)
            })
        }
        // What is ours was an input, whatever the other side says of it.
        // SAFETY: the caller's promise.
        Some(owner) => unsafe { parts.tensor(owner, writable && !owner::is_ours(&raw.owner)) },
        None => parts.view().map(|view| view.to_tensor()),
    }
}

/// Borrows a tensor that the program lends: clones of it outlive the call. `None` if it must be copied to be
/// kept. What a program lends was a tensor there, so it is not checked again.
///
/// # Safety
///
/// The tensor is the program's, and the result is dropped before the call ends.
#[inline(always)]
pub(crate) unsafe fn borrow(raw: &NeuropodTensor) -> Option<Tensor> {
    // SAFETY: the caller's promise.
    let owner = unsafe { owner::borrow(&raw.owner) }?;
    // An element type that is not known is told when the input is viewed.
    let dtype = dtype(raw.dtype)?;
    let dims = if raw.rank == 0 { ptr::NonNull::dangling().as_ptr() } else { raw.dims.cast_mut() };
    // SAFETY: the program gives as many sizes as there are axes.
    let dims = unsafe { slice::from_raw_parts(dims, raw.rank) };
    if dtype == DType::String {
        // SAFETY: the caller's promise.
        return unsafe { borrow_strings(raw, dims, Owner::Foreign(owner)) };
    }
    // SAFETY: the program's memory, which the owner keeps alive, and which was a tensor there.
    Some(unsafe { Tensor::from_foreign_unchecked(dtype, dims, raw.data.cast(), raw.len, false, owner) })
}

/// # Safety
///
/// As for [`borrow`].
unsafe fn borrow_strings(raw: &NeuropodTensor, dims: &[usize], owner: Owner) -> Option<Tensor> {
    let len = (dims.iter().product::<usize>() + 1) * size_of::<u64>();
    // SAFETY: the program gives the strings' bytes, one more offset than there are strings, and the owner of both. The
    // owner of the bytes is kept at once: it is a clone.
    let (bytes, offsets) = unsafe {
        (
            Buffer::with_owner(raw.data.cast(), raw.len, owner.clone()),
            Buffer::with_owner(raw.offsets.cast(), len, owner),
        )
    };
    Tensor::from_string_buffers(dims, bytes, offsets).ok()
}

/// Takes over writable memory for numbers.
///
/// # Safety
///
/// As for [`take`], and the memory is nobody else's until the owner is released.
pub(crate) unsafe fn take_writable(raw: &NeuropodTensor, dtype: DType, dims: &[usize]) -> Result<Tensor> {
    // SAFETY: the caller's promise.
    let owner = unsafe { owner::take(raw.owner) }?
        .ok_or_else(|| malformed("memory was allocated without an owner"))?;
    if raw.data.is_null() && raw.len > 0 {
        return Err(malformed("the memory that was allocated is null"));
    }
    // SAFETY: not null, and the caller's promise.
    let data = unsafe { Buffer::from_raw_parts_mut(raw.data.cast_mut().cast(), raw.len, owner) };
    Tensor::from_buffer(dtype, dims, data)
}

/// # Safety
///
/// If `start` is not null, one more value can be read there than the sizes have elements, while `'a` lasts.
unsafe fn offsets<'a>(start: *const u64, dims: &[usize]) -> Result<&'a [u64]> {
    let count = dims.iter().try_fold(1usize, |product, dim| product.checked_mul(*dim));
    let len = count.and_then(|count| count.checked_add(1));
    let len = len.ok_or_else(|| malformed(format!("no memory holds strings of the shape {dims:?}")))?;
    if start.is_null() {
        return Err(malformed("a tensor of strings has no offsets"));
    }
    // SAFETY: not null, and the caller's promise.
    unsafe { array(start, len, "the array of a tensor's offsets") }
}

#[cold]
fn unknown_dtype(code: u32) -> Error {
    malformed(format!("a tensor has the element type {code}, which there is not"))
}
