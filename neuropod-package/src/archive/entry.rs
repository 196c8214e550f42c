//! What a zip file says about its entries: the central directory, and the header before each
//! entry's data.

use neuropod_core::ReadAt;

use super::bytes::Fields;
use crate::path::check_path;
use crate::pread::read_exact_at;
use crate::{Limits, PackageError, Problem};

const CENTRAL: [u8; 4] = *b"PK\x01\x02";
const CENTRAL_LEN: usize = 46;
const LOCAL: [u8; 4] = *b"PK\x03\x04";
const LOCAL_LEN: usize = 30;
const ZIP64_EXTRA: u16 = 0x0001;
const MAX32: u64 = u32::MAX as u64;

const STORED: u16 = 0;
const DEFLATED: u16 = 8;

/// Bits of the flags: encrypted, sizes follow the data, strongly encrypted, headers masked.
const FLAG_ENCRYPTED: u16 = 1;
const FLAG_DESCRIPTOR: u16 = 1 << 3;
const FLAGS_ENCRYPTION: u16 = FLAG_ENCRYPTED | 1 << 6 | 1 << 13;

/// Unix file types, in the upper half of the external attributes.
const TYPE_MASK: u32 = 0xf000;
const TYPE_FOLDER: u32 = 0x4000;
const TYPE_REGULAR: u32 = 0x8000;
const TYPE_SYMLINK: u32 = 0xa000;

/// A file or folder in a zip file.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    /// Without the `/` at the end of a folder.
    pub(super) path: String,
    pub(super) is_folder: bool,
    pub(super) is_deflated: bool,
    pub(super) crc: u32,
    pub(super) compressed: u64,
    pub(super) size: u64,
    pub(super) header_offset: u64,
    flags: u16,
}

/// Parses the central directory, and checks what can be told from it alone.
pub(super) fn parse_directory(bytes: &[u8], limits: &Limits) -> Result<Vec<Entry>, PackageError> {
    let mut entries = Vec::new();
    let mut rest = Fields(bytes);
    while !rest.0.is_empty() {
        let offset = (bytes.len() - rest.0.len()) as u64;
        if entries.len() as u64 >= limits.max_entries {
            let found = entries.len() as u64 + 1;
            return Err(Problem::TooManyEntries { found, limit: limits.max_entries }.into());
        }
        let raw = Central::parse(&mut rest).ok_or(Problem::DirectoryHeader { offset })?;
        entries.push(raw.into_entry(limits)?);
    }
    Ok(entries)
}

/// A header in the central directory.
struct Central<'a> {
    flags: u16,
    method: u16,
    crc: u32,
    compressed: u32,
    size: u32,
    disk: u16,
    attributes: u32,
    offset: u32,
    name: &'a [u8],
    extra: &'a [u8],
}

impl<'a> Central<'a> {
    fn parse(rest: &mut Fields<'a>) -> Option<Self> {
        let mut header = Fields(rest.take(CENTRAL_LEN)?);
        if header.take(4)? != CENTRAL {
            return None;
        }
        header.take(4)?; // versions
        let (flags, method) = (header.u16()?, header.u16()?);
        header.take(4)?; // time
        let (crc, compressed, size) = (header.u32()?, header.u32()?, header.u32()?);
        let lengths = [header.u16()?, header.u16()?, header.u16()?].map(usize::from);
        let disk = header.u16()?;
        header.take(2)?; // internal attributes
        let (attributes, offset) = (header.u32()?, header.u32()?);
        let name = rest.take(lengths[0])?;
        let extra = rest.take(lengths[1])?;
        rest.take(lengths[2])?; // comment
        Some(Central { flags, method, crc, compressed, size, disk, attributes, offset, name, extra })
    }

    fn into_entry(self, limits: &Limits) -> Result<Entry, PackageError> {
        let name = std::str::from_utf8(self.name)
            .map_err(|_| Problem::PathNotUtf8.at(&String::from_utf8_lossy(self.name)))?;
        let (path, is_folder) = match name.strip_suffix('/') {
            Some(folder) => (folder, true),
            None => (name, false),
        };
        check_path(path, limits.max_path_length).map_err(|flaw| Problem::UnsafePath(flaw).at(name))?;
        self.checked(path, is_folder, limits).map_err(|problem| problem.at(path))
    }

    fn checked(self, path: &str, is_folder: bool, limits: &Limits) -> Result<Entry, Problem> {
        check_type(self.attributes >> 16, is_folder)?;
        if self.flags & FLAGS_ENCRYPTION != 0 {
            return Err(Problem::Encrypted);
        }
        if self.method != STORED && self.method != DEFLATED {
            return Err(Problem::Compression(self.method));
        }
        let mut zip64 = Zip64::find(self.extra)?;
        let size = zip64.widen(self.size)?;
        let compressed = zip64.widen(self.compressed)?;
        let header_offset = zip64.widen(self.offset)?;
        if self.disk != 0 {
            return Err(Problem::MultiDisk);
        }
        let entry = Entry {
            path: path.to_owned(),
            is_folder,
            is_deflated: self.method == DEFLATED,
            crc: self.crc,
            compressed,
            size,
            header_offset,
            flags: self.flags,
        };
        entry.check_sizes(limits)?;
        Ok(entry)
    }
}

fn check_type(mode: u32, is_folder: bool) -> Result<(), Problem> {
    match mode & TYPE_MASK {
        0 => Ok(()),
        TYPE_FOLDER if is_folder => Ok(()),
        TYPE_REGULAR if !is_folder => Ok(()),
        TYPE_SYMLINK => Err(Problem::Symlink),
        _ => Err(Problem::NotRegular),
    }
}

impl Entry {
    fn check_sizes(&self, limits: &Limits) -> Result<(), Problem> {
        let contradict = if self.is_folder {
            self.size != 0
        } else if self.is_deflated {
            self.compressed == 0
        } else {
            self.size != self.compressed
        };
        if contradict {
            return Err(Problem::SizesContradict);
        }
        if self.size > self.compressed.saturating_mul(limits.max_expansion_ratio) {
            let (compressed, size) = (self.compressed, self.size);
            return Err(Problem::ExpansionRatio { compressed, size, limit: limits.max_expansion_ratio });
        }
        Ok(())
    }

    /// Where the entry's data starts, once the header before it was found to say the same as the
    /// central directory.
    pub(super) fn data_start(&self, source: &dyn ReadAt, directory_offset: u64) -> Result<u64, PackageError> {
        self.find_data(source, directory_offset).map_err(|problem| problem.at(&self.path))
    }

    fn find_data(&self, source: &dyn ReadAt, directory_offset: u64) -> Result<u64, Problem> {
        let name = self.raw_name();
        let name_end = self
            .header_offset
            .checked_add((LOCAL_LEN + name.len()) as u64)
            .filter(|end| *end <= directory_offset)
            .ok_or(Problem::LocalHeader)?;
        let mut header = vec![0; LOCAL_LEN + name.len()];
        read_exact_at(source, self.header_offset, &mut header).map_err(Problem::Read)?;
        let local = Local::parse(&header).ok_or(Problem::LocalHeader)?;
        let data_start = name_end + u64::from(local.extra_len);
        if data_start.checked_add(self.compressed).is_none_or(|end| end > directory_offset) {
            return Err(Problem::OutOfBounds);
        }
        let mut extra = vec![0; usize::from(local.extra_len)];
        if local.is_wide() {
            read_exact_at(source, name_end, &mut extra).map_err(Problem::Read)?;
        }
        self.compare(&local, name.as_bytes(), &extra)?;
        Ok(data_start)
    }

    fn compare(&self, local: &Local<'_>, name: &[u8], extra: &[u8]) -> Result<(), Problem> {
        let differ = |what| Err(Problem::HeadersDiffer(what));
        if usize::from(local.name_len) != name.len() || local.name != name {
            return differ("name");
        }
        let method = if self.is_deflated { DEFLATED } else { STORED };
        if local.method != method {
            return differ("compression method");
        }
        let compared = FLAGS_ENCRYPTION | FLAG_DESCRIPTOR;
        if local.flags & compared != self.flags & compared {
            return differ("flags");
        }
        let (size, compressed) = local.sizes(extra)?;
        // Written in one pass, the sizes stand behind the data and here are zeros.
        let unknown = local.flags & FLAG_DESCRIPTOR != 0;
        let same = |local: u64, central: u64| local == central || (unknown && local == 0);
        if !same(local.crc.into(), self.crc.into()) {
            return differ("CRC-32");
        }
        if !same(size, self.size) || !same(compressed, self.compressed) {
            return differ("sizes");
        }
        Ok(())
    }

    fn raw_name(&self) -> String {
        if self.is_folder { format!("{}/", self.path) } else { self.path.clone() }
    }
}

/// The header before an entry's data.
struct Local<'a> {
    flags: u16,
    method: u16,
    crc: u32,
    compressed: u32,
    size: u32,
    name_len: u16,
    extra_len: u16,
    name: &'a [u8],
}

impl<'a> Local<'a> {
    fn parse(bytes: &'a [u8]) -> Option<Self> {
        let mut header = Fields(bytes);
        if header.take(4)? != LOCAL {
            return None;
        }
        header.take(2)?; // version
        let (flags, method) = (header.u16()?, header.u16()?);
        header.take(4)?; // time
        let (crc, compressed, size) = (header.u32()?, header.u32()?, header.u32()?);
        let (name_len, extra_len) = (header.u16()?, header.u16()?);
        Some(Local { flags, method, crc, compressed, size, name_len, extra_len, name: header.0 })
    }

    /// Whether a size stands in the extra field.
    fn is_wide(&self) -> bool {
        u64::from(self.size) == MAX32 || u64::from(self.compressed) == MAX32
    }

    fn sizes(&self, extra: &[u8]) -> Result<(u64, u64), Problem> {
        if !self.is_wide() {
            return Ok((self.size.into(), self.compressed.into()));
        }
        let mut zip64 = Zip64::find(extra)?;
        Ok((zip64.widen(self.size)?, zip64.widen(self.compressed)?))
    }
}

/// The values of a zip64 extra field, which stand in for those that do not fit 32 bits.
struct Zip64<'a>(Option<Fields<'a>>);

impl<'a> Zip64<'a> {
    fn find(extra: &'a [u8]) -> Result<Self, Problem> {
        let mut found = None;
        let mut rest = Fields(extra);
        // Some writers pad the extra field with up to three zeros.
        while rest.0.len() >= 4 {
            let id = rest.u16().ok_or(Problem::Zip64Extra)?;
            let len = rest.u16().ok_or(Problem::Zip64Extra)?;
            let Some(value) = rest.take(len.into()) else {
                break;
            };
            if id == ZIP64_EXTRA && found.replace(Fields(value)).is_some() {
                return Err(Problem::Zip64Extra);
            }
        }
        Ok(Zip64(found))
    }

    fn widen(&mut self, value: u32) -> Result<u64, Problem> {
        if u64::from(value) != MAX32 {
            return Ok(value.into());
        }
        self.0.as_mut().and_then(Fields::u64).ok_or(Problem::Zip64Extra)
    }
}
