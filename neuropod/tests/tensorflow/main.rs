//! The facade over TensorFlow.

mod graph;
#[path = "../../../neuropod-backend-tf/tests/support/models.rs"]
mod models;
mod old_packages;
mod saved_model;
mod support;
