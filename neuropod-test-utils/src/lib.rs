#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

mod files;

pub mod conformance;
pub mod fake;

pub use files::MemoryFiles;
