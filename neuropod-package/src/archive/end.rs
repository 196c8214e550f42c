//! The end of a zip file, which says where its central directory is.

use neuropod_core::ReadAt;

use super::bytes::Fields;
use crate::pread::read_exact_at;
use crate::{PackageError, Problem};

const END: [u8; 4] = *b"PK\x05\x06";
const END_LEN: usize = 22;
const END64: [u8; 4] = *b"PK\x06\x06";
const END64_LEN: usize = 56;
const LOCATOR: [u8; 4] = *b"PK\x06\x07";
const LOCATOR_LEN: usize = 20;
const MAX_COMMENT: usize = u16::MAX as usize;
const MAX16: u64 = u16::MAX as u64;
const MAX32: u64 = u32::MAX as u64;

/// Where the central directory is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Directory {
    pub(super) offset: u64,
    pub(super) size: u64,
    pub(super) entries: u64,
}

/// Finds the central directory. It must end where the end records start, so that no two readers
/// can see different directories.
pub(super) fn find_directory(source: &dyn ReadAt) -> Result<Directory, PackageError> {
    let len = source.size();
    let tail_len = len.min((END_LEN + MAX_COMMENT) as u64) as usize;
    let mut tail = vec![0; tail_len];
    let tail_start = len - tail_len as u64;
    read_exact_at(source, tail_start, &mut tail).map_err(Problem::Read)?;

    let position = find_end(&tail)?;
    let end = Record::parse(&tail[position + 4..]).ok_or(Problem::NotAZip)?;
    let end_offset = tail_start + position as u64;
    let (end, directory_end) = match find_zip64_end(source, end_offset)? {
        Some((end64, offset)) if end.agrees_with(&end64) => (end64, offset),
        Some(_) => return Err(Problem::Zip64End("it contradicts the end record").into()),
        None if end.is_saturated() => return Err(Problem::Zip64End("it is missing").into()),
        None => (end, end_offset),
    };
    if end.disks != [0, 0] || end.entries[0] != end.entries[1] {
        return Err(Problem::MultiDisk.into());
    }
    if end.offset.checked_add(end.size) != Some(directory_end) {
        return Err(Problem::DirectoryPosition.into());
    }
    Ok(Directory { offset: end.offset, size: end.size, entries: end.entries[1] })
}

/// The only place in the tail where an end record can start: its comment ends with the file.
fn find_end(tail: &[u8]) -> Result<usize, PackageError> {
    let mut found = None;
    for (position, record) in tail.windows(END_LEN).enumerate() {
        if record[0] != END[0] || record[..4] != END {
            continue;
        }
        let comment = usize::from(u16::from_le_bytes([record[20], record[21]]));
        if position + END_LEN + comment == tail.len() && found.replace(position).is_some() {
            return Err(Problem::AmbiguousEnd.into());
        }
    }
    found.ok_or_else(|| Problem::NotAZip.into())
}

/// What an end record says.
struct Record {
    disks: [u32; 2],
    entries: [u64; 2],
    size: u64,
    offset: u64,
}

impl Record {
    fn parse(bytes: &[u8]) -> Option<Record> {
        let mut fields = Fields(bytes);
        Some(Record {
            disks: [fields.u16()?.into(), fields.u16()?.into()],
            entries: [fields.u16()?.into(), fields.u16()?.into()],
            size: fields.u32()?.into(),
            offset: fields.u32()?.into(),
        })
    }

    fn parse64(bytes: &[u8]) -> Option<Record> {
        let mut fields = Fields(bytes);
        Some(Record {
            disks: [fields.u32()?, fields.u32()?],
            entries: [fields.u64()?, fields.u64()?],
            size: fields.u64()?,
            offset: fields.u64()?,
        })
    }

    /// Whether a value is too large for the record, so that zip64 must hold it.
    fn is_saturated(&self) -> bool {
        self.entries[1] == MAX16 || self.size == MAX32 || self.offset == MAX32
    }

    /// Whether the zip64 record says the same wherever this one says anything.
    fn agrees_with(&self, wide: &Record) -> bool {
        let agree = |narrow: u64, wide: u64, max: u64| narrow == wide || narrow == max;
        agree(self.entries[0], wide.entries[0], MAX16)
            && agree(self.entries[1], wide.entries[1], MAX16)
            && agree(self.size, wide.size, MAX32)
            && agree(self.offset, wide.offset, MAX32)
            && agree(self.disks[0].into(), wide.disks[0].into(), MAX16)
            && agree(self.disks[1].into(), wide.disks[1].into(), MAX16)
    }
}

/// The zip64 end record and where it starts, if there is one before the end record.
fn find_zip64_end(source: &dyn ReadAt, end_offset: u64) -> Result<Option<(Record, u64)>, PackageError> {
    let Some(locator_offset) = end_offset.checked_sub(LOCATOR_LEN as u64) else {
        return Ok(None);
    };
    let mut locator = [0; LOCATOR_LEN];
    read_exact_at(source, locator_offset, &mut locator).map_err(Problem::Read)?;
    if locator[..4] != LOCATOR {
        return Ok(None);
    }
    let mut fields = Fields(&locator[8..]);
    let offset = fields.u64().unwrap_or(u64::MAX);
    if offset.checked_add(END64_LEN as u64).is_none_or(|end| end > locator_offset) {
        return Err(Problem::Zip64End("it lies outside the file").into());
    }
    let mut record = [0; END64_LEN];
    read_exact_at(source, offset, &mut record).map_err(Problem::Read)?;
    if record[..4] != END64 {
        return Err(Problem::Zip64End("it is not where its locator says").into());
    }
    // Its size leaves out the signature and itself.
    let size = Fields(&record[4..]).u64().unwrap_or(u64::MAX);
    if offset.checked_add(12).and_then(|start| start.checked_add(size)) != Some(locator_offset) {
        return Err(Problem::Zip64End("it does not end at its locator").into());
    }
    let record = Record::parse64(&record[16..]).ok_or(Problem::Zip64End("it is too short"))?;
    Ok(Some((record, offset)))
}
