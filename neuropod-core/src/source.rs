//! What a backend loads a model from.

use std::collections::BTreeMap;
use std::fmt::Debug;
use std::io::{self, Read};
use std::mem::MaybeUninit;
use std::path::PathBuf;
use std::sync::Arc;

use crate::buffer::zeroed;
use crate::{DeviceType, Error, ErrorKind, Result, TensorSpec};

/// A package's problem definition and its files.
///
/// It stays alive as long as the model if the backend keeps the `Arc` it was given: paths from
/// [`ModelFiles::path`] are valid that long.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ModelSource {
    /// The model's name.
    pub name: String,
    /// The platform, `torchscript` for instance.
    pub platform: String,
    /// The inputs, with unique names.
    pub inputs: Vec<TensorSpec>,
    /// The outputs, with unique names.
    pub outputs: Vec<TensorSpec>,
    /// Base names of the shared libraries under `0/ops`.
    pub custom_ops: Vec<String>,
    /// Where each input is put; an input that is not named goes to the GPU if the model runs there.
    pub input_devices: BTreeMap<String, DeviceType>,
    /// The package's files.
    pub files: Arc<dyn ModelFiles>,
}

impl ModelSource {
    /// A source with these files, and without inputs and outputs.
    pub fn new(name: impl Into<String>, platform: impl Into<String>, files: Arc<dyn ModelFiles>) -> Self {
        ModelSource {
            name: name.into(),
            platform: platform.into(),
            inputs: Vec::new(),
            outputs: Vec::new(),
            custom_ops: Vec::new(),
            input_devices: BTreeMap::new(),
            files,
        }
    }

    /// The content of a custom operator's library, `0/ops/<name>`, for a backend to tell which
    /// libraries it has loaded already.
    ///
    /// # Errors
    ///
    /// As for [`ModelFiles::open`]; [`ErrorKind::Load`] if the end of the file is missing: to load
    /// such a library would end the process.
    pub fn read_custom_op(&self, name: &str) -> Result<Vec<u8>> {
        let path = format!("0/ops/{name}");
        let content = self.files.read(&path, u64::MAX)?;
        if is_cut_off_library(&content, content.len() as u64) {
            let message = format!("the custom operator `{name}` cannot be loaded: its file is cut off");
            return Err(Error::new(ErrorKind::Load, message).with("file", path));
        }
        Ok(content)
    }

    /// Where the input of that name is put when the model runs on a GPU.
    pub fn input_device(&self, name: &str) -> DeviceType {
        self.input_devices.get(name).copied().unwrap_or(DeviceType::Gpu)
    }
}

/// Whether the end of a shared library's file is missing, for an ELF file: the system's loader would map
/// what is not there, and the process would end as soon as it is touched. The table of sections comes last
/// in such a file. `start` is at least the first 64 bytes of it, and `size` its size in bytes.
pub fn is_cut_off_library(start: &[u8], size: u64) -> bool {
    const MAGIC: &[u8] = b"\x7fELF\x02\x01"; // of 64 bits, in little-endian order
    let number = |at: usize, len: usize| {
        let bytes = start.get(at..at + len).unwrap_or_default();
        bytes.iter().rev().fold(0u64, |number, byte| number << 8 | u64::from(*byte))
    };
    // The table's offset, the size of an entry, and the number of them.
    let end = number(0x28, 8).saturating_add(number(0x3a, 2) * number(0x3c, 2));
    start.starts_with(MAGIC) && (size < 0x40 || end > size)
}

/// The files of a package, by their path from its root with `/` between the parts:
/// `0/data/model.pt` for instance.
///
/// Every path is checked: one that is absolute or leaves the package is an error.
pub trait ModelFiles: Debug + Send + Sync {
    /// The paths of all files, sorted.
    fn paths(&self) -> Vec<String>;

    /// Opens a file to be read from start to end.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::NotFound`] if there is no such file, [`ErrorKind::Io`] if it cannot be opened.
    /// Reading can fail later if the file is damaged.
    fn open(&self, path: &str) -> Result<Box<dyn Read + Send>>;

    /// Opens a file to be read anywhere, by several threads. Nothing is held in memory; a
    /// compressed file is unpacked to disk first.
    ///
    /// # Errors
    ///
    /// As for [`ModelFiles::open`], and if the file is damaged.
    fn open_at(&self, path: &str) -> Result<Arc<dyn ReadAt>>;

    /// The place of a file or folder on disk, which is valid while this value lives. Zipped files
    /// are unpacked into a private temporary folder.
    ///
    /// # Errors
    ///
    /// As for [`ModelFiles::open_at`].
    fn path(&self, path: &str) -> Result<PathBuf>;

    /// Whether there is a file of that path.
    fn contains(&self, path: &str) -> bool {
        self.paths().binary_search_by(|candidate| candidate.as_str().cmp(path)).is_ok()
    }

    /// Reads a whole file, at most `limit` bytes of it.
    ///
    /// # Errors
    ///
    /// As for [`ModelFiles::open`]; [`ErrorKind::UnsafePackage`] if the file is larger than `limit`.
    fn read(&self, path: &str, limit: u64) -> Result<Vec<u8>> {
        let mut content = Vec::new();
        let read = self.open(path)?.take(limit.saturating_add(1)).read_to_end(&mut content);
        read.map_err(|error| Error::from(error).with("file", path))?;
        if content.len() as u64 > limit {
            let message = format!("the file is larger than the limit of {limit} bytes");
            return Err(Error::new(ErrorKind::UnsafePackage, message).with("file", path));
        }
        Ok(content)
    }
}

/// A file that can be read anywhere, by several threads at once.
pub trait ReadAt: Debug + Send + Sync {
    /// The size in bytes.
    fn size(&self) -> u64;

    /// Reads up to `buffer.len()` bytes from `offset` and returns how many: 0 at the end alone.
    ///
    /// # Errors
    ///
    /// If the system cannot read the file.
    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize>;

    /// The same into memory that need not be initialised. Returns the start of the buffer, which was read.
    ///
    /// Unless it is overridden, the whole buffer is initialised first, which is a pass over the memory.
    ///
    /// # Errors
    ///
    /// As for [`ReadAt::read_at`].
    fn read_uninit_at<'a>(&self, offset: u64, buffer: &'a mut [MaybeUninit<u8>]) -> io::Result<&'a mut [u8]> {
        let buffer = zeroed(buffer);
        let read = self.read_at(offset, buffer)?;
        buffer.get_mut(..read).ok_or_else(|| io::Error::other("more was read than there was room for"))
    }
}

impl dyn ReadAt + '_ {
    /// Reads as [`ReadAt::read_uninit_at`] does, and returns how many bytes at the start of the buffer are initialised
    /// now: at least one, unless the file ends or the buffer is empty. Unsafe code can rely on that, whoever wrote the
    /// file's methods.
    ///
    /// # Errors
    ///
    /// As for [`ReadAt::read_at`], and if what was read is not at the start of the buffer.
    pub fn read_checked_at(&self, offset: u64, buffer: &mut [MaybeUninit<u8>]) -> io::Result<usize> {
        let (start, room) = (buffer.as_ptr().cast::<u8>(), buffer.len());
        let read = self.read_uninit_at(offset, buffer)?;
        match read.is_empty() || (read.as_ptr() == start && read.len() <= room) {
            true => Ok(read.len()),
            false => {
                Err(io::Error::other("what was read is not at the start of the buffer that was given for it"))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug)]
    struct InMemory(&'static [u8]);

    impl ReadAt for InMemory {
        fn size(&self) -> u64 {
            self.0.len() as u64
        }

        fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
            let rest = &self.0[self.0.len().min(offset as usize)..];
            let read = rest.len().min(buffer.len());
            buffer[..read].copy_from_slice(&rest[..read]);
            Ok(read)
        }
    }

    /// Says that it has read what it has not.
    #[derive(Debug)]
    struct Liar;

    impl ReadAt for Liar {
        fn size(&self) -> u64 {
            1 << 20
        }

        fn read_at(&self, _: u64, buffer: &mut [u8]) -> io::Result<usize> {
            Ok(buffer.len() + 1)
        }

        fn read_uninit_at<'a>(&self, _: u64, buffer: &'a mut [MaybeUninit<u8>]) -> io::Result<&'a mut [u8]> {
            Ok(&mut zeroed(&mut buffer[1..])[..2])
        }
    }

    #[test]
    fn files_fill_memory_that_is_not_initialised() {
        let file = InMemory(b"weights");
        let mut memory = [const { MaybeUninit::uninit() }; 4];
        assert_eq!(file.read_uninit_at(0, &mut memory).unwrap(), b"weig");
        assert_eq!(file.read_uninit_at(4, &mut memory).unwrap(), b"hts");
        let file: &dyn ReadAt = &file;
        assert_eq!(file.read_checked_at(4, &mut memory).unwrap(), 3);
        assert_eq!(file.read_checked_at(7, &mut memory).unwrap(), 0);
    }

    #[test]
    fn what_a_file_has_not_read_is_not_relied_on() {
        let file: &dyn ReadAt = &Liar;
        let message = file.read_checked_at(0, &mut [MaybeUninit::uninit(); 4]).unwrap_err().to_string();
        assert_eq!(message, "what was read is not at the start of the buffer that was given for it");
        #[derive(Debug)]
        struct Boaster;
        impl ReadAt for Boaster {
            fn size(&self) -> u64 {
                4
            }
            fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
                Liar.read_at(offset, buffer)
            }
        }
        let message = Boaster.read_uninit_at(0, &mut [MaybeUninit::uninit(); 4]).unwrap_err().to_string();
        assert_eq!(message, "more was read than there was room for");
    }
}
