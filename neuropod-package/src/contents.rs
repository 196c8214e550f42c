//! What goes into a package, and where it comes from.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use crate::names::{Names, check_distinct};
use crate::path::check_path;
use crate::progress::Progress;
use crate::verify::{Hasher, MANIFEST, for_each_chunk};
use crate::{Limits, Manifest, PackageError, Problem};

/// The files to be written, by their path from the package's root.
#[derive(Clone, Debug, Default)]
pub(crate) struct Contents(Vec<(String, Source)>);

/// Where a file's content comes from.
#[derive(Clone, Debug)]
enum Source {
    File(PathBuf),
    Bytes(Vec<u8>),
}

/// What files are written to.
pub(crate) trait Sink {
    /// Starts the next file, which has `size` bytes.
    fn start(&mut self, path: &str, size: u64) -> Result<(), Problem>;

    /// Appends to the file.
    fn append(&mut self, bytes: &[u8]) -> Result<(), Problem>;
}

impl Contents {
    pub(crate) fn add_file(&mut self, path: String, source: PathBuf) {
        self.0.push((path, Source::File(source)));
    }

    pub(crate) fn add_bytes(&mut self, path: String, content: Vec<u8>) {
        self.0.push((path, Source::Bytes(content)));
    }

    pub(crate) fn contains(&self, path: &str) -> bool {
        self.0.iter().any(|(candidate, _)| candidate == path)
    }

    /// Checks every path, and sorts the files by it.
    pub(crate) fn check(&mut self, names: Names) -> Result<(), PackageError> {
        let max_length = Limits::default().max_path_length;
        for (path, _) in &self.0 {
            check_path(path, max_length).map_err(|flaw| Problem::UnsafePath(flaw).at(path))?;
        }
        check_distinct(self.0.iter().map(|(path, _)| (path.as_str(), false)), names)?;
        self.0.sort_unstable_by(|(a, _), (b, _)| a.cmp(b));
        Ok(())
    }

    /// Writes every file in order.
    pub(crate) fn write(&self, sink: &mut dyn Sink) -> Result<(), PackageError> {
        self.0.iter().try_for_each(|(path, source)| source.copy(path, sink).map(drop))
    }

    /// Writes every file in order, and the manifest in its place among them.
    pub(crate) fn write_with_manifest(
        &self,
        sink: &mut dyn Sink,
        progress: &Progress,
    ) -> Result<(), PackageError> {
        let sink = &mut progress.count(sink, self.size());
        let position = self.0.partition_point(|(path, _)| path.as_str() < MANIFEST);
        let (before, after) = self.0.split_at(position);
        let mut manifest = Manifest::default();
        for (path, source) in before {
            manifest.insert(path.clone(), source.copy(path, sink)?);
        }
        for (path, source) in after {
            manifest.insert(path.clone(), source.copy(path, &mut Nowhere)?);
        }
        Source::Bytes(manifest.to_json().into_bytes()).copy(MANIFEST, sink)?;
        for (path, source) in after {
            let hash = source.copy(path, sink)?;
            if manifest.hash(path) != Some(&hash) {
                return Err(Problem::SourceChanged.at(path));
            }
        }
        Ok(())
    }

    /// How many bytes the files have; what cannot be read has none, and is told when it is written.
    fn size(&self) -> u64 {
        self.0.iter().map(|(_, source)| source.size()).sum()
    }
}

impl Source {
    fn size(&self) -> u64 {
        match self {
            Source::File(source) => fs::metadata(source).map_or(0, |metadata| metadata.len()),
            Source::Bytes(content) => content.len() as u64,
        }
    }

    /// Copies the content to the sink, and returns its SHA-256 in hexadecimal.
    fn copy(&self, path: &str, sink: &mut dyn Sink) -> Result<String, PackageError> {
        match self {
            Source::File(source) => copy_file(source, path, sink),
            Source::Bytes(content) => {
                sink.start(path, content.len() as u64).map_err(|problem| problem.at(path))?;
                sink.append(content).map_err(|problem| problem.at(path))?;
                Ok(Hasher::hash(content))
            }
        }
    }
}

fn copy_file(source: &Path, path: &str, sink: &mut dyn Sink) -> Result<String, PackageError> {
    let (mut file, size) = open_source(source).map_err(|problem| problem.at(path))?;
    sink.start(path, size).map_err(|problem| problem.at(path))?;
    let mut hasher = Hasher::new();
    let mut copied = 0;
    for_each_chunk(&mut file, |chunk| {
        hasher.update(chunk);
        copied += chunk.len() as u64;
        if copied > size {
            Err(Problem::SourceChanged.at(path))
        } else {
            sink.append(chunk).map_err(|p| p.at(path))
        }
    })
    .map_err(|error| error.in_entry(path))?;
    if copied != size {
        return Err(Problem::SourceChanged.at(path));
    }
    Ok(hasher.finish())
}

/// Opens a file to be packaged. What is no file is not opened, which could block for ever.
fn open_source(source: &Path) -> Result<(File, u64), Problem> {
    let unreadable = |source_error: io::Error| Problem::Source {
        path: source.display().to_string(),
        source: source_error,
    };
    if !fs::metadata(source).map_err(unreadable)?.is_file() {
        return Err(Problem::SourceNotRegular(source.display().to_string()));
    }
    let file = File::open(source).map_err(unreadable)?;
    let size = file.metadata().map_err(unreadable)?.len();
    Ok((file, size))
}

/// Takes files of which only the hash is wanted.
struct Nowhere;

impl Sink for Nowhere {
    fn start(&mut self, _path: &str, _size: u64) -> Result<(), Problem> {
        Ok(())
    }

    fn append(&mut self, _bytes: &[u8]) -> Result<(), Problem> {
        Ok(())
    }
}
