//! `config.json`, read and written.

mod comments;
mod fields;
mod read;
mod unique;
mod write;

pub use comments::blank_comments;
pub use read::MAX_CONFIG_BYTES;
pub(crate) use read::read;
pub use write::json_string;
pub(crate) use write::write;
