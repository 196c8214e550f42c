//! How long loading takes.

use std::path::Path;

use criterion::Criterion;
use neuropod::{Integrity, LoadOptions};
use neuropod_benches::models::{Framework, Models};
use neuropod_benches::{Comparison, is_wanted};
use pyo3::Python;

use crate::reference::import;
use crate::{linked, subject};

pub(crate) fn run(criterion: &mut Criterion, models: &Models) {
    if is_wanted("python/load") {
        model(criterion, models, "small", "small");
        let (_folder, models) = Models::with_weights(Framework::Python, 64);
        model(criterion, &models, "weights-64", "64 MiB");
    }
}

/// A model from a folder and from a zip file, each with what is in it compared with the manifest and without.
fn model(criterion: &mut Criterion, models: &Models, name: &str, case: &str) {
    let (folder, zip) = (models.folder_package(name), models.package(name));
    let mut of = |how: &str, options: &dyn Fn() -> LoadOptions, package: &Path| {
        Comparison::new(subject("load", &format!("{case}, {how}")))
            .reference("import", || Python::attach(|py| drop(import(py, models, name))))
            .way("Rust", || drop(options().load(package).unwrap()))
            .run(criterion);
    };
    of("folder", &linked, &folder);
    of("folder, manifest skipped", &unverified, &folder);
    of("stored zip", &linked, &zip);
    of("stored zip, manifest skipped", &unverified, &zip);
}

/// Without comparing what is in a package with its manifest.
pub(crate) fn unverified() -> LoadOptions {
    linked().integrity(Integrity::Skip)
}
