//! What users of the torch backend rely on, on real TorchScript models.

#[path = "../support/mod.rs"]
mod support;

mod custom_ops;
mod errors;
mod inputs;
mod lifetimes;
mod outputs;
mod state;
