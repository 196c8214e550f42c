//! Tensors as bytes.

use std::ffi::c_void;
use std::io::{self, Read, Write};
use std::ptr;

use neuropod::{Tensor, serialize};

use crate::call::{code, missing, out};
use crate::failure::Result;
use crate::handle::{self, lend};
use crate::status::{NP_Code, NP_Status};
use crate::tensor::{self, NP_NeuropodTensor};
use crate::value_map::NP_NeuropodValueMap;

/// Takes `size` bytes; false if that failed. `context` is what was given with the function. It must not throw.
pub type NP_WriteFunction =
    Option<unsafe extern "C" fn(context: *mut c_void, data: *const c_void, size: usize) -> bool>;

/// Gives up to `size` bytes at `data`, and returns how many: 0 at the end, and `SIZE_MAX` if that failed. `context` is
/// what was given with the function. It must not throw.
pub type NP_ReadFunction =
    Option<unsafe extern "C" fn(context: *mut c_void, data: *mut c_void, size: usize) -> usize>;

/// Writes a tensor as bytes, in a few large writes. The format is the same in every language of Neuropod's.
///
/// # Safety
///
/// `tensor` is null or a tensor; `write` is null or can be called with `context`; `status` is null or a status of this
/// thread's.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn NP_SerializeTensor(
    tensor: *const NP_NeuropodTensor,
    write: NP_WriteFunction,
    context: *mut c_void,
    status: *mut NP_Status,
) -> NP_Code {
    let work = || {
        // SAFETY: the caller's promise.
        let tensor = unsafe { lend(tensor) }?.current()?;
        Ok(serialize::write_tensor(Sink::new(write, context)?, &tensor)?)
    };
    // SAFETY: the caller's promise.
    unsafe { code(status, work) }
}

/// Reads a tensor that `NP_SerializeTensor` wrote, into new memory. What follows it is not read. `tensor` receives it,
/// to be freed with `NP_FreeTensor`; on an error it receives null.
///
/// # Safety
///
/// `read` is null or can be called with `context`; `tensor` is null or can be written; `status` is null or a status of
/// this thread's.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn NP_DeserializeTensor(
    read: NP_ReadFunction,
    context: *mut c_void,
    tensor: *mut *mut NP_NeuropodTensor,
    status: *mut NP_Status,
) -> NP_Code {
    let work = || {
        // SAFETY: the caller's promise.
        unsafe { out(tensor, "tensor", ptr::null_mut()) }?;
        let found = serialize::read_tensor(Source::new(read, context)?)?;
        // SAFETY: the caller's promise.
        unsafe { out(tensor, "tensor", tensor::give(found)) }
    };
    // SAFETY: the caller's promise.
    unsafe { code(status, work) }
}

/// Writes every tensor of a map with its name. Otherwise as `NP_SerializeTensor`.
///
/// # Safety
///
/// As for `NP_SerializeTensor`; `nvm` is null or a map that nobody changes meanwhile.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn NP_SerializeValueMap(
    nvm: *const NP_NeuropodValueMap,
    write: NP_WriteFunction,
    context: *mut c_void,
    status: *mut NP_Status,
) -> NP_Code {
    let work = || {
        // SAFETY: the caller's promise.
        let entries = unsafe { lend(nvm) }?.entries().iter();
        let tensors = entries.map(|(name, tensor)| Ok((&**name, tensor.current()?)));
        let tensors = tensors.collect::<Result<Vec<(&str, Tensor)>>>()?;
        let pairs = tensors.iter().map(|(name, tensor)| (*name, tensor));
        Ok(serialize::write_tensors(Sink::new(write, context)?, pairs)?)
    };
    // SAFETY: the caller's promise.
    unsafe { code(status, work) }
}

/// Reads a map that `NP_SerializeValueMap` wrote, into new memory. What follows it is not read. `nvm` receives it, to be
/// freed with `NP_FreeValueMap`; on an error it receives null.
///
/// # Safety
///
/// As for `NP_DeserializeTensor`; `nvm` is null or can be written.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn NP_DeserializeValueMap(
    read: NP_ReadFunction,
    context: *mut c_void,
    nvm: *mut *mut NP_NeuropodValueMap,
    status: *mut NP_Status,
) -> NP_Code {
    let work = || {
        // SAFETY: the caller's promise.
        unsafe { out(nvm, "nvm", ptr::null_mut()) }?;
        let mut map = NP_NeuropodValueMap::default();
        for (name, found) in serialize::read_tensors(Source::new(read, context)?)? {
            map.insert(&name, NP_NeuropodTensor::new(found));
        }
        // SAFETY: the caller's promise.
        unsafe { out(nvm, "nvm", handle::give(map)) }
    };
    // SAFETY: the caller's promise.
    unsafe { code(status, work) }
}

/// Hands bytes to a C program.
struct Sink {
    write: unsafe extern "C" fn(*mut c_void, *const c_void, usize) -> bool,
    context: *mut c_void,
}

impl Sink {
    fn new(write: NP_WriteFunction, context: *mut c_void) -> Result<Self> {
        Ok(Sink { write: write.ok_or_else(|| missing("write"))?, context })
    }
}

impl Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        // SAFETY: the program gave the function for this context.
        match unsafe { (self.write)(self.context, bytes.as_ptr().cast(), bytes.len()) } {
            true => Ok(bytes.len()),
            false => Err(io::Error::other("the program's write function failed")),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Takes bytes of a C program.
struct Source {
    read: unsafe extern "C" fn(*mut c_void, *mut c_void, usize) -> usize,
    context: *mut c_void,
}

impl Source {
    fn new(read: NP_ReadFunction, context: *mut c_void) -> Result<Self> {
        Ok(Source { read: read.ok_or_else(|| missing("read"))?, context })
    }
}

impl Read for Source {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        // SAFETY: the program gave the function for this context, and the buffer has room for so many bytes.
        match unsafe { (self.read)(self.context, buffer.as_mut_ptr().cast(), buffer.len()) } {
            count if count <= buffer.len() => Ok(count),
            usize::MAX => Err(io::Error::other("the program's read function failed")),
            count => {
                let room = buffer.len();
                Err(io::Error::other(format!("the program's read function gave {count} bytes for {room}")))
            }
        }
    }
}
