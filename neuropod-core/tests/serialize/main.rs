//! Tensors as bytes: round trips, the documented format, and input of every wrong kind.

mod format;
mod hostile;
mod round_trip;
mod support;
