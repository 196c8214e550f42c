#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

mod check;
mod definition;
mod dtype;
mod error;
mod json;
mod side;
mod validate;

pub use check::check;
pub use definition::ProblemDefinition;
pub use dtype::parse_dtype_alias;
pub use error::SpecError;
pub use json::{MAX_CONFIG_BYTES, blank_comments, json_string};
pub use side::Side;
pub use validate::{Bindings, Site, ValidationError, Validator, Violation};
