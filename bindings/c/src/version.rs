//! Which library this is.

use std::ffi::c_char;

/// The library's version, `"0.1.0"` for instance; `NEUROPOD_VERSION` is that of the header. The text is the library's,
/// and always valid.
#[unsafe(no_mangle)]
pub extern "C" fn NP_GetVersion() -> *const c_char {
    concat!(env!("CARGO_PKG_VERSION"), "\0").as_ptr().cast()
}
