#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

mod archive;
mod builder;
mod config;
mod contents;
mod directory;
mod error;
mod files;
mod folder;
mod limits;
mod manifest;
mod names;
mod npy;
mod npz;
mod options;
mod package;
mod path;
mod pread;
mod problem;
mod progress;
mod staging;
mod test_data;
mod unpack;
mod verify;
mod zip_writer;

pub use builder::PackageBuilder;
pub use config::is_python_identifier;
pub use error::PackageError;
pub use folder::list_folder;
pub use limits::Limits;
pub use manifest::Manifest;
pub use npy::NpyError;
pub use npz::{read_npy, read_npz, write_npy, write_npz};
pub use options::{Integrity, OpenOptions};
pub use package::Package;
pub use path::PathFlaw;
pub use problem::Problem;
pub use test_data::TestData;
pub use verify::Verification;
pub use zip_writer::Compression;
