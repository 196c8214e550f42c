//! Reading the problem definition of a large package.
//!
//! `cargo bench -p neuropod-benches --bench package` needs no framework, and 5 GiB of disk.

use std::fs::File;
use std::hint::black_box;
use std::path::{Path, PathBuf};

use criterion::{Criterion, criterion_group, criterion_main};
use neuropod_benches::compare;
use neuropod_package::{Compression, OpenOptions, PackageBuilder};
use neuropod_spec::ProblemDefinition;

const FIVE_GIB: u64 = 5 << 30;

criterion_group!(benches, definition);
criterion_main!(benches);

/// A stored zip of 5 GiB, beside one of a byte.
fn definition(criterion: &mut Criterion) {
    let folder = tempfile::tempdir().unwrap();
    let (large, small) = (package(folder.path(), FIVE_GIB), package(folder.path(), 1));
    let read = |path: &Path| drop(black_box(OpenOptions::new().read_definition(path).unwrap()));

    let mut group = criterion.benchmark_group("package/definition");
    group.bench_function("1 byte", |bencher| bencher.iter(|| read(&small)));
    group.bench_function("5 GiB", |bencher| bencher.iter(|| read(&large)));
    group.finish();
    compare("package/definition of 5 GiB against 1 byte", || read(&large), || read(&small));
}

/// A stored zip with a model of that many zero bytes.
fn package(folder: &Path, size: u64) -> PathBuf {
    let model = folder.join(format!("{size}.model"));
    File::create(&model).unwrap().set_len(size).unwrap();
    let path = folder.join(format!("{size}.neuropod"));
    PackageBuilder::new(ProblemDefinition::new("zeros", "torchscript"))
        .file("0/data/model.pt", model)
        .write_zip(&path, Compression::Store)
        .unwrap();
    path
}
