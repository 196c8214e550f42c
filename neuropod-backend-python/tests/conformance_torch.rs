//! The Python backend keeps the contract that every backend keeps, with modules of PyTorch's.

#[path = "support/fixtures.rs"]
#[allow(dead_code, reason = "the functions are tested by another program")]
mod fixtures;

use std::sync::Arc;

use neuropod_backend_python::backend;
use neuropod_test_utils::conformance;

#[test]
fn modules_of_pytorch_pass_the_conformance_kit() {
    conformance::run(backend(), Arc::new(fixtures::Modules)).assert();
}
