//! Texts, and arrays in general.
#![allow(unsafe_code)]

use std::borrow::Cow;
use std::ptr;
use std::slice;

use neuropod_core::{Error, ErrorKind, Result};

use crate::abi::NeuropodStr;

impl NeuropodStr {
    pub(crate) const EMPTY: NeuropodStr = NeuropodStr { data: ptr::null(), len: 0 };

    /// Lends a text; it must not be used longer than that lives.
    pub(crate) fn lend(text: &str) -> Self {
        NeuropodStr::lend_bytes(text.as_bytes())
    }

    pub(crate) fn lend_bytes(bytes: &[u8]) -> Self {
        NeuropodStr { data: bytes.as_ptr(), len: bytes.len() }
    }

    /// The bytes.
    ///
    /// # Safety
    ///
    /// If `data` is not null, `len` bytes can be read there while `'a` lasts.
    pub(crate) unsafe fn bytes<'a>(self) -> Result<&'a [u8]> {
        // SAFETY: the caller's promise.
        unsafe { array(self.data, self.len, "a text") }
    }

    /// The text.
    ///
    /// # Safety
    ///
    /// As for [`NeuropodStr::bytes`].
    pub(crate) unsafe fn text<'a>(self) -> Result<&'a str> {
        // SAFETY: the caller's promise.
        let bytes = unsafe { self.bytes() }?;
        str::from_utf8(bytes).map_err(|error| {
            let text = String::from_utf8_lossy(bytes);
            malformed(format!("the text `{text}` is not UTF-8")).with_source(error)
        })
    }

    /// A text of the program, which a `str` was lent for, so that it is not checked again.
    ///
    /// # Safety
    ///
    /// The text is the program's, and valid while `'a` lasts.
    pub(crate) unsafe fn text_unchecked<'a>(self) -> &'a str {
        if self.len == 0 {
            return "";
        }
        // SAFETY: the caller's promise, and the interface says that a program's texts are UTF-8.
        unsafe { str::from_utf8_unchecked(slice::from_raw_parts(self.data, self.len)) }
    }

    /// The text, whatever its bytes are.
    ///
    /// # Safety
    ///
    /// As for [`NeuropodStr::bytes`].
    pub(crate) unsafe fn text_lossy<'a>(self) -> Cow<'a, str> {
        // SAFETY: the caller's promise.
        String::from_utf8_lossy(unsafe { self.bytes() }.unwrap_or_default())
    }
}

/// An array that the other side gave; `what` is named in errors.
///
/// # Safety
///
/// If `start` is not null, it is aligned and `len` values can be read there while `'a` lasts.
pub(crate) unsafe fn array<'a, T>(start: *const T, len: usize, what: &str) -> Result<&'a [T]> {
    if len == 0 {
        return Ok(&[]);
    }
    if start.is_null() {
        return Err(malformed(format!("{what} of length {len} is null")));
    }
    if len > isize::MAX as usize / size_of::<T>().max(1) {
        return Err(malformed(format!("{what} has the length {len}, which no memory holds")));
    }
    // SAFETY: not null, and the caller's promise for the rest.
    Ok(unsafe { slice::from_raw_parts(start, len) })
}

/// The other side broke a rule of the interface.
#[cold]
pub(crate) fn malformed(message: impl Into<Cow<'static, str>>) -> Error {
    Error::new(ErrorKind::Internal, message)
}
