//! What users of the TensorFlow backend rely on, on real graphs and SavedModels.

#[path = "../support/mod.rs"]
mod support;

mod custom_ops;
mod errors;
mod graphs;
mod lifetimes;
mod options;
mod saved_models;
mod state;
mod strings;
