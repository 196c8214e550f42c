//! Zip files whose records are missing, contradict each other, or can be read in two ways.

use neuropod_package::{Limits, OpenOptions, Problem};

use crate::raw_zip::{Entry, Zip, end64, extra64, locator};
use crate::{assert_refused, config, open_bytes, refused, with};

fn refused_bytes(bytes: &[u8]) -> neuropod_package::PackageError {
    open_bytes(bytes, OpenOptions::new()).unwrap_err()
}

#[test]
fn nothing() {
    assert_refused!(refused_bytes(b""), Problem::NotAZip, None);
}

#[test]
fn no_zip_file() {
    assert_refused!(refused_bytes(&[b'P'; 100_000]), Problem::NotAZip, None);
}

#[test]
fn every_truncation() {
    let whole = with([Entry::deflated("0/data/model.pt", [7; 100])]).bytes();
    for len in 0..whole.len() {
        assert_refused!(refused_bytes(&whole[..len]), Problem::NotAZip, None);
    }
}

#[test]
fn no_entries() {
    assert_refused!(refused(&Zip::default()), Problem::NoConfig, None);
}

#[test]
fn trailing_bytes() {
    let mut bytes = with([]).bytes();
    bytes.push(0);
    assert_refused!(refused_bytes(&bytes), Problem::NotAZip, None);
}

#[test]
fn an_end_record_in_the_comment() {
    let mut zip = with([]);
    zip.comment = Zip::default().bytes();
    assert_refused!(refused(&zip), Problem::AmbiguousEnd, None);
}

#[test]
fn a_program_before_the_zip_file() {
    let mut zip = with([]);
    zip.prefix = b"#!/bin/sh\nrm -rf ~\nexit\n".to_vec();
    zip.adjusted = true;
    // The offsets count from the start of the file: they are consistent, but leave room.
    let shifted = zip.prefix.len() as u32;
    zip.entries[0].offset = Some(shifted);
    assert_refused!(refused(&Zip { adjusted: false, ..zip.clone() }), Problem::DirectoryPosition, None);
    zip.declared_offset = Some(shifted + zip.entries[0].local_bytes().len() as u32);
    assert_refused!(refused(&zip), Problem::Prefix(24), None);
}

#[test]
fn bytes_between_directory_and_end() {
    let mut zip = with([]);
    zip.before_end = Some(|_, _| vec![0; 100]);
    assert_refused!(refused(&zip), Problem::DirectoryPosition, None);
}

#[test]
fn a_directory_beyond_the_file() {
    let mut zip = with([]);
    zip.declared_offset = Some(0x7fff_ffff);
    assert_refused!(refused(&zip), Problem::DirectoryPosition, None);
}

#[test]
fn more_entries_declared() {
    let mut zip = with([]);
    zip.declared_entries = Some(2);
    assert_refused!(refused(&zip), Problem::EntryCount { declared: 2, found: 1 }, None);
}

#[test]
fn entries_that_are_not_declared() {
    let mut zip = with([Entry::stored("hidden", "x")]);
    zip.declared_entries = Some(1);
    assert_refused!(refused(&zip), Problem::EntryCount { declared: 1, found: 2 }, None);
}

#[test]
fn a_damaged_directory() {
    let zip = with([Entry::stored("a", "x")]);
    let mut bytes = zip.bytes();
    let second = bytes.windows(4).rposition(|window| window == b"PK\x01\x02").unwrap();
    bytes[second] = b'Q';
    let first_len = 46 + "config.json".len() as u64;
    let error = refused_bytes(&bytes);
    assert!(
        matches!(error.problem(), Problem::DirectoryHeader { offset } if *offset == first_len),
        "{error:?}"
    );
}

#[test]
fn a_name_that_leaves_the_directory() {
    let mut bytes = with([]).bytes();
    let header = bytes.windows(4).rposition(|window| window == b"PK\x01\x02").unwrap();
    bytes[header + 29] = 0xff;
    assert_refused!(refused_bytes(&bytes), Problem::DirectoryHeader { offset: 0 }, None);
}

#[test]
fn one_of_several_disks() {
    let mut zip = with([]);
    zip.disk = 1;
    assert_refused!(refused(&zip), Problem::MultiDisk, None);
}

#[test]
fn an_entry_on_another_disk() {
    let mut entry = config();
    entry.disk = 1;
    assert_refused!(refused(&Zip::of([entry])), Problem::MultiDisk, Some("config.json"));
}

#[test]
fn no_zip64_record_where_one_is_needed() {
    let mut zip = with([]);
    zip.declared_entries = Some(u16::MAX);
    assert_refused!(refused(&zip), Problem::Zip64End(_), None);
}

#[test]
fn a_zip64_record_outside_the_file() {
    for place in [u64::MAX, 1 << 40] {
        let mut zip = with([]);
        zip.before_end = Some(|_, _| locator(1 << 40));
        if place == u64::MAX {
            zip.before_end = Some(|_, _| locator(u64::MAX));
        }
        assert_refused!(refused(&zip), Problem::Zip64End("it lies outside the file"), None);
    }
}

#[test]
fn a_zip64_record_that_is_none() {
    let mut zip = with([Entry::stored("a", [0; 100])]);
    zip.before_end = Some(|_, _| locator(0));
    assert_refused!(refused(&zip), Problem::Zip64End("it is not where its locator says"), None);
}

#[test]
fn a_zip64_record_that_contradicts_the_other() {
    let mut zip = with([]);
    zip.before_end = Some(|offset, size| [end64(2, size, offset), locator(offset + size)].concat());
    assert_refused!(refused(&zip), Problem::Zip64End("it contradicts the end record"), None);
}

#[test]
fn a_zip64_record_apart_from_its_locator() {
    let mut zip = with([]);
    zip.before_end =
        Some(|offset, size| [end64(1, size, offset), vec![0; 8], locator(offset + size)].concat());
    assert_refused!(refused(&zip), Problem::Zip64End("it does not end at its locator"), None);
}

#[test]
fn an_honest_zip64_record_is_accepted() {
    let mut zip = with([]);
    zip.before_end = Some(|offset, size| [end64(1, size, offset), locator(offset + size)].concat());
    zip.declared_entries = Some(u16::MAX);
    zip.declared_size = Some(u32::MAX);
    zip.declared_offset = Some(u32::MAX);
    open_bytes(&zip.bytes(), OpenOptions::new()).unwrap();
}

#[test]
fn more_entries_than_anyone_needs() {
    let mut zip = with([]);
    zip.before_end = Some(|offset, size| [end64(u64::MAX, size, offset), locator(offset + size)].concat());
    zip.declared_entries = Some(u16::MAX);
    assert_refused!(refused(&zip), Problem::TooManyEntries { found: u64::MAX, limit: 100_000 }, None);
}

#[test]
fn a_directory_larger_than_the_limit() {
    let options = OpenOptions::new().limits(Limits { max_directory_size: 50, ..Limits::default() });
    let error = open_bytes(&with([]).bytes(), options).unwrap_err();
    assert_refused!(error, Problem::DirectoryTooLarge { size: 57, limit: 50 }, None);
}

#[test]
fn sizes_without_their_zip64_field() {
    let entry = Entry::stored("a", "x").both(|header| header.size = u32::MAX);
    assert_refused!(refused(&with([entry])), Problem::Zip64Extra, Some("a"));
}

#[test]
fn two_zip64_fields() {
    let entry = Entry::stored("a", "x").central(|header| {
        header.size = u32::MAX;
        header.extra = [extra64(&[1]), extra64(&[1 << 50])].concat();
    });
    assert_refused!(refused(&with([entry])), Problem::Zip64Extra, Some("a"));
}

#[test]
fn encrypted_entries() {
    for flag in [1, 1 | 1 << 6, 1 << 13] {
        let entry = Entry::stored("a", "x").both(|header| header.flags |= flag);
        assert_refused!(refused(&with([entry])), Problem::Encrypted, Some("a"));
    }
}

#[test]
fn an_unknown_compression() {
    let entry = Entry::stored("a", "x").both(|header| header.method = 12);
    assert_refused!(refused(&with([entry])), Problem::Compression(12), Some("a"));
}

#[test]
fn no_header_before_the_data() {
    let mut entry = Entry::stored("a", "x");
    entry.offset = Some(3);
    assert_refused!(refused(&with([entry])), Problem::LocalHeader, Some("a"));
}

#[test]
fn a_header_beyond_the_file() {
    let mut entry = Entry::stored("a", "x");
    entry.offset = Some(u32::MAX - 1);
    assert_refused!(refused(&with([entry])), Problem::LocalHeader, Some("a"));
}

#[test]
fn another_name_before_the_data() {
    let entry = Entry::stored("a", "x").local(|header| header.name = b"b".to_vec());
    assert_refused!(refused(&with([entry])), Problem::HeadersDiffer("name"), Some("a"));
    let entry = Entry::stored("a", "x").local(|header| header.name = b"ab".to_vec());
    assert_refused!(refused(&with([entry])), Problem::HeadersDiffer("name"), Some("a"));
}

#[test]
fn another_compression_before_the_data() {
    let entry = Entry::stored("a", "x").local(|header| header.method = 8);
    assert_refused!(refused(&with([entry])), Problem::HeadersDiffer("compression method"), Some("a"));
}

#[test]
fn other_flags_before_the_data() {
    let entry = Entry::stored("a", "x").local(|header| header.flags |= 1);
    assert_refused!(refused(&with([entry])), Problem::HeadersDiffer("flags"), Some("a"));
}

#[test]
fn another_crc_before_the_data() {
    let entry = Entry::stored("a", "x").local(|header| header.crc ^= 1);
    assert_refused!(refused(&with([entry])), Problem::HeadersDiffer("CRC-32"), Some("a"));
}

#[test]
fn other_sizes_before_the_data() {
    let entry = Entry::stored("a", "x").local(|header| header.size = 2);
    assert_refused!(refused(&with([entry])), Problem::HeadersDiffer("sizes"), Some("a"));
    let entry = Entry::stored("a", "x").local(|header| {
        header.size = u32::MAX;
        header.compressed = u32::MAX;
        header.extra = extra64(&[1, 1 << 60]);
    });
    assert_refused!(refused(&with([entry])), Problem::HeadersDiffer("sizes"), Some("a"));
}

#[test]
fn an_entry_within_another() {
    let inner = Entry::stored("inner", "x");
    let outer = Entry::stored("a", inner.local_bytes());
    let mut zip = with([outer, inner]);
    zip.entries[2].offset = Some((config().local_bytes().len() + 30 + 1) as u32);
    assert_refused!(refused(&zip), Problem::Overlap { .. }, Some("inner"));
}

#[test]
fn data_that_reaches_into_the_directory() {
    let entry = Entry::stored("a", "x").both(|header| {
        header.size = 40;
        header.compressed = 40;
    });
    assert_refused!(refused(&with([entry])), Problem::OutOfBounds, Some("a"));
}

#[test]
fn sizes_behind_the_data_are_accepted() {
    let entry = Entry::deflated("a", "hello").both(|header| header.flags |= 1 << 3).local(|header| {
        (header.crc, header.size, header.compressed) = (0, 0, 0);
    });
    let package = open_bytes(&with([entry]).bytes(), OpenOptions::new()).unwrap();
    assert_eq!(package.files().read("a", 10).unwrap(), b"hello");
}
