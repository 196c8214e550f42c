#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

mod files;
mod programs;

pub mod conformance;
pub mod fake;
#[doc = include_str!("../docs/writing-a-backend.md")]
pub mod writing_a_backend {}

pub use files::MemoryFiles;
pub use programs::write_program;
