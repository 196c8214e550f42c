//! Zip files, read strictly.
//!
//! General readers of zip files are lenient: they look for a directory in several places, take the
//! last of two entries with one name, and do not compare the two headers that each entry has. Then
//! two tools see two different packages in one file. This reader accepts one interpretation, and
//! says what it refuses and where; `flate2` inflates. (Writing has no such problem and is left to
//! the `zip` crate.)

mod bytes;
mod end;
mod entry;
mod reader;

use std::io::Read;
use std::sync::Arc;

use neuropod_core::ReadAt;

use self::entry::Entry;
pub(crate) use self::reader::Check;
use self::reader::EntryReader;
use crate::names::{Names, check_distinct};
use crate::pread::{RangeAt, read_exact_at};
use crate::{Limits, PackageError, Problem};

/// A zip file: its one open handle, and its entries.
#[derive(Debug)]
pub(crate) struct Archive {
    source: Arc<dyn ReadAt>,
    directory_offset: u64,
    files: Vec<Entry>,
    folders: Vec<String>,
}

impl Archive {
    /// Reads the central directory and checks all that it says. The entries are not read.
    pub(crate) fn open(source: Arc<dyn ReadAt>, limits: &Limits, names: Names) -> Result<Self, PackageError> {
        let directory = end::find_directory(&*source)?;
        if directory.entries > limits.max_entries {
            let (found, limit) = (directory.entries, limits.max_entries);
            return Err(Problem::TooManyEntries { found, limit }.into());
        }
        if directory.size > limits.max_directory_size {
            let (size, limit) = (directory.size, limits.max_directory_size);
            return Err(Problem::DirectoryTooLarge { size, limit }.into());
        }
        let mut bytes = vec![0; directory.size as usize];
        read_exact_at(&*source, directory.offset, &mut bytes).map_err(Problem::Read)?;
        let entries = entry::parse_directory(&bytes, limits)?;
        if entries.len() as u64 != directory.entries {
            let (declared, found) = (directory.entries, entries.len() as u64);
            return Err(Problem::EntryCount { declared, found }.into());
        }
        let start = entries.iter().map(|entry| entry.header_offset).min().unwrap_or(directory.offset);
        if start != 0 {
            return Err(Problem::Prefix(start).into());
        }
        check_total_size(&entries, limits.max_total_size)?;
        check_distinct(entries.iter().map(|entry| (entry.path.as_str(), entry.is_folder)), names)?;
        let (folders, mut files): (Vec<_>, Vec<_>) = entries.into_iter().partition(|entry| entry.is_folder);
        files.sort_unstable_by(|a, b| a.path.cmp(&b.path));
        let folders = folders.into_iter().map(|entry| entry.path).collect();
        Ok(Archive { source, directory_offset: directory.offset, files, folders })
    }

    /// Compares both headers of every file, and checks that no two share data.
    pub(crate) fn check_layout(&self) -> Result<(), PackageError> {
        let mut ranges = Vec::with_capacity(self.files.len());
        for (index, entry) in self.files.iter().enumerate() {
            let data_start = entry.data_start(&*self.source, self.directory_offset)?;
            ranges.push((entry.header_offset, data_start + entry.compressed, index));
        }
        ranges.sort_unstable();
        for pair in ranges.windows(2) {
            let [(_, end, first), (start, _, second)] = [pair[0], pair[1]];
            if start < end {
                let other = self.files[first].path.clone();
                return Err(Problem::Overlap { other }.at(&self.files[second].path));
            }
        }
        Ok(())
    }

    /// The path and size of every file, sorted by path.
    pub(crate) fn files(&self) -> Vec<(String, u64)> {
        self.files.iter().map(|entry| (entry.path.clone(), entry.size)).collect()
    }

    /// The folders that have an entry of their own.
    pub(crate) fn folders(&self) -> impl Iterator<Item = &str> {
        self.folders.iter().map(String::as_str)
    }

    /// The files that are larger than so many times their compressed form.
    pub(crate) fn expanding(&self, ratio: u64) -> impl Iterator<Item = &str> {
        let expands = move |entry: &&Entry| entry.size > entry.compressed.saturating_mul(ratio);
        self.files.iter().filter(expands).map(|entry| entry.path.as_str())
    }

    /// Reads the file of that index.
    pub(crate) fn open_file(
        &self,
        index: usize,
        check: Check,
    ) -> Result<impl Read + Send + use<>, PackageError> {
        let entry = &self.files[index];
        let data_start = entry.data_start(&*self.source, self.directory_offset)?;
        Ok(EntryReader::new(entry, Arc::clone(&self.source), data_start, check))
    }

    /// The file of that index as a range of the zip file, unless it is compressed.
    pub(crate) fn stored(&self, index: usize) -> Result<Option<RangeAt>, PackageError> {
        let entry = &self.files[index];
        if entry.is_deflated {
            return Ok(None);
        }
        let data_start = entry.data_start(&*self.source, self.directory_offset)?;
        Ok(Some(RangeAt::new(Arc::clone(&self.source), data_start, entry.size)))
    }
}

fn check_total_size(entries: &[Entry], limit: u64) -> Result<(), PackageError> {
    let total = entries.iter().try_fold(0u64, |total, entry| total.checked_add(entry.size));
    match total {
        Some(total) if total <= limit => Ok(()),
        _ => Err(Problem::TooLarge { limit }.into()),
    }
}
