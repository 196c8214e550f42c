//! The ways in which a package can be wrong.

use std::io;

use neuropod_core::ErrorKind;
use neuropod_spec::SpecError;
use thiserror::Error;

use crate::{NpyError, PathFlaw};

/// One way in which a package can be wrong, or cannot be read or written.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum Problem {
    // Finding the package and its files.
    /// There is nothing at the package's path.
    #[error("there is nothing at this path")]
    NotFound,
    /// The path is neither a file nor a folder.
    #[error("a package is a zip file or a folder; this is neither")]
    NotAPackage,
    /// The package has no file or folder of that path.
    #[error("the package has no file or folder of this path")]
    NoSuchEntry,
    /// The system could not read.
    #[error("cannot be read: {0}")]
    Read(#[source] io::Error),
    /// The system could not write, to the package or to the temporary folder.
    #[error("cannot be written: {0}")]
    Write(#[source] io::Error),

    // What the files are called and what they are.
    /// The path is dangerous.
    #[error("the path is refused: {0}")]
    UnsafePath(PathFlaw),
    /// The path is not UTF-8.
    #[error("the path is not UTF-8")]
    PathNotUtf8,
    /// Two entries have one path.
    #[error("the path occurs twice")]
    Duplicate,
    /// Two paths differ only in upper and lower case, which many file systems do not tell apart.
    #[error("the path differs from `{other}` only in upper and lower case")]
    CaseConflict {
        /// The other path.
        other: String,
    },
    /// A path stands for a file, and for a folder with files.
    #[error("the path stands for a file and for a folder")]
    FileAndFolder,
    /// A symbolic link.
    #[error("symbolic links are refused, because they can leave the package")]
    Symlink,
    /// A pipe, a socket or a device.
    #[error("only regular files and folders are allowed")]
    NotRegular,
    /// There are more files and folders than the limit.
    #[error("there are {found} files and folders; the limit is {limit} (see `Limits::max_entries`)")]
    TooManyEntries {
        /// How many there are, or more.
        found: u64,
        /// [`Limits::max_entries`](crate::Limits::max_entries).
        limit: u64,
    },
    /// All files together are larger than the limit.
    #[error("the files are larger than {limit} bytes together (see `Limits::max_total_size`)")]
    TooLarge {
        /// [`Limits::max_total_size`](crate::Limits::max_total_size).
        limit: u64,
    },
    /// A file that is read into memory is larger than the limit.
    #[error("{size} bytes are more than the limit of {limit} bytes")]
    FileTooLarge {
        /// The size of the file in bytes.
        size: u64,
        /// The limit in bytes.
        limit: u64,
    },
    /// An entry of a zip file expands more than the limit.
    #[error(
        "{compressed} bytes expand to {size}, more than {limit} times (see `Limits::max_expansion_ratio`)"
    )]
    ExpansionRatio {
        /// The size within the zip file, in bytes.
        compressed: u64,
        /// The declared size, in bytes.
        size: u64,
        /// [`Limits::max_expansion_ratio`](crate::Limits::max_expansion_ratio).
        limit: u64,
    },

    // The structure of a zip file.
    /// There is no end-of-central-directory record: no zip file, or its end is missing.
    #[error("this is no zip file, or its end is missing")]
    NotAZip,
    /// There are several end-of-central-directory records, and readers differ in which they take.
    #[error("the zip file has several end records, and readers differ in which they take")]
    AmbiguousEnd,
    /// The zip64 end record is missing, damaged or contradicts the other one.
    #[error("the zip file's zip64 end record is damaged: {0}")]
    Zip64End(&'static str),
    /// The zip file is one part of several.
    #[error("zip files in several parts are not supported")]
    MultiDisk,
    /// The central directory does not end where the end record starts.
    #[error("the zip file's central directory does not end at its end record")]
    DirectoryPosition,
    /// The central directory is larger than the limit.
    #[error("the zip file's central directory has {size} bytes; the limit is {limit}")]
    DirectoryTooLarge {
        /// Its size in bytes.
        size: u64,
        /// [`Limits::max_directory_size`](crate::Limits::max_directory_size).
        limit: u64,
    },
    /// A header in the central directory is damaged.
    #[error("the zip file's central directory is damaged at its byte {offset}")]
    DirectoryHeader {
        /// Where, from the start of the central directory.
        offset: u64,
    },
    /// The central directory does not hold as many entries as the end record says.
    #[error("the zip file declares {declared} entries, but has {found}")]
    EntryCount {
        /// What the end record says.
        declared: u64,
        /// What there is.
        found: u64,
    },
    /// There are bytes before the first entry.
    #[error("there are {0} bytes before the zip file's first entry")]
    Prefix(u64),
    /// The zip64 extra field of an entry is missing or too short.
    #[error("the entry's zip64 extra field is damaged")]
    Zip64Extra,
    /// An entry is encrypted.
    #[error("encrypted entries are not supported")]
    Encrypted,
    /// An entry is compressed in a way that is not supported.
    #[error("the compression method {0} is not supported; use deflate or store")]
    Compression(u16),
    /// A stored entry, or a folder, whose sizes contradict each other.
    #[error("the entry's declared sizes contradict each other")]
    SizesContradict,
    /// The header before an entry's data is missing or lies outside the file.
    #[error("the header before the entry's data is missing")]
    LocalHeader,
    /// The header before an entry's data contradicts the central directory.
    #[error("the header before the entry's data contradicts the central directory in its {0}")]
    HeadersDiffer(&'static str),
    /// An entry's data lies outside the file, or reaches into the central directory.
    #[error("the entry's data reaches beyond the file")]
    OutOfBounds,
    /// The data of two entries overlaps.
    #[error("the entry's data overlaps that of `{other}`")]
    Overlap {
        /// The other entry.
        other: String,
    },

    // The content of files.
    /// The compressed data is damaged.
    #[error("the compressed data is damaged: {0}")]
    Inflate(#[source] io::Error),
    /// There is more or less data than declared.
    #[error("there are more or fewer bytes than the declared {declared}")]
    WrongSize {
        /// The declared size in bytes.
        declared: u64,
    },
    /// The data does not have its CRC-32.
    #[error("the CRC-32 should be {expected:08x}, but is {found:08x}: the file is damaged")]
    WrongCrc {
        /// What the zip file declares.
        expected: u32,
        /// What the data has.
        found: u32,
    },
    /// A file differs from its SHA-256 in the manifest.
    #[error("the SHA-256 should be {expected}, but is {found}: the file was changed or damaged")]
    WrongHash {
        /// What the manifest says, in lower-case hexadecimal.
        expected: String,
        /// What the file has.
        found: String,
    },
    /// A file is not in the manifest.
    #[error("the file is not in the manifest")]
    NotInManifest,
    /// A file of the manifest is missing.
    #[error("the manifest lists this file, but the package does not have it")]
    MissingFile,
    /// There is no `manifest.json`, but the caller requires one.
    #[error("the package has no manifest.json, which the options require")]
    NoManifest,
    /// The manifest is not what it should be.
    #[error("the manifest is damaged: {0}")]
    Manifest(String),
    /// The manifest has a version that this reader does not know.
    #[error("the manifest has version {0}; this reader knows version 1")]
    ManifestVersion(u64),

    // The problem definition and what it refers to.
    /// There is no `config.json`.
    #[error("the package has no config.json")]
    NoConfig,
    /// The problem definition is wrong.
    #[error("{0}")]
    Config(#[source] Box<SpecError>),
    /// A name in `custom_ops` is no base name.
    #[error("the custom operator library `{0}` must be a plain file name")]
    CustomOpName(String),
    /// A library of `custom_ops` is not in the package.
    #[error("the custom operator library `{0}` is missing")]
    NoCustomOp(String),
    /// Two custom operator libraries have one name.
    #[error("two custom operator libraries are called `{0}`")]
    DuplicateCustomOp(String),
    /// `0/config.json` is not what it should be.
    #[error("the backend's configuration is wrong: {0}")]
    BackendConfig(String),
    /// `entrypoint_package` is no dotted module name.
    #[error("`{0}` is no dotted Python module name")]
    EntrypointPackage(String),
    /// `entrypoint` is no Python name.
    #[error("`{0}` is no Python function name")]
    Entrypoint(String),
    /// A node of `node_name_mapping` or `init_op_names` is no name of a graph node.
    #[error("`{0}` is no name of a graph node")]
    NodeName(String),
    /// An array of the test data, or of another `.npz` file, is not what it should be.
    #[error("{0}")]
    TestData(#[source] NpyError),
    /// A member of the test data is neither an input nor an output.
    #[error("the test data holds something else than `input/<name>.npy` and `output/<name>.npy`")]
    TestDataMember,
    /// A member of an `.npz` file is no array.
    #[error("an .npz file holds arrays alone, each as `<name>.npy`")]
    NpzMember,

    // Writing.
    /// There is something at the path already.
    #[error("there is a file or folder at this path already; remove it or choose another path")]
    AlreadyExists,
    /// The path is one that the writer fills itself.
    #[error("this file is written by the packager and cannot be added")]
    Reserved,
    /// A file to be packaged cannot be read.
    #[error("`{path}` cannot be read: {source}")]
    Source {
        /// The file.
        path: String,
        /// What the system says.
        source: io::Error,
    },
    /// A file to be packaged is no regular file.
    #[error("`{0}` is no regular file")]
    SourceNotRegular(String),
    /// A folder to be packaged is none.
    #[error("`{0}` is no folder")]
    SourceNotFolder(String),
    /// A file changed while it was packaged.
    #[error("the file changed while it was packaged; try again when nobody writes to it")]
    SourceChanged,
    /// The library that writes zip files refused.
    #[error("the zip file cannot be written: {0}")]
    ZipWriter(String),
}

impl Problem {
    /// The kind of the [`neuropod_core::Error`] that this converts into.
    pub(crate) fn kind(&self) -> ErrorKind {
        use Problem::*;
        match self {
            NotFound | NoSuchEntry => ErrorKind::NotFound,
            Read(error) | Write(error) | Source { source: error, .. } => io_kind(error),
            UnsafePath(_) | CaseConflict { .. } | Symlink | NotRegular | Duplicate | FileAndFolder => {
                ErrorKind::UnsafePackage
            }
            TooManyEntries { .. } | TooLarge { .. } | FileTooLarge { .. } | ExpansionRatio { .. } => {
                ErrorKind::UnsafePackage
            }
            DirectoryTooLarge { .. } | AmbiguousEnd | Overlap { .. } | HeadersDiffer(_) => {
                ErrorKind::UnsafePackage
            }
            CustomOpName(_) | EntrypointPackage(_) | Entrypoint(_) | NodeName(_) => ErrorKind::UnsafePackage,
            WrongCrc { .. } | WrongHash { .. } | NotInManifest | MissingFile | NoManifest => {
                ErrorKind::Integrity
            }
            Config(_) => ErrorKind::InvalidSpec,
            AlreadyExists => ErrorKind::AlreadyExists,
            Reserved | DuplicateCustomOp(_) | SourceNotRegular(_) | SourceNotFolder(_) => {
                ErrorKind::InvalidArgument
            }
            MultiDisk | Encrypted | Compression(_) | ManifestVersion(_) => ErrorKind::Unsupported,
            ZipWriter(_) | SourceChanged => ErrorKind::Io,
            _ => ErrorKind::InvalidPackage,
        }
    }

    /// The error of another library behind it.
    pub(crate) fn source_error(&self) -> Option<&(dyn std::error::Error + 'static)> {
        std::error::Error::source(self)
    }
}

fn io_kind(error: &io::Error) -> ErrorKind {
    match error.kind() {
        io::ErrorKind::NotFound => ErrorKind::NotFound,
        _ => ErrorKind::Io,
    }
}
