#![doc = include_str!("../README.md")]
#![deny(unsafe_code)] // lifted in `export`, `load` and `marshal`, and in `framework/system.rs`

pub mod abi;
mod description;
mod export;
mod framework;
mod library_file;
mod load;
mod marshal;
mod search;
mod trust;
mod variables;
mod version;

pub use description::{FrameworkDescription, PluginDescription};
pub use export::{Export, Host};
pub use load::load;
pub use search::{FoundPlugin, PlaceContent, PluginOrigin, PluginPlace, PluginSearch};
