//! How much memory loading needs at its peak.

use std::path::Path;

use neuropod_backend_torch::bench::BareModule;
use neuropod_benches::models::{Framework, Models};
use neuropod_benches::{PeakMemory, is_wanted, peak_memory};

use crate::load::unverified;
use crate::reference::LIBTORCH;
use crate::{linked, subject};

const VERIFIED: &str = "verified";
const UNVERIFIED: &str = "unverified";

/// Does what this process was started for, if it was.
pub(crate) fn is_task() -> bool {
    peak_memory::is_done(&[
        (VERIFIED, &|package: &Path| drop(linked().load(package).unwrap())),
        (UNVERIFIED, &|package: &Path| drop(unverified().load(package).unwrap())),
        (LIBTORCH, &|file: &Path| drop(BareModule::load(file).unwrap())),
    ])
}

pub(crate) fn run() {
    if !is_wanted("torch/memory") {
        return;
    }
    let (_folder, models) = Models::with_weights(Framework::Torch, 1024);
    let (package, file) = (models.package("weights-1024"), models.file("weights-1024"));
    for (task, case) in [(VERIFIED, "1 GiB, stored zip"), (UNVERIFIED, "1 GiB, stored zip, manifest skipped")]
    {
        PeakMemory { ours: (task, &package), reference: (LIBTORCH, &file) }.run(subject("memory", case));
    }
}
