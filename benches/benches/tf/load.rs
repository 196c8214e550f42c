//! How long loading takes.

use std::path::Path;

use criterion::Criterion;
use neuropod::{Integrity, LoadOptions};
use neuropod_backend_tf::bench::BareOptions;
use neuropod_benches::models::{Framework, Models};
use neuropod_benches::{Comparison, is_wanted};

use crate::reference::session;
use crate::{linked, subject};

pub(crate) fn run(criterion: &mut Criterion, models: &Models) {
    if is_wanted("tf/load") {
        saved_model(criterion, models);
        let (_folder, models) = Models::with_weights(Framework::Tf, 256);
        weights(criterion, &models);
    }
}

/// basic-pitch, from a folder and from a zip file.
fn saved_model(criterion: &mut Criterion, models: &Models) {
    let name = Framework::Tf.real_model();
    let (folder, zip) = (models.folder_package(name), models.package(name));
    let mut of = |case: &str, options: &dyn Fn() -> LoadOptions, package: &Path| {
        Comparison::new(subject("load", &format!("{name}, {case}")))
            .reference("TF_LoadSessionFromSavedModel", || {
                drop(session(models, name, &BareOptions::default()));
            })
            .way("Rust", || drop(options().load(package).unwrap()))
            .run(criterion);
    };
    of("folder", &linked, &folder);
    of("stored zip", &linked, &zip);
    of("stored zip, manifest skipped", &unverified, &zip);
}

/// 256 MiB of weights in a frozen graph, until its session has taken them over: in the reference that would be left to
/// the first call.
fn weights(criterion: &mut Criterion, models: &Models) {
    let (name, package) = ("weights-256", models.package("weights-256"));
    for (case, options) in [
        ("256 MiB, stored zip", &linked as &dyn Fn() -> LoadOptions),
        ("256 MiB, stored zip, manifest skipped", &unverified),
    ] {
        Comparison::new(subject("load", case))
            .reference("TF_GraphImportGraphDef", || {
                session(models, name, &BareOptions::default()).extend().unwrap();
            })
            .way("Rust", || drop(options().load(&package).unwrap()))
            .run(criterion);
    }
}

/// Without comparing what is in a package with its manifest.
pub(crate) fn unverified() -> LoadOptions {
    linked().integrity(Integrity::Skip)
}
