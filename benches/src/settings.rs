//! How long to measure, and where results and models go: variables that `cargo xtask bench` sets.

use std::env;
use std::path::{Path, PathBuf};
use std::time::Duration;

use criterion::Criterion;

/// Whether only a quick look is wanted: a short time for each measurement, and nothing that takes long to prepare.
pub fn is_quick() -> bool {
    env::var_os("NEUROPOD_BENCH_QUICK").is_some()
}

/// How long a call runs before it is measured. A framework's first calls are slower: some rewrite the model as they
/// run it.
pub(crate) fn warm_up_time() -> Duration {
    Duration::from_millis(if is_quick() { 30 } else { 100 })
}

/// How long one way to call a model is measured.
pub(crate) fn measurement_time() -> Duration {
    Duration::from_millis(if is_quick() { 70 } else { 300 })
}

/// Where records are added, if anybody wants them.
pub(crate) fn results() -> Option<PathBuf> {
    env::var_os("NEUROPOD_BENCH_RESULTS").map(PathBuf::from)
}

/// The folder with the models and packages.
pub(crate) fn models() -> PathBuf {
    let target = || env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), PathBuf::from);
    target().join("benchmarks/models")
}

/// The root of the workspace.
pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the benchmarks are in a workspace")
}

/// Criterion, set up by the command line.
pub fn criterion() -> Criterion {
    let criterion = Criterion::default().warm_up_time(warm_up_time()).measurement_time(measurement_time());
    criterion.configure_from_args()
}

/// Whether the command line leaves in what has such a name, `tf/threads` for instance. Criterion decides that for what
/// it measures itself; this is for the rest, and for what takes long to prepare.
pub fn is_wanted(name: &str) -> bool {
    let mut filters = env::args().skip(1).filter(|argument| !argument.starts_with('-')).peekable();
    filters.peek().is_none() || filters.any(|filter| name.contains(&filter) || filter.starts_with(name))
}
