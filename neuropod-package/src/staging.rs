//! Packages take their place once they are complete.

use std::collections::BTreeSet;
use std::fs::{self, File, OpenOptions};
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use tempfile::{NamedTempFile, TempDir};

use crate::archive::Archive;
use crate::contents::{Contents, Sink};
use crate::names::Names;
use crate::pread::FileAt;
use crate::progress::Progress;
use crate::zip_writer::ZipSink;
use crate::{Compression, Integrity, Limits, PackageError, Problem, package};

const WRITE_BUFFER: usize = 256 << 10;

/// Checks that nothing is overwritten.
pub(crate) fn check_absent(path: &Path) -> Result<(), PackageError> {
    if path.symlink_metadata().is_ok() { Err(Problem::AlreadyExists.into()) } else { Ok(()) }
}

pub(crate) fn write_zip(
    contents: &Contents,
    path: &Path,
    compression: Compression,
    progress: &Progress,
) -> Result<(), PackageError> {
    let mut staged = stage_zip(contents, path, compression, &BTreeSet::new(), progress)?;
    let expanding = expanding(staged.path())?;
    if !expanding.is_empty() {
        staged = stage_zip(contents, path, compression, &expanding, progress)?;
    }
    check_readable(staged.path())?;
    staged.as_file().sync_all().map_err(Problem::Write)?;
    staged.persist_noclobber(path).map(drop).map_err(|error| cannot_place(error.error).into())
}

pub(crate) fn write_dir(contents: &Contents, path: &Path, progress: &Progress) -> Result<(), PackageError> {
    let staged = with_default_mode(0o777).tempdir_in(parent(path)).map_err(Problem::Write)?;
    contents.write_with_manifest(&mut DirectorySink { root: staged.path(), file: None }, progress)?;
    check_readable(staged.path())?;
    check_absent(path)?;
    place_dir(staged, path).map_err(|error| cannot_place(error).into())
}

fn stage_zip(
    contents: &Contents,
    path: &Path,
    compression: Compression,
    stored: &BTreeSet<String>,
    progress: &Progress,
) -> Result<NamedTempFile, PackageError> {
    let staged = with_default_mode(0o666).tempfile_in(parent(path)).map_err(Problem::Write)?;
    let buffered = BufWriter::with_capacity(WRITE_BUFFER, staged.as_file());
    let mut sink = ZipSink::new(buffered, compression, stored);
    contents.write_with_manifest(&mut sink, progress)?;
    sink.finish()?.flush().map_err(Problem::Write)?;
    Ok(staged)
}

/// The files that a reader with the default limits would take for a bomb.
fn expanding(zip: &Path) -> Result<BTreeSet<String>, PackageError> {
    let file = File::open(zip).map_err(Problem::Read)?;
    let size = file.metadata().map_err(Problem::Read)?.len();
    let limits = Limits { max_expansion_ratio: u64::MAX, ..own_limits() };
    let archive = Archive::open(Arc::new(FileAt::new(file, size)), &limits, Names::OnDisk)?;
    Ok(archive.expanding(own_limits().max_expansion_ratio).map(str::to_owned).collect())
}

/// Reads the package as its users will: what they would be refused is not written.
fn check_readable(package: &Path) -> Result<(), PackageError> {
    package::open(package, Integrity::Skip, own_limits()).map(drop)
}

/// Whoever packages a model larger than the default limit may; its users raise theirs.
fn own_limits() -> Limits {
    Limits { max_total_size: u64::MAX, ..Limits::default() }
}

fn place_dir(staged: TempDir, path: &Path) -> std::io::Result<()> {
    fs::rename(staged.path(), path)?;
    let _ = staged.keep(); // it is no longer there to be removed
    Ok(())
}

fn cannot_place(error: std::io::Error) -> Problem {
    match error.kind() {
        std::io::ErrorKind::AlreadyExists | std::io::ErrorKind::DirectoryNotEmpty => Problem::AlreadyExists,
        _ => Problem::Write(error),
    }
}

/// The folder that the package will be in, where it is written under another name first.
fn parent(path: &Path) -> &Path {
    path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// A temporary name, with the mode that a new file or folder usually has: the umask is taken off.
#[cfg_attr(not(unix), expect(unused_variables, reason = "modes are those of Unix"))]
fn with_default_mode(mode: u32) -> tempfile::Builder<'static, 'static> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(".neuropod-");
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(mode));
    builder
}

/// Writes files to a folder.
struct DirectorySink<'a> {
    root: &'a Path,
    file: Option<File>,
}

impl Sink for DirectorySink<'_> {
    fn start(&mut self, path: &str, _size: u64) -> Result<(), Problem> {
        let place: PathBuf = path.split('/').fold(self.root.to_owned(), |place, part| place.join(part));
        if let Some(folder) = place.parent() {
            fs::create_dir_all(folder).map_err(Problem::Write)?;
        }
        let file = OpenOptions::new().write(true).create_new(true).open(place).map_err(Problem::Write)?;
        self.file = Some(file);
        Ok(())
    }

    fn append(&mut self, bytes: &[u8]) -> Result<(), Problem> {
        match &mut self.file {
            Some(file) => file.write_all(bytes).map_err(Problem::Write),
            None => Ok(()), // files are started before anything is appended
        }
    }
}
