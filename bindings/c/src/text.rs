//! Texts of C programs.

use std::ffi::{CStr, CString, c_char};

use crate::call::missing;
use crate::failure::{Failure, Result};
use crate::status::NP_Code;

/// Bytes with their number: they may hold zeros, and none ends them.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct NP_String {
    /// The first byte; it may be null if `size` is 0.
    pub data: *const c_char,
    /// The number of bytes.
    pub size: usize,
}

impl NP_String {
    /// The caller keeps the bytes where they are as long as the C program may use them.
    pub(crate) fn lend(bytes: &[u8]) -> Self {
        NP_String { data: bytes.as_ptr().cast(), size: bytes.len() }
    }

    /// # Safety
    ///
    /// The bytes are there, and nobody changes them as long as the slice is used.
    pub(crate) unsafe fn bytes<'a>(self, name: &str) -> Result<&'a [u8]> {
        // SAFETY: the caller's promise.
        unsafe { crate::call::array(self.data.cast(), self.size, name) }
    }

    /// # Safety
    ///
    /// As for `bytes`.
    pub(crate) unsafe fn text<'a>(self, name: &str) -> Result<&'a str> {
        // SAFETY: the caller's promise.
        utf8(unsafe { self.bytes(name) }?, name)
    }
}

/// A text that ends with a zero.
///
/// # Safety
///
/// `text` is null, or leads to bytes up to a zero that nobody changes as long as the result is used.
pub(crate) unsafe fn text<'a>(text: *const c_char, name: &str) -> Result<&'a str> {
    // SAFETY: the caller's promise.
    utf8(unsafe { terminated(text, name) }?, name)
}

/// Bytes up to a zero.
///
/// # Safety
///
/// As for `text`.
pub(crate) unsafe fn terminated<'a>(text: *const c_char, name: &str) -> Result<&'a [u8]> {
    if text.is_null() {
        return Err(missing(name));
    }
    // SAFETY: the caller's promise.
    Ok(unsafe { CStr::from_ptr(text) }.to_bytes())
}

fn utf8<'a>(bytes: &'a [u8], name: &str) -> Result<&'a str> {
    std::str::from_utf8(bytes).map_err(|error| {
        Failure::argument(format!("`{name}` is not UTF-8: {}: {error}", bytes.escape_ascii()))
    })
}

/// A name of a package's as C programs get it.
pub(crate) fn c_string(name: &str) -> Result<CString> {
    CString::new(name).map_err(|_| {
        let message = format!("the name {name:?} holds a zero byte, which no text of C can");
        Failure::new(NP_Code::NEUROPOD_INVALID_SPEC, message)
    })
}
