//! What the benchmarks measured, and the report that people read.
//!
//! Every benchmark, in whichever language, appends [`Record`]s to a file, one JSON object a line; this crate reads them.
#![forbid(unsafe_code)]

mod baseline;
mod format;
mod machine;
mod page;
mod plot;
mod quartiles;
mod readme;
mod record;
mod run;
mod series;
mod targets;

pub use baseline::{Change, Verdict, changes};
pub use machine::Machine;
pub use page::html;
pub use quartiles::Quartiles;
pub use readme::{markdown, replace};
pub use record::{Record, Reference, Unit, append, read};
pub use run::{Header, Run};
