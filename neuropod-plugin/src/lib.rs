#![doc = include_str!("../README.md")]
#![deny(unsafe_code)] // lifted in `export`, `load` and `marshal`

pub mod abi;
mod export;
mod load;
mod marshal;

pub use export::{Export, Host};
pub use load::load;
