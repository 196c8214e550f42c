//! A package's files, as a plugin reads them.
#![allow(unsafe_code)]

use std::ffi::c_void;
use std::io::Read;
use std::mem::MaybeUninit;
use std::os::unix::ffi::OsStrExt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::slice;
use std::sync::Arc;

use neuropod_core::{Error, ModelSource, ReadAt, Result};

use crate::abi::*;
use crate::marshal::errors::answer;
use crate::marshal::text::malformed;

/// The functions, with the source as their first argument.
pub(super) fn table(source: &Arc<ModelSource>) -> NeuropodFiles {
    NeuropodFiles {
        size: size_of::<NeuropodFiles>(),
        files: Arc::as_ptr(source).cast_mut().cast(),
        paths: Some(paths),
        open: Some(open),
        open_at: Some(open_at),
        path: Some(path),
    }
}

pub(super) unsafe extern "C" fn retain(files: *mut c_void) {
    // SAFETY: the plugin hands back the pointer of `table`, whose `Arc` is alive.
    unsafe { Arc::increment_strong_count(files.cast::<ModelSource>()) };
}

pub(super) unsafe extern "C" fn release(files: *mut c_void) {
    // What a user's files do when they are dropped must not unwind into the plugin.
    let drop = AssertUnwindSafe(|| {
        // SAFETY: the plugin releases once what `retain` counted.
        unsafe { Arc::decrement_strong_count(files.cast::<ModelSource>()) }
    });
    let _ = catch_unwind(drop);
}

/// # Safety
///
/// `files` is the pointer of `table`, and is kept while `'a` lasts.
unsafe fn source<'a>(files: *mut c_void) -> &'a ModelSource {
    // SAFETY: the caller's promise.
    unsafe { &*files.cast::<ModelSource>() }
}

unsafe extern "C" fn paths(
    files: *mut c_void,
    texts: *mut NeuropodTexts,
    errors: *mut NeuropodErrors,
) -> i32 {
    let work = || {
        // SAFETY: the plugin hands back the pointer of `table`, and keeps it during the call.
        for path in unsafe { source(files) }.files.paths() {
            // SAFETY: the plugin's table.
            unsafe { push(texts, path.as_bytes()) }?;
        }
        Ok(())
    };
    // SAFETY: the plugin's table.
    unsafe { answer(errors, work) }
}

unsafe extern "C" fn path(
    files: *mut c_void,
    path: NeuropodStr,
    texts: *mut NeuropodTexts,
    errors: *mut NeuropodErrors,
) -> i32 {
    let work = || {
        // SAFETY: as in `paths`; the text is valid during the call.
        let place = unsafe { source(files).files.path(path.text()?) }?;
        // SAFETY: the plugin's table.
        unsafe { push(texts, place.as_os_str().as_bytes()) }
    };
    // SAFETY: the plugin's table.
    unsafe { answer(errors, work) }
}

/// # Safety
///
/// `texts` is null, or the plugin's table.
unsafe fn push(texts: *mut NeuropodTexts, text: &[u8]) -> Result<()> {
    // SAFETY: the caller's promise.
    let push = unsafe { texts.as_ref() }.and_then(|table| table.push);
    let push = push.ok_or_else(|| malformed("the plugin gave nothing that takes texts"))?;
    // SAFETY: the plugin's function and table; the text is valid until it returns.
    unsafe { push(texts, NeuropodStr::lend_bytes(text)) };
    Ok(())
}

unsafe extern "C" fn open(
    files: *mut c_void,
    path: NeuropodStr,
    reader: *mut NeuropodReader,
    errors: *mut NeuropodErrors,
) -> i32 {
    let work = || {
        // SAFETY: as in `path`.
        let opened: Box<dyn Read + Send> = unsafe { source(files).files.open(path.text()?) }?;
        let raw = Box::into_raw(Box::new(opened)).cast();
        // SAFETY: the plugin's table, which may be written.
        unsafe { reader.write(NeuropodReader { reader: raw, read: Some(read), close: Some(close) }) };
        Ok(())
    };
    // SAFETY: the plugin's table.
    unsafe { answer(errors, work) }
}

unsafe extern "C" fn read(
    reader: *mut c_void,
    buffer: *mut u8,
    len: usize,
    count: *mut usize,
    errors: *mut NeuropodErrors,
) -> i32 {
    let work = || {
        // SAFETY: the plugin hands back what `open` gave it, before `close`, one thread at a time, with memory
        // of that length which it has initialised or leaves to be written.
        unsafe {
            let reader = &mut *reader.cast::<Box<dyn Read + Send>>();
            buffer.write_bytes(0, len);
            count.write(reader.read(slice::from_raw_parts_mut(buffer, len)).map_err(Error::from)?);
        }
        Ok(())
    };
    // SAFETY: the plugin's table.
    unsafe { answer(errors, work) }
}

unsafe extern "C" fn close(reader: *mut c_void) {
    // SAFETY: the plugin hands back once what `open` gave it.
    let reader = unsafe { Box::from_raw(reader.cast::<Box<dyn Read + Send>>()) };
    let _ = catch_unwind(AssertUnwindSafe(|| drop(reader)));
}

unsafe extern "C" fn open_at(
    files: *mut c_void,
    path: NeuropodStr,
    file: *mut NeuropodFile,
    errors: *mut NeuropodErrors,
) -> i32 {
    let work = || {
        // SAFETY: as in `path`.
        let opened: Arc<dyn ReadAt> = unsafe { source(files).files.open_at(path.text()?) }?;
        let size = opened.size();
        let raw = Box::into_raw(Box::new(opened)).cast();
        let filled = NeuropodFile { file: raw, size, read_at: Some(read_at), close: Some(close_file) };
        // SAFETY: the plugin's table, which may be written.
        unsafe { file.write(filled) };
        Ok(())
    };
    // SAFETY: the plugin's table.
    unsafe { answer(errors, work) }
}

unsafe extern "C" fn read_at(
    file: *mut c_void,
    offset: u64,
    buffer: *mut u8,
    len: usize,
    count: *mut usize,
    errors: *mut NeuropodErrors,
) -> i32 {
    let work = || {
        // SAFETY: the plugin hands back what `open_at` gave it, before `close`, with memory of that length which
        // it has initialised or leaves to be written.
        unsafe {
            let file = &*file.cast::<Arc<dyn ReadAt>>();
            let buffer = slice::from_raw_parts_mut(buffer.cast::<MaybeUninit<u8>>(), len);
            count.write(file.read_checked_at(offset, buffer).map_err(Error::from)?);
        }
        Ok(())
    };
    // SAFETY: the plugin's table.
    unsafe { answer(errors, work) }
}

unsafe extern "C" fn close_file(file: *mut c_void) {
    // SAFETY: the plugin hands back once what `open_at` gave it.
    let file = unsafe { Box::from_raw(file.cast::<Arc<dyn ReadAt>>()) };
    let _ = catch_unwind(AssertUnwindSafe(|| drop(file)));
}
