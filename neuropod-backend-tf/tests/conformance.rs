//! The TensorFlow backend keeps the contract that every backend keeps.

#[path = "support/fixtures.rs"]
mod fixtures;

#[test]
fn the_tensorflow_backend_passes_the_conformance_kit() {
    fixtures::assert_conforms(neuropod_backend_tf::backend());
}
