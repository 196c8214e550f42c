//! The Python backend keeps the contract that every backend keeps, with modules of PyTorch's.

#[path = "support/fixtures.rs"]
mod fixtures;

#[test]
fn modules_of_pytorch_pass_the_conformance_kit() {
    fixtures::assert_conforms(neuropod_backend_python::backend(), fixtures::Modules);
}
