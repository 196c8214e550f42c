//! Calls of the system's dynamic loader.

#![allow(unsafe_code)]

use std::error::Error;
use std::ffi::{CStr, OsStr, c_char, c_int, c_void};
use std::os::unix::ffi::OsStrExt;
use std::path::{self, Path, PathBuf};
use std::{mem, ptr};

use libloading::os::unix::{Library, RTLD_LOCAL, RTLD_NOW};

/// Opens a library until the process ends. `name` is a path, or a file name for the loader to find. The
/// error is the loader's.
pub(crate) fn open(name: &OsStr) -> Result<(), String> {
    // SAFETY: opening runs the library's code. It is the framework's of a plugin that the user
    // installed, from where the user keeps it; nothing of it is called here.
    let library = unsafe { Library::open(Some(name), RTLD_NOW | RTLD_LOCAL) };
    // The plugin that needs it is never closed either.
    library.map(mem::forget).map_err(|error| match error.source() {
        Some(reason) => reason.to_string(),
        None => error.to_string(),
    })
}

/// Where the library of that file name is that the process has open, if it has one.
#[cfg(not(target_os = "macos"))]
pub(crate) fn opened(file_name: &str) -> Option<PathBuf> {
    // SAFETY: with RTLD_NOLOAD nothing is loaded, so no code of a library runs.
    let library = unsafe { Library::open(Some(file_name), RTLD_NOW | RTLD_LOCAL | RTLD_NOLOAD) }.ok()?;
    let handle = library.into_raw();
    let mut map: *const LinkMap = ptr::null();
    // SAFETY: the handle is open, and the request stores one pointer.
    let known = unsafe { dlinfo(handle, RTLD_DI_LINKMAP, (&raw mut map).cast()) } == 0 && !map.is_null();
    // SAFETY: the handle keeps the library open, and with it its entry and the entry's name.
    let path = if known { unsafe { path_at((*map).name) } } else { None };
    // SAFETY: the handle came from `into_raw` above and is not used again. The library was open before
    // and stays so.
    drop(unsafe { Library::from_raw(handle) });
    path
}

/// Where the library of that file name is that the process has open, if it has one.
#[cfg(target_os = "macos")]
pub(crate) fn opened(file_name: &str) -> Option<PathBuf> {
    // SAFETY: the function has no conditions.
    let count = unsafe { _dyld_image_count() };
    let mut paths = (0..count).filter_map(|index| {
        // SAFETY: the name is null or null-terminated, and valid while its library is open: those of
        // frameworks are not closed.
        unsafe { path_at(_dyld_get_image_name(index)) }
    });
    paths.find(|path| path.file_name() == Some(OsStr::new(file_name)))
}

/// The file that holds this code: the program's or a library's.
pub(crate) fn own_file() -> Option<PathBuf> {
    let address = own_file as fn() -> Option<PathBuf> as *const c_void;
    let mut info = DlInfo { file: ptr::null(), base: ptr::null(), symbol: ptr::null(), start: ptr::null() };
    // SAFETY: any address may be asked about, and the struct has the layout of `Dl_info`.
    let known = unsafe { dladdr(address, &raw mut info) } != 0;
    // SAFETY: the name is null or null-terminated, and valid while this code is loaded.
    if known { unsafe { path_at(info.file) } } else { None }
}

/// Whether the process has other rights than the user who started it, so that variables of that user
/// must not lead it to code.
pub(crate) fn has_raised_rights() -> bool {
    use rustix::process::{getegid, geteuid, getgid, getuid};
    getuid() != geteuid() || getgid() != getegid() || is_marked_secure()
}

/// What the kernel says of it, which knows of capabilities too.
#[cfg(any(target_os = "linux", target_os = "android"))]
fn is_marked_secure() -> bool {
    const AT_SECURE: std::ffi::c_ulong = 23;
    // SAFETY: any number may be asked for; an unknown one gives 0.
    unsafe { getauxval(AT_SECURE) != 0 }
}

#[cfg(not(any(target_os = "linux", target_os = "android")))]
fn is_marked_secure() -> bool {
    false
}

/// The path that a C string holds, made absolute.
///
/// # Safety
///
/// The pointer is null, or that of a null-terminated text that is valid during the call.
unsafe fn path_at(text: *const c_char) -> Option<PathBuf> {
    if text.is_null() {
        return None;
    }
    // SAFETY: the caller's promise.
    let text = unsafe { CStr::from_ptr(text) };
    let path = Path::new(OsStr::from_bytes(text.to_bytes()));
    if path.as_os_str().is_empty() { None } else { path::absolute(path).ok() }
}

/// `RTLD_NOLOAD`: open a library only if the process has it already.
#[cfg(not(target_os = "macos"))]
const RTLD_NOLOAD: c_int = 4;

#[cfg(not(target_os = "macos"))]
const RTLD_DI_LINKMAP: c_int = 2;

/// The beginning of C's `struct link_map`.
#[cfg(not(target_os = "macos"))]
#[repr(C)]
struct LinkMap {
    address: usize,
    name: *const c_char,
}

/// C's `Dl_info`.
#[repr(C)]
struct DlInfo {
    file: *const c_char,
    base: *const c_void,
    symbol: *const c_char,
    start: *const c_void,
}

unsafe extern "C" {
    fn dladdr(address: *const c_void, info: *mut DlInfo) -> c_int;
    #[cfg(not(target_os = "macos"))]
    fn dlinfo(handle: *mut c_void, request: c_int, info: *mut c_void) -> c_int;
    #[cfg(target_os = "macos")]
    fn _dyld_image_count() -> u32;
    #[cfg(target_os = "macos")]
    fn _dyld_get_image_name(index: u32) -> *const c_char;
    #[cfg(any(target_os = "linux", target_os = "android"))]
    fn getauxval(kind: std::ffi::c_ulong) -> std::ffi::c_ulong;
}
