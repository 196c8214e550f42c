//! Tensors as text and in files.

mod file;
mod json_elements;
mod json_read;
mod json_write;
#[cfg(test)]
mod round_trip;

pub(crate) use file::{Format, read_array, read_named, write_named};
pub(crate) use json_read::read_value;
pub(crate) use json_write::named;
