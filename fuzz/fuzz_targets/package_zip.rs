//! Opens a zip file of any bytes and does with it all that can be done.

#![no_main]

use std::fs;
use std::path::PathBuf;
use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use neuropod_package::{Integrity, Limits, OpenOptions};

/// Fuzzers run many processes at once.
static PLACE: LazyLock<PathBuf> =
    LazyLock::new(|| std::env::temp_dir().join(format!("neuropod-fuzz-{}", std::process::id())));

fuzz_target!(|bytes: &[u8]| {
    fs::write(&*PLACE, bytes).expect("the temporary folder is writable");
    let limits = Limits { max_total_size: 1 << 20, max_test_data_size: 1 << 20, ..Limits::default() };
    let options = OpenOptions::new().limits(limits);
    let _ = options.clone().read_definition(&*PLACE);
    let _ = options.clone().open(&*PLACE);
    let Ok(package) = options.integrity(Integrity::Skip).open(&*PLACE) else {
        return;
    };
    let files = package.files();
    for path in files.paths() {
        let _ = files.read(&path, 1 << 20);
        let _ = files.open_at(&path).map(|file| file.read_at(file.size() / 2, &mut [0; 16]));
        let _ = files.path(&path);
    }
    let _ = package.test_data();
    let _ = package.verify();
});
