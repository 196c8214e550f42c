//! How much memory loading needs at its peak.

use std::path::Path;

use neuropod_backend_tf::bench::{BareOptions, BareSession};
use neuropod_benches::models::{Framework, Models, floats};
use neuropod_benches::{PeakMemory, is_wanted, peak_memory};

use crate::load::unverified;
use crate::{linked, subject};

const VERIFIED: &str = "verified";
const UNVERIFIED: &str = "unverified";
const IMPORT: &str = "TF_GraphImportGraphDef";

/// Whether this process is to load a model and no more, which it has done then.
pub(crate) fn is_task() -> bool {
    peak_memory::is_done(&[
        (VERIFIED, &|package| drop(linked().load(package).unwrap())),
        (UNVERIFIED, &|package| drop(unverified().load(package).unwrap())),
        (IMPORT, &import),
    ])
}

pub(crate) fn run() {
    if !is_wanted("tf/memory") {
        return;
    }
    let (_folder, models) = Models::with_weights(Framework::Tf, 1024);
    let (package, file) = (models.package("weights-1024"), models.file("weights-1024"));
    for (case, task) in [("1 GiB, stored zip", VERIFIED), ("1 GiB, stored zip, manifest skipped", UNVERIFIED)]
    {
        PeakMemory { ours: (task, &package), reference: (IMPORT, &file) }.run(subject("memory", case));
    }
}

fn import(file: &Path) {
    let graph = std::fs::read(file).unwrap();
    let session =
        BareSession::import(graph, &BareOptions::default(), &[("x", &floats(1))], &["out"]).unwrap();
    session.extend().unwrap();
}
