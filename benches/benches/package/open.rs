//! Opening packages, which must take no longer for large ones.

use std::cell::OnceCell;
use std::hint::black_box;
use std::path::Path;

use criterion::Criterion;
use neuropod_benches::{Comparison, Subject, is_quick};
use neuropod_package::{Integrity, OpenOptions};

use crate::packages::sparse;

const SIZES: [usize; 4] = [1, 1 << 20, 1 << 30, 5 << 30];

pub(crate) fn run(folder: &Path, criterion: &mut Criterion) {
    for bytes in SIZES.into_iter().filter(|bytes| !is_quick() || [SIZES[0], SIZES[3]].contains(bytes)) {
        let made = OnceCell::new();
        let package = || made.get_or_init(|| sparse(folder, bytes));
        Comparison::new(Subject::new("package", "definition").at(bytes))
            .way("", || read_definition(package()))
            .run(criterion);
        Comparison::new(Subject::new("package", "open").at(bytes))
            .way("", || {
                let options = OpenOptions::new().integrity(Integrity::Skip);
                drop(black_box(options.open(package()).expect("the package is in order")));
            })
            .run(criterion);
        #[cfg(target_os = "linux")]
        if let Some(package) = made.get() {
            save_bytes_read(bytes, package);
        }
    }
}

fn read_definition(package: &Path) {
    drop(black_box(OpenOptions::new().read_definition(package).expect("the package is in order")));
}

/// Records how many bytes the process reads for a definition.
#[cfg(target_os = "linux")]
fn save_bytes_read(bytes: usize, package: &Path) {
    use neuropod_bench_report::{Quartiles, Unit};

    let during = |action: &dyn Fn()| {
        let before = bytes_read();
        action();
        bytes_read() - before
    };
    // Asking reads a few bytes too.
    let read = during(&|| read_definition(package)) - during(&|| ());
    let subject = Subject::new("package", "bytes read for a definition").at(bytes);
    neuropod_benches::save(&subject.record(Unit::Bytes, Quartiles::once(read as f64), 1));
}

/// How many bytes this process has read so far, from files or anything else.
#[cfg(target_os = "linux")]
fn bytes_read() -> u64 {
    let io = std::fs::read_to_string("/proc/self/io").expect("the kernel says what a process reads");
    let line = io.lines().find_map(|line| line.strip_prefix("rchar: ")).expect("bytes are told");
    line.parse().expect("it is a number")
}
