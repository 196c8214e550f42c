//! A writer of zip files that lies where it is told to.

use std::io::Write;

use flate2::write::DeflateEncoder;

pub(crate) const STORED: u16 = 0;
pub(crate) const DEFLATED: u16 = 8;

/// One entry: what each of its two headers says, and its data.
#[derive(Clone)]
pub(crate) struct Entry {
    pub(crate) central: Header,
    pub(crate) local: Header,
    pub(crate) data: Vec<u8>,
    /// The upper half is the Unix mode.
    pub(crate) attributes: u32,
    pub(crate) disk: u16,
    /// Where the central directory says that the entry is, if not where it is.
    pub(crate) offset: Option<u32>,
}

#[derive(Clone)]
pub(crate) struct Header {
    pub(crate) name: Vec<u8>,
    pub(crate) flags: u16,
    pub(crate) method: u16,
    pub(crate) crc: u32,
    pub(crate) compressed: u32,
    pub(crate) size: u32,
    pub(crate) extra: Vec<u8>,
}

impl Entry {
    pub(crate) fn stored(name: impl AsRef<[u8]>, content: impl AsRef<[u8]>) -> Self {
        Entry::new(name.as_ref(), STORED, content.as_ref(), content.as_ref().to_vec())
    }

    pub(crate) fn deflated(name: impl AsRef<[u8]>, content: impl AsRef<[u8]>) -> Self {
        let mut encoder = DeflateEncoder::new(Vec::new(), flate2::Compression::best());
        encoder.write_all(content.as_ref()).unwrap();
        Entry::new(name.as_ref(), DEFLATED, content.as_ref(), encoder.finish().unwrap())
    }

    fn new(name: &[u8], method: u16, content: &[u8], data: Vec<u8>) -> Self {
        let mut crc = flate2::Crc::new();
        crc.update(content);
        let header = Header {
            name: name.to_vec(),
            flags: 1 << 11,
            method,
            crc: crc.sum(),
            compressed: data.len() as u32,
            size: content.len() as u32,
            extra: Vec::new(),
        };
        Entry {
            central: header.clone(),
            local: header,
            data,
            attributes: 0o100_644 << 16,
            disk: 0,
            offset: None,
        }
    }

    /// Changes both headers in the same way.
    pub(crate) fn both(mut self, change: impl Fn(&mut Header)) -> Self {
        change(&mut self.central);
        change(&mut self.local);
        self
    }

    pub(crate) fn central(mut self, change: impl Fn(&mut Header)) -> Self {
        change(&mut self.central);
        self
    }

    pub(crate) fn local(mut self, change: impl Fn(&mut Header)) -> Self {
        change(&mut self.local);
        self
    }

    pub(crate) fn mode(mut self, mode: u32) -> Self {
        self.attributes = mode << 16;
        self
    }

    /// The header before the data, and the data.
    pub(crate) fn local_bytes(&self) -> Vec<u8> {
        let mut bytes = b"PK\x03\x04\x14\0".to_vec();
        let header = &self.local;
        put16(&mut bytes, &[header.flags, header.method, 0, 0]);
        put32(&mut bytes, &[header.crc, header.compressed, header.size]);
        put16(&mut bytes, &[header.name.len() as u16, header.extra.len() as u16]);
        bytes.extend([&header.name[..], &header.extra, &self.data].concat());
        bytes
    }

    /// The header in the central directory.
    pub(crate) fn central_bytes(&self, offset: u32) -> Vec<u8> {
        let mut bytes = b"PK\x01\x02\x14\x03\x14\0".to_vec();
        let header = &self.central;
        put16(&mut bytes, &[header.flags, header.method, 0, 0]);
        put32(&mut bytes, &[header.crc, header.compressed, header.size]);
        put16(&mut bytes, &[header.name.len() as u16, header.extra.len() as u16, 0, self.disk, 0]);
        put32(&mut bytes, &[self.attributes, self.offset.unwrap_or(offset)]);
        bytes.extend([&header.name[..], &header.extra].concat());
        bytes
    }
}

/// A zip file of entries, with what its end record says.
#[derive(Clone, Default)]
pub(crate) struct Zip {
    pub(crate) entries: Vec<Entry>,
    pub(crate) prefix: Vec<u8>,
    /// Whether offsets count the prefix.
    pub(crate) adjusted: bool,
    pub(crate) comment: Vec<u8>,
    pub(crate) declared_entries: Option<u16>,
    pub(crate) declared_size: Option<u32>,
    pub(crate) declared_offset: Option<u32>,
    pub(crate) disk: u16,
    /// What stands between the central directory and the end record, made from the directory's
    /// offset and size.
    pub(crate) before_end: Option<fn(u64, u64) -> Vec<u8>>,
}

impl Zip {
    pub(crate) fn of(entries: impl IntoIterator<Item = Entry>) -> Self {
        Zip { entries: entries.into_iter().collect(), ..Zip::default() }
    }

    pub(crate) fn bytes(&self) -> Vec<u8> {
        let base = if self.adjusted { 0 } else { self.prefix.len() };
        let mut bytes = self.prefix.clone();
        let mut directory = Vec::new();
        for entry in &self.entries {
            directory.extend(entry.central_bytes((bytes.len() - base) as u32));
            bytes.extend(entry.local_bytes());
        }
        let offset = bytes.len() - base;
        bytes.extend(&directory);
        if let Some(extra) = self.before_end {
            bytes.extend(extra(offset as u64, directory.len() as u64));
        }
        bytes.extend(b"PK\x05\x06");
        let count = self.declared_entries.unwrap_or(self.entries.len() as u16);
        put16(&mut bytes, &[self.disk, 0, count, count]);
        let size = self.declared_size.unwrap_or(directory.len() as u32);
        put32(&mut bytes, &[size, self.declared_offset.unwrap_or(offset as u32)]);
        put16(&mut bytes, &[self.comment.len() as u16]);
        bytes.extend(&self.comment);
        bytes
    }
}

/// A zip64 end record.
pub(crate) fn end64(entries: u64, size: u64, offset: u64) -> Vec<u8> {
    let mut bytes = b"PK\x06\x06".to_vec();
    put64(&mut bytes, &[44]);
    put16(&mut bytes, &[45, 45]);
    put32(&mut bytes, &[0, 0]);
    put64(&mut bytes, &[entries, entries, size, offset]);
    bytes
}

/// What says where the zip64 end record is.
pub(crate) fn locator(offset: u64) -> Vec<u8> {
    let mut bytes = b"PK\x06\x07\0\0\0\0".to_vec();
    put64(&mut bytes, &[offset]);
    put32(&mut bytes, &[1]);
    bytes
}

/// A zip64 extra field of these values.
pub(crate) fn extra64(values: &[u64]) -> Vec<u8> {
    let mut bytes = Vec::new();
    put16(&mut bytes, &[1, (values.len() * 8) as u16]);
    put64(&mut bytes, values);
    bytes
}

fn put16(bytes: &mut Vec<u8>, values: &[u16]) {
    values.iter().for_each(|value| bytes.extend(value.to_le_bytes()));
}

fn put32(bytes: &mut Vec<u8>, values: &[u32]) {
    values.iter().for_each(|value| bytes.extend(value.to_le_bytes()));
}

fn put64(bytes: &mut Vec<u8>, values: &[u64]) {
    values.iter().for_each(|value| bytes.extend(value.to_le_bytes()));
}
