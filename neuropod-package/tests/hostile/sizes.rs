//! Sizes that lie, bombs, and data that is damaged.

use neuropod_core::ErrorKind;
use neuropod_package::{Integrity, Limits, OpenOptions, PackageError, Problem};

use crate::raw_zip::{Entry, Zip, extra64};
use crate::{CONFIG, Unpacking, assert_refused, open_bytes, refused, with};

#[test]
fn a_declared_bomb() {
    let entry = Entry::deflated("a", [0; 100]).both(|header| header.size = 0xffff_fff0);
    let error = refused(&with([entry]));
    assert_refused!(error, Problem::ExpansionRatio { size: 0xffff_fff0, limit: 1000, .. }, Some("a"));
}

#[test]
fn a_real_bomb() {
    let error = refused(&with([Entry::deflated("a", vec![0; 4 << 20])]));
    assert_refused!(error, Problem::ExpansionRatio { .. }, Some("a"));
}

#[test]
fn a_ratio_that_the_caller_does_not_want() {
    let options = OpenOptions::new().limits(Limits { max_expansion_ratio: 2, ..Limits::default() });
    let error = open_bytes(&with([Entry::deflated("a", [0; 1000])]).bytes(), options).unwrap_err();
    assert_refused!(error, Problem::ExpansionRatio { limit: 2, .. }, Some("a"));
}

#[test]
fn more_than_the_disk_holds() {
    let entry = |name: &str| {
        Entry::deflated(name, [7; 10]).both(|header| {
            header.size = u32::MAX;
            header.extra = extra64(&[5_000]);
        })
    };
    let options = OpenOptions::new().limits(Limits { max_total_size: 9_999, ..Limits::default() });
    let error = open_bytes(&with([entry("a"), entry("b")]).bytes(), options).unwrap_err();
    assert_refused!(error, Problem::TooLarge { limit: 9_999 }, None);
}

#[test]
fn sizes_whose_sum_overflows() {
    let entry = |name: &str| {
        Entry::stored(name, [7; 10]).both(|header| {
            (header.size, header.compressed) = (u32::MAX, u32::MAX);
            header.extra = extra64(&[u64::MAX, u64::MAX]);
        })
    };
    assert_refused!(refused(&with([entry("a"), entry("b")])), Problem::TooLarge { .. }, None);
}

#[test]
fn more_data_than_declared() {
    let entry = Entry::deflated("a", [7; 1000]).both(|header| header.size = 999);
    assert_refused!(refused(&with([entry])), Problem::WrongSize { declared: 999 }, Some("a"));
}

#[test]
fn less_data_than_declared() {
    let entry = Entry::deflated("a", [7; 1000]).both(|header| header.size = 1001);
    assert_refused!(refused(&with([entry])), Problem::WrongSize { declared: 1001 }, Some("a"));
}

#[test]
fn compressed_data_that_is_cut_off() {
    let mut entry = Entry::deflated("a", (0..=255).cycle().take(1000).collect::<Vec<u8>>());
    entry.data.truncate(entry.data.len() - 5);
    let cut = entry.data.len() as u32;
    let entry = entry.both(|header| header.compressed = cut);
    assert_refused!(refused(&with([entry])), Problem::Inflate(_), Some("a"));
}

#[test]
fn data_behind_the_compressed_data() {
    let mut entry = Entry::deflated("a", [7; 1000]);
    entry.data.extend(b"hidden");
    let longer = entry.data.len() as u32;
    let entry = entry.both(|header| header.compressed = longer);
    assert_refused!(refused(&with([entry])), Problem::WrongSize { declared: 1000 }, Some("a"));
}

#[test]
fn stored_data_of_two_sizes() {
    let entry = Entry::stored("a", [7; 10]).both(|header| header.size = 20);
    assert_refused!(refused(&with([entry])), Problem::SizesContradict, Some("a"));
}

#[test]
fn something_out_of_nothing() {
    let mut entry = Entry::deflated("a", []).both(|header| header.compressed = 0);
    entry.data.clear();
    assert_refused!(refused(&with([entry])), Problem::SizesContradict, Some("a"));
}

#[test]
fn damaged_compressed_data() {
    let mut entry = Entry::deflated("a", [7; 1000]);
    entry.data[0] = 0xff;
    assert_refused!(refused(&with([entry])), Problem::Inflate(_), Some("a"));
}

#[test]
fn a_wrong_crc() {
    for entry in [Entry::stored("a", [7; 1000]), Entry::deflated("a", [7; 1000])] {
        let expected = entry.central.crc;
        let error = refused(&with([entry.both(|header| header.crc ^= 1)]));
        assert_eq!(error.kind(), ErrorKind::Integrity);
        assert!(
            matches!(error.problem(), Problem::WrongCrc { found, .. } if *found == expected),
            "{error:?}"
        );
        assert_eq!(error.entry(), Some("a"));
    }
}

#[test]
fn a_wrong_crc_of_the_problem_definition() {
    let zip = Zip::of([crate::config().both(|header| header.crc ^= 1)]);
    assert_refused!(refused(&zip), Problem::WrongCrc { .. }, Some("config.json"));
    let error = open_bytes(&zip.bytes(), OpenOptions::new().integrity(Integrity::Skip)).unwrap_err();
    assert_refused!(error, Problem::WrongCrc { .. }, Some("config.json"));
}

#[test]
fn a_huge_problem_definition() {
    let spaces = vec![b' '; 17 << 20];
    let json = [CONFIG.as_bytes(), &spaces].concat();
    let error = refused(&Zip::of([Entry::stored("config.json", json)]));
    assert_refused!(error, Problem::FileTooLarge { limit: 0x0100_0000, .. }, Some("config.json"));
}

#[test]
fn damage_that_is_found_while_unpacking() {
    let unpacking = Unpacking::begin();
    let wrong_crc = Entry::deflated("0/data/a", [7; 1000]).both(|header| header.crc ^= 1);
    let bomb = Entry::deflated("0/data/a", [7; 1000]).both(|header| header.size = 500);
    for entry in [wrong_crc, bomb] {
        let package =
            open_bytes(&with([entry]).bytes(), OpenOptions::new().integrity(Integrity::Skip)).unwrap();
        let files = package.files();
        for attempt in
            [files.path("0/data"), files.path("0/data/a"), files.open_at("0/data/a").map(|_| "".into())]
        {
            let error = attempt.unwrap_err();
            let source = std::error::Error::source(&error).unwrap().downcast_ref::<PackageError>().unwrap();
            assert!(
                matches!(source.problem(), Problem::WrongCrc { .. } | Problem::WrongSize { .. }),
                "{error:?}"
            );
            assert_eq!(error.context("entry"), Some("0/data/a"));
        }
        assert!(files.read("0/data/a", 1 << 20).is_err());
        drop((package, files));
        unpacking.assert_nothing_left();
    }
}
