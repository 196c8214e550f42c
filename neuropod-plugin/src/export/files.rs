//! A package's files, which are the program's.
#![allow(unsafe_code)]

use std::ffi::{OsStr, c_void};
use std::io::{self, Read};
use std::mem::MaybeUninit;
use std::os::unix::ffi::OsStrExt;
use std::path::PathBuf;
use std::ptr;
use std::slice;
use std::sync::{Arc, OnceLock};

use neuropod_core::{ModelFiles, ReadAt, Result};

use crate::abi::*;
use crate::marshal::errors::collect;
use crate::marshal::text::malformed;

/// The files, kept beyond the call of `load`.
#[derive(Debug)]
pub(super) struct ForeignFiles {
    files: *mut c_void,
    functions: Functions,
    paths: OnceLock<Vec<String>>,
}

#[derive(Debug)]
struct Functions {
    paths: unsafe extern "C" fn(*mut c_void, *mut NeuropodTexts, *mut NeuropodErrors) -> i32,
    open: unsafe extern "C" fn(*mut c_void, NeuropodStr, *mut NeuropodReader, *mut NeuropodErrors) -> i32,
    open_at: unsafe extern "C" fn(*mut c_void, NeuropodStr, *mut NeuropodFile, *mut NeuropodErrors) -> i32,
    path: unsafe extern "C" fn(*mut c_void, NeuropodStr, *mut NeuropodTexts, *mut NeuropodErrors) -> i32,
    release: unsafe extern "C" fn(*mut c_void),
}

// SAFETY: the interface says that a program's functions may be called from any thread, several at once.
unsafe impl Send for ForeignFiles {}
// SAFETY: as above.
unsafe impl Sync for ForeignFiles {}

impl ForeignFiles {
    /// # Safety
    ///
    /// The source is the program's, and valid now.
    pub(super) unsafe fn keep(source: &NeuropodSource) -> Result<Self> {
        let missing = || malformed("the program's table of files lacks a function");
        // SAFETY: the caller's promise.
        let table = unsafe { source.files.as_ref() }.ok_or_else(missing)?;
        let functions = Functions {
            paths: table.paths.ok_or_else(missing)?,
            open: table.open.ok_or_else(missing)?,
            open_at: table.open_at.ok_or_else(missing)?,
            path: table.path.ok_or_else(missing)?,
            release: source.release.ok_or_else(missing)?,
        };
        // SAFETY: the caller's promise; `release` is called when this value is dropped.
        unsafe { source.retain.ok_or_else(missing)?(table.files) };
        Ok(ForeignFiles { files: table.files, functions, paths: OnceLock::new() })
    }

    /// Gives texts to a function of the program that takes them one by one.
    fn texts(
        &self,
        what: &str,
        call: impl FnOnce(*mut NeuropodTexts, *mut NeuropodErrors) -> i32,
    ) -> Result<Vec<Vec<u8>>> {
        let mut texts: Vec<Vec<u8>> = Vec::new();
        let mut sink = NeuropodTexts { context: (&raw mut texts).cast(), push: Some(push_text) };
        collect(what, |errors| call(&raw mut sink, errors))?;
        Ok(texts)
    }

    fn list(&self) -> Result<Vec<String>> {
        let texts = self.texts("listing the package's files", |texts, errors| {
            // SAFETY: the files are kept, and both tables live until the call returns.
            unsafe { (self.functions.paths)(self.files, texts, errors) }
        })?;
        Ok(texts.iter().map(|path| String::from_utf8_lossy(path).into_owned()).collect())
    }
}

impl Drop for ForeignFiles {
    fn drop(&mut self) {
        // SAFETY: the files were kept once, and this is the only release.
        unsafe { (self.functions.release)(self.files) };
    }
}

impl ModelFiles for ForeignFiles {
    fn paths(&self) -> Vec<String> {
        // The program cannot fail to list files that it has opened; if it does, there are none.
        self.paths.get_or_init(|| self.list().unwrap_or_default()).clone()
    }

    fn open(&self, path: &str) -> Result<Box<dyn Read + Send>> {
        let mut raw = NeuropodReader { reader: ptr::null_mut(), read: None, close: None };
        collect("opening a file of the package", |errors| {
            // SAFETY: the files are kept, and the text and both tables live until the call returns.
            unsafe { (self.functions.open)(self.files, NeuropodStr::lend(path), &raw mut raw, errors) }
        })?;
        Ok(Box::new(ForeignReader(raw)))
    }

    fn open_at(&self, path: &str) -> Result<Arc<dyn ReadAt>> {
        let mut raw = NeuropodFile { file: ptr::null_mut(), size: 0, read_at: None, close: None };
        collect("opening a file of the package", |errors| {
            // SAFETY: as in `open`.
            unsafe { (self.functions.open_at)(self.files, NeuropodStr::lend(path), &raw mut raw, errors) }
        })?;
        Ok(Arc::new(ForeignFile(raw)))
    }

    fn path(&self, path: &str) -> Result<PathBuf> {
        let mut texts = self.texts("asking for the place of a file of the package", |texts, errors| {
            // SAFETY: as in `open`.
            unsafe { (self.functions.path)(self.files, NeuropodStr::lend(path), texts, errors) }
        })?;
        let place = texts.pop().ok_or_else(|| malformed("the program gave no place for a file"))?;
        Ok(PathBuf::from(OsStr::from_bytes(&place)))
    }

    fn contains(&self, path: &str) -> bool {
        let paths = self.paths.get_or_init(|| self.list().unwrap_or_default());
        paths.binary_search_by(|candidate| candidate.as_str().cmp(path)).is_ok()
    }
}

unsafe extern "C" fn push_text(texts: *mut NeuropodTexts, text: NeuropodStr) {
    // SAFETY: the program hands back the table that `texts` made, whose vector lives until the call returns, and
    // a text that is valid now.
    unsafe {
        let taken: &mut Vec<Vec<u8>> = &mut *(*texts).context.cast();
        taken.push(text.bytes().unwrap_or_default().to_vec());
    }
}

#[derive(Debug)]
struct ForeignReader(NeuropodReader);

// SAFETY: the interface says that a reader may be used from any thread, by one at a time.
unsafe impl Send for ForeignReader {}

impl Read for ForeignReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.0.read.ok_or_else(|| io::Error::other("the program's reader cannot read"))?;
        read_with(buffer.as_mut_ptr(), buffer.len(), |start, len, count, errors| {
            // SAFETY: the reader is open, and the memory and tables live until the call returns.
            unsafe { read(self.0.reader, start, len, count, errors) }
        })
    }
}

impl Drop for ForeignReader {
    fn drop(&mut self) {
        if let Some(close) = self.0.close {
            // SAFETY: the reader is open, and this is the only close.
            unsafe { close(self.0.reader) };
        }
    }
}

#[derive(Debug)]
struct ForeignFile(NeuropodFile);

// SAFETY: the interface says that a file may be read from any thread, several at once.
unsafe impl Send for ForeignFile {}
// SAFETY: as above.
unsafe impl Sync for ForeignFile {}

impl ReadAt for ForeignFile {
    fn size(&self) -> u64 {
        self.0.size
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
        read_with(buffer.as_mut_ptr(), buffer.len(), self.reader(offset)?)
    }

    fn read_uninit_at<'a>(&self, offset: u64, buffer: &'a mut [MaybeUninit<u8>]) -> io::Result<&'a mut [u8]> {
        let start = buffer.as_mut_ptr().cast::<u8>();
        let read = read_with(start, buffer.len(), self.reader(offset)?)?;
        // SAFETY: the start of the buffer, where the program has written so many bytes: the interface says so.
        Ok(unsafe { slice::from_raw_parts_mut(start, read) })
    }
}

impl ForeignFile {
    /// What reads from an offset into memory of so many bytes.
    fn reader(
        &self,
        offset: u64,
    ) -> io::Result<impl FnOnce(*mut u8, usize, *mut usize, *mut NeuropodErrors) -> i32> {
        let read_at = self.0.read_at.ok_or_else(|| io::Error::other("the program's file cannot be read"))?;
        let file = self.0.file;
        Ok(move |start, len, count, errors| {
            // SAFETY: the file is open, and the memory and tables live until the call returns.
            unsafe { read_at(file, offset, start, len, count, errors) }
        })
    }
}

impl Drop for ForeignFile {
    fn drop(&mut self) {
        if let Some(close) = self.0.close {
            // SAFETY: the file is open, and this is the only close.
            unsafe { close(self.0.file) };
        }
    }
}

/// Reads into memory of so many bytes with a function of the program.
fn read_with(
    start: *mut u8,
    len: usize,
    read: impl FnOnce(*mut u8, usize, *mut usize, *mut NeuropodErrors) -> i32,
) -> io::Result<usize> {
    let mut count = 0;
    collect("reading a file of the package", |errors| read(start, len, &raw mut count, errors))
        .map_err(io::Error::other)?;
    match count <= len {
        true => Ok(count),
        false => Err(io::Error::other("the program read more than there was room for")),
    }
}
