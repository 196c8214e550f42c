//! Packages that are made to harm their reader, each refused for its own reason.

mod config;
#[cfg(unix)]
mod folder;
mod manifest;
mod npz;
mod paths;
mod raw_zip;
mod sizes;
mod structure;

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use neuropod_package::{OpenOptions, Package, PackageError};

use crate::raw_zip::{Entry, Zip};

/// Asserts that an error is of a variant of `Problem`, and which entry it names.
macro_rules! assert_refused {
    ($error:expr, $pattern:pat, $entry:expr) => {{
        let error: neuropod_package::PackageError = $error;
        assert!(matches!(error.problem(), $pattern), "expected {}, found {error:?}", stringify!($pattern));
        assert_eq!(error.entry(), $entry, "{error:?}");
        assert!(error.package().is_some(), "{error:?}");
    }};
}
pub(crate) use assert_refused;

const CONFIG: &str = r#"{"name": "x", "platform": "torchscript"}"#;

/// An entry with a small valid problem definition.
fn config() -> Entry {
    Entry::stored("config.json", CONFIG)
}

/// A package with a valid problem definition, and these entries.
fn with(entries: impl IntoIterator<Item = Entry>) -> Zip {
    Zip::of(std::iter::once(config()).chain(entries))
}

/// Opens a zip file of these bytes.
fn open_bytes(bytes: &[u8], options: OpenOptions) -> Result<Package, PackageError> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("hostile.neuropod");
    fs::write(&path, bytes).unwrap();
    open(&path, options)
}

/// Opens a package, and checks that it takes neither long nor much memory.
fn open(path: &Path, options: OpenOptions) -> Result<Package, PackageError> {
    let start = Instant::now();
    let result = options.open(path);
    assert!(start.elapsed() < Duration::from_secs(10), "it took {:?}", start.elapsed());
    assert_modest_memory();
    result
}

/// Opens a zip file with the default options, which must fail.
fn refused(zip: &Zip) -> PackageError {
    open_bytes(&zip.bytes(), OpenOptions::new()).expect_err("the package was accepted")
}

/// The most memory that this process ever had, which the tests' own packages are part of.
fn assert_modest_memory() {
    let Ok(status) = fs::read_to_string("/proc/self/status") else {
        return; // another system than Linux
    };
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).expect("Linux reports a peak");
    let kib: u64 = peak.trim().trim_end_matches(" kB").parse().unwrap();
    assert!(kib < 500 << 10, "{kib} KiB of memory were in use");
}

/// Held while something is unpacked: what others unpack is not mistaken for a leak.
struct Unpacking {
    _guard: MutexGuard<'static, ()>,
    folder: PathBuf,
}

impl Unpacking {
    fn begin() -> Self {
        static LOCK: Mutex<()> = Mutex::new(());
        static FOLDER: OnceLock<PathBuf> = OnceLock::new();
        let folder = FOLDER.get_or_init(|| {
            let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("hostile");
            let _ = fs::remove_dir_all(&folder); // of an earlier run
            fs::create_dir_all(&folder).unwrap();
            tempfile::env::override_temp_dir(&folder).unwrap();
            folder
        });
        let guard = LOCK.lock().unwrap_or_else(PoisonError::into_inner);
        Unpacking { _guard: guard, folder: folder.clone() }
    }

    fn assert_nothing_left(&self) {
        for item in fs::read_dir(&self.folder).unwrap() {
            let name = item.unwrap().file_name();
            assert!(!name.to_string_lossy().starts_with("neuropod-"), "{name:?} was left behind");
        }
    }
}

#[test]
fn the_writer_of_hostile_packages_can_write_an_honest_one() {
    let zip =
        with([Entry::deflated("0/data/model.pt", [7; 1000]), Entry::stored("0/empty/", "").mode(0o040_755)]);
    let unpacking = Unpacking::begin();
    let package = open_bytes(&zip.bytes(), OpenOptions::new()).unwrap();
    assert_eq!(package.files().read("0/data/model.pt", 1000).unwrap(), [7; 1000]);
    assert!(package.files().path("0/empty").unwrap().is_dir());
    drop(package);
    unpacking.assert_nothing_left();
}
