//! What users of the Python backend rely on, with real models in one process.

#[path = "../support/mod.rs"]
mod support;

mod errors;
mod inputs;
mod isolation;
mod options;
mod outputs;
mod state;
mod strings;
mod threads;
mod torch;
