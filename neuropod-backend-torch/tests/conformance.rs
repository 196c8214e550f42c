//! The torch backend keeps the contract that every backend keeps.

#[path = "support/fixtures.rs"]
mod fixtures;

#[test]
fn the_torch_backend_passes_the_conformance_kit() {
    fixtures::assert_conforms(neuropod_backend_torch::backend());
}
