//! Opening a large package to read its problem definition.

use std::fs::File;
use std::hint::black_box;
use std::io::{Seek, SeekFrom, Write};
use std::path::Path;

use criterion::{Criterion, criterion_group, criterion_main};
use neuropod_package::{PackageBuilder, PackageMetadata};
use neuropod_spec::ProblemDefinition;

const FIVE_GIB: u64 = 5 << 30;

criterion_group!(benches, metadata);
criterion_main!(benches);

/// The metadata of a stored zip of 5 GiB, beside that of one with nothing in it.
fn metadata(criterion: &mut Criterion) {
    let folder = tempfile::tempdir().unwrap();
    let large = folder.path().join("large.neuropod");
    let small = folder.path().join("small.neuropod");
    write(&large, FIVE_GIB, folder.path());
    write(&small, 0, folder.path());

    let mut group = criterion.benchmark_group("package/metadata");
    group.bench_function("empty", |bencher| {
        bencher.iter(|| black_box(PackageMetadata::read(&small).unwrap()));
    });
    group.bench_function("5 GiB", |bencher| {
        bencher.iter(|| black_box(PackageMetadata::read(&large).unwrap()));
    });
    group.finish();
}
