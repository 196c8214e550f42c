//! Reading and verifying the files of packages.

use std::cell::LazyCell;
use std::fs::File;
use std::hint::black_box;
use std::io::Read;
use std::path::{Path, PathBuf};

use criterion::Criterion;
use neuropod_benches::{Comparison, Subject, is_quick};
use neuropod_package::{Integrity, OpenOptions, Package};
use sha2::{Digest, Sha256};

use crate::packages::{MODEL, stored, weights};

const MIB: usize = 1 << 20;

/// How much is read at once.
const BUFFER: usize = 256 << 10;

pub(crate) fn run(folder: &Path, criterion: &mut Criterion) {
    let sizes = if is_quick() { &[MIB][..] } else { &[MIB, 16 * MIB, 64 * MIB] };
    for &bytes in sizes {
        verify(folder, bytes, criterion);
    }
    for &bytes in &sizes[..sizes.len().min(2)] {
        read(folder, bytes, criterion);
    }
}

/// Comparing every file with the manifest, beside hashing the bare model.
fn verify(folder: &Path, bytes: usize, criterion: &mut Criterion) {
    let package = LazyCell::new(|| open(&stored(folder, bytes)));
    let bare = LazyCell::new(|| weights(folder, bytes));
    Comparison::new(Subject::new("package", "verify").at(bytes))
        .reference("SHA-256 of the file", || hash(&bare))
        .way("", || package.verify().expect("the package is in order"))
        .run(criterion);
}

/// Reading the model from its package, as a backend that takes ranges of it does and as one that takes it whole does,
/// beside the bare file.
fn read(folder: &Path, bytes: usize, criterion: &mut Criterion) {
    let package = LazyCell::new(|| open(&stored(folder, bytes)));
    let bare = LazyCell::new(|| weights(folder, bytes));
    let mut buffer = vec![0; bytes];
    let mut bare_buffer = vec![0; bytes];
    Comparison::new(Subject::new("package", "read, stored").at(bytes))
        .reference("read of the bare file", || {
            File::open(&*bare)
                .and_then(|mut file| file.read_exact(&mut bare_buffer))
                .expect("the file is there");
        })
        .way("", || {
            let file = package.files().open_at(MODEL).expect("the model is there");
            assert_eq!(file.read_at(0, &mut buffer).expect("the model can be read"), bytes);
        })
        .run(criterion);
    Comparison::new(Subject::new("package", "read whole, stored").at(bytes))
        .reference("read of the bare file", || {
            drop(black_box(std::fs::read(&*bare).expect("the file is there")));
        })
        .way("", || {
            drop(black_box(package.files().read(MODEL, u64::MAX).expect("the model is there")));
        })
        .run(criterion);
}

fn open(package: &PathBuf) -> Package {
    OpenOptions::new().integrity(Integrity::Skip).open(package).expect("the package is in order")
}

/// The SHA-256 of a file.
pub(crate) fn hash(path: &Path) {
    let mut file = File::open(path).expect("the file is there");
    let (mut hasher, mut buffer) = (Sha256::new(), vec![0; BUFFER]);
    loop {
        match file.read(&mut buffer).expect("the file can be read") {
            0 => break,
            read => hasher.update(&buffer[..read]),
        }
    }
    black_box(hasher.finalize());
}
