#![doc = include_str!("../README.md")]
#![deny(unsafe_code)] // lifted in `allocations`

mod allocations;
mod files;
mod programs;

pub mod conformance;
pub mod fake;
#[doc = include_str!("../docs/writing-a-backend.md")]
pub mod writing_a_backend {}

pub use allocations::{Allocations, CountingAllocator};
pub use files::MemoryFiles;
pub use programs::write_program;
