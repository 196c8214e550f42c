//! What the benchmarks share: models, calls measured side by side, and records of what was measured.
#![forbid(unsafe_code)]

mod call;
mod comparison;
mod growth;
mod memory;
pub mod models;
mod pause;
pub mod plugin;
mod settings;
mod subject;
mod throughput;

pub use call::{as_inputs, call, infer};
pub use comparison::Comparison;
pub use growth::{BareModel, Growth, WithCall};
pub use memory::{PeakMemory, peak_memory};
pub use pause::Pause;
pub use settings::{criterion, is_quick, is_wanted};
pub use subject::{Subject, save};
pub use throughput::{Throughput, Worker};
