//! How much memory loading needs at its peak.

use std::path::Path;

use neuropod_benches::models::{Framework, Models};
use neuropod_benches::{PeakMemory, is_wanted, peak_memory};
use pyo3::Python;

use crate::load::unverified;
use crate::reference::{data_folder, import_file};
use crate::{linked, subject};

const VERIFIED: &str = "verified";
const UNVERIFIED: &str = "unverified";
const IMPORT: &str = "import";

/// Whether this process is to load a model and no more, which it has done then.
pub(crate) fn is_task() -> bool {
    peak_memory::is_done(&[
        (VERIFIED, &|package| drop(linked().load(package).unwrap())),
        (UNVERIFIED, &|package| drop(unverified().load(package).unwrap())),
        (IMPORT, &import),
    ])
}

pub(crate) fn run() {
    if !is_wanted("python/memory") {
        return;
    }
    let (_folder, models) = Models::with_weights(Framework::Python, 1024);
    let (package, data) = (models.package("weights-1024"), data_folder(&models, "weights-1024").unwrap());
    for (case, task) in [("1 GiB, stored zip", VERIFIED), ("1 GiB, stored zip, manifest skipped", UNVERIFIED)]
    {
        PeakMemory { ours: (task, &package), reference: (IMPORT, &data) }.run(subject("memory", case));
    }
}

/// Imports the module and calls its entrypoint with the folder of weights.
fn import(data: &Path) {
    Python::initialize();
    let module = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/python/models/weights.py"));
    Python::attach(|py| drop(import_file(py, module, Some(data))));
}
