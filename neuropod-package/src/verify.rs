//! Comparing files with the manifest.

use std::fmt::Write;
use std::io::{self, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;

use sha2::{Digest, Sha256};

use crate::archive::Check;
use crate::files::PackageFiles;
use crate::{Manifest, PackageError, Problem};

/// How much is read at once.
const BUFFER: usize = 256 << 10;

/// The manifest's own path; it has no hash.
pub(crate) const MANIFEST: &str = "manifest.json";

/// A verification that runs on a thread of its own while the package is loaded.
///
/// Dropping it stops the thread, and nothing is known about the package then.
#[derive(Debug)]
#[must_use = "the package is verified once `finish` has returned"]
pub struct Verification {
    thread: Option<JoinHandle<Result<(), PackageError>>>,
    cancelled: Arc<AtomicBool>,
}

impl Verification {
    pub(crate) fn start(files: Arc<PackageFiles>, manifest: Option<Manifest>) -> Result<Self, PackageError> {
        let cancelled = Arc::new(AtomicBool::new(false));
        let flag = Arc::clone(&cancelled);
        let thread = std::thread::Builder::new()
            .name("neuropod-verify".to_owned())
            .spawn(move || verify(&files, manifest.as_ref(), &flag, &mut |_| ()))
            .map_err(Problem::Read)?;
        Ok(Verification { thread: Some(thread), cancelled })
    }

    /// There is nothing to verify.
    pub(crate) fn nothing() -> Self {
        Verification { thread: None, cancelled: Arc::default() }
    }

    /// Waits for the result.
    ///
    /// # Errors
    ///
    /// If a file differs from the manifest or from its CRC-32, is not in the manifest, is missing
    /// or cannot be read.
    pub fn finish(mut self) -> Result<(), PackageError> {
        match self.thread.take().map(JoinHandle::join) {
            None => Ok(()),
            Some(Ok(result)) => result,
            Some(Err(_)) => Err(Problem::Read(io::Error::other("the verifying thread panicked")).into()),
        }
    }
}

impl Drop for Verification {
    fn drop(&mut self) {
        self.cancelled.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join(); // it stops at its next chunk; its result is of no interest
        }
    }
}

/// Compares every file with the manifest, and those of a zip file with their CRC-32 if there is
/// none. `progress` is told the bytes that were compared since it was last called.
pub(crate) fn verify(
    files: &PackageFiles,
    manifest: Option<&Manifest>,
    cancelled: &AtomicBool,
    progress: &mut dyn FnMut(u64),
) -> Result<(), PackageError> {
    let result = match manifest {
        Some(manifest) => verify_manifest(files, manifest, cancelled, progress),
        None if files.is_archive() => verify_checksums(files, cancelled, progress),
        None => Ok(()),
    };
    result.map_err(|error| error.in_package(files.package()))
}

fn verify_manifest(
    files: &PackageFiles,
    manifest: &Manifest,
    cancelled: &AtomicBool,
    progress: &mut dyn FnMut(u64),
) -> Result<(), PackageError> {
    if let Some((missing, _)) = manifest.files().find(|(path, _)| files.find(path).is_none()) {
        return Err(Problem::MissingFile.at(missing));
    }
    for (index, (path, size)) in files.list().iter().enumerate() {
        if path == MANIFEST {
            progress(*size);
            continue;
        }
        let expected = manifest.hash(path).ok_or_else(|| Problem::NotInManifest.at(path))?;
        if files.unpacker().is_verified(index) {
            progress(*size);
            continue;
        }
        let mut hasher = Hasher::new();
        read_through(files, index, Check::Size, cancelled, |chunk| {
            hasher.update(chunk);
            progress(chunk.len() as u64);
        })?;
        if cancelled.load(Ordering::Relaxed) {
            return Ok(());
        }
        hasher.check(expected).map_err(|problem| problem.at(path))?;
    }
    Ok(())
}

/// Reading an entry of a zip file to its end compares it with its CRC-32.
fn verify_checksums(
    files: &PackageFiles,
    cancelled: &AtomicBool,
    progress: &mut dyn FnMut(u64),
) -> Result<(), PackageError> {
    (0..files.list().len()).try_for_each(|index| {
        read_through(files, index, Check::Crc, cancelled, |chunk| progress(chunk.len() as u64))
    })
}

fn read_through(
    files: &PackageFiles,
    index: usize,
    check: Check,
    cancelled: &AtomicBool,
    mut each: impl FnMut(&[u8]),
) -> Result<(), PackageError> {
    let path = &files.list()[index].0;
    let mut file = Stoppable { inner: files.open_index(index, check)?, cancelled };
    for_each_chunk(&mut file, |chunk| {
        each(chunk);
        Ok(())
    })
    .map_err(|error| error.in_entry(path))
}

/// A reader that ends early when the verification is cancelled.
struct Stoppable<'a> {
    inner: Box<dyn Read + Send>,
    cancelled: &'a AtomicBool,
}

impl Read for Stoppable<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.cancelled.load(Ordering::Relaxed) { Ok(0) } else { self.inner.read(buffer) }
    }
}

/// Reads to the end and hands over what was read, piece by piece.
pub(crate) fn for_each_chunk(
    source: &mut dyn Read,
    mut each: impl FnMut(&[u8]) -> Result<(), PackageError>,
) -> Result<(), PackageError> {
    let mut buffer = vec![0; BUFFER];
    loop {
        match source.read(&mut buffer) {
            Ok(0) => return Ok(()),
            Ok(read) => each(&buffer[..read])?,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(PackageError::from_read(error)),
        }
    }
}

/// Computes a SHA-256.
pub(crate) struct Hasher(Sha256);

impl Hasher {
    pub(crate) fn new() -> Self {
        Hasher(Sha256::new())
    }

    /// The SHA-256 of some bytes, as 64 lower-case hexadecimal digits.
    pub(crate) fn hash(bytes: &[u8]) -> String {
        let mut hasher = Hasher::new();
        hasher.update(bytes);
        hasher.finish()
    }

    pub(crate) fn update(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    /// As 64 lower-case hexadecimal digits.
    pub(crate) fn finish(self) -> String {
        let mut text = String::with_capacity(64);
        for byte in self.0.finalize() {
            let _ = write!(text, "{byte:02x}"); // writing to a string cannot fail
        }
        text
    }

    pub(crate) fn check(self, expected: &str) -> Result<(), Problem> {
        let found = self.finish();
        if found == expected {
            return Ok(());
        }
        Err(Problem::WrongHash { expected: expected.to_owned(), found })
    }
}
