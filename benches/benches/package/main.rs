//! What it costs to open, verify, read and write packages.
//!
//! Needs no framework: `cargo bench -p neuropod-benches --bench package`.

mod open;
mod packages;
mod read;
mod write;

use std::path::Path;

use neuropod_benches::criterion;

fn main() {
    let mut criterion = criterion();
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a folder can be made");
    let folder: &Path = folder.path();
    open::run(folder, &mut criterion);
    read::run(folder, &mut criterion);
    write::run(folder, &mut criterion);
    criterion.final_summary();
}
