//! How long loading takes.

use std::path::Path;

use criterion::Criterion;
use neuropod::{Integrity, LoadOptions};
use neuropod_backend_torch::bench::use_fresh_memory;
use neuropod_benches::models::{Framework, Models};
use neuropod_benches::{Comparison, is_wanted};

use crate::reference::{LIBTORCH, module};
use crate::{linked, subject};

pub(crate) fn run(criterion: &mut Criterion, models: &Models) {
    if is_wanted("torch/load") {
        use_fresh_memory();
        of(criterion, models, "small", "small", &linked, &models.package("small"));
        let (_folder, models) = Models::with_weights(Framework::Torch, 256);
        weights(criterion, &models);
    }
}

/// 256 MiB of weights.
fn weights(criterion: &mut Criterion, models: &Models) {
    let name = "weights-256";
    let (zip, folder) = (models.package(name), models.folder_package(name));
    let mut of = |case: &str, options: &dyn Fn() -> LoadOptions, package: &Path| {
        of(criterion, models, name, case, options, package);
    };
    of("256 MiB, stored zip", &linked, &zip);
    of("256 MiB, stored zip, manifest skipped", &unverified, &zip);
    of("256 MiB, folder, manifest skipped", &unverified, &folder);
}

/// A package beside the model's file.
fn of(
    criterion: &mut Criterion,
    models: &Models,
    name: &str,
    case: &str,
    options: &dyn Fn() -> LoadOptions,
    package: &Path,
) {
    Comparison::new(subject("load", case))
        .reference(LIBTORCH, || drop(module(models, name)))
        .way("Rust", || drop(options().load(package).unwrap()))
        .run(criterion);
}

pub(crate) fn unverified() -> LoadOptions {
    linked().integrity(Integrity::Skip)
}
