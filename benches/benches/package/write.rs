//! Writing packages.

use std::cell::LazyCell;
use std::fs::{self, File};
use std::hint::black_box;
use std::io::Write;
use std::path::Path;

use criterion::Criterion;
use flate2::write::DeflateEncoder;
use neuropod_benches::{Comparison, Subject, is_quick};
use neuropod_package::{Compression, PackageBuilder};

use crate::packages::{MODEL, definition, weights};
use crate::read::hash;

const MIB: usize = 1 << 20;

pub(crate) fn run(folder: &Path, criterion: &mut Criterion) {
    let stored_sizes = if is_quick() { &[MIB][..] } else { &[MIB, 16 * MIB] };
    for &bytes in stored_sizes {
        stored(folder, bytes, criterion);
    }
    let deflated_sizes = if is_quick() { &[MIB / 4][..] } else { &[MIB, 4 * MIB] };
    for &bytes in deflated_sizes {
        deflated(folder, bytes, criterion);
    }
}

/// Beside what such a package is at least: a copy, and its hash in the manifest. Packages are on the disk when they
/// appear, and so is one of the copies.
fn stored(folder: &Path, bytes: usize, criterion: &mut Criterion) {
    let model = LazyCell::new(|| weights(folder, bytes));
    let copy = folder.join("copy");
    Comparison::new(Subject::new("package", "write, stored").at(bytes))
        .reference("copy of the file", || {
            fs::copy(&*model, &copy).expect("the file can be copied");
            fs::remove_file(&copy).expect("the copy is there");
        })
        .reference("copy of the file on the disk, and SHA-256", || {
            fs::copy(&*model, &copy).expect("the file can be copied");
            File::open(&copy).and_then(|copy| copy.sync_all()).expect("the copy can be brought to the disk");
            hash(&model);
            fs::remove_file(&copy).expect("the copy is there");
        })
        .way("", || write(folder, &model, Compression::Store))
        .run(criterion);
}

/// Beside deflating in memory, at the same level.
fn deflated(folder: &Path, bytes: usize, criterion: &mut Criterion) {
    let model = LazyCell::new(|| weights(folder, bytes));
    Comparison::new(Subject::new("package", "write, deflated").at(bytes))
        .reference("flate2", || {
            let content = fs::read(&*model).expect("the file is there");
            let mut encoder = DeflateEncoder::new(Vec::new(), flate2::Compression::default());
            encoder.write_all(&content).expect("memory can be written");
            black_box(encoder.finish().expect("memory can be written"));
        })
        .way("", || write(folder, &model, Compression::Deflate))
        .run(criterion);
}

fn write(folder: &Path, model: &Path, compression: Compression) {
    let path = folder.join("written.neuropod");
    let builder = PackageBuilder::new(definition()).file(MODEL, model);
    builder.write_zip(&path, compression).expect("the package can be written");
    fs::remove_file(&path).expect("the package is there");
}
