//! The Python backend keeps the contract that every backend keeps, with functions of NumPy's arrays.

#[path = "support/fixtures.rs"]
#[allow(dead_code, reason = "the modules are tested by another program")]
mod fixtures;

use std::sync::Arc;

use neuropod_backend_python::backend;
use neuropod_test_utils::conformance;

#[test]
fn the_python_backend_passes_the_conformance_kit() {
    conformance::run(backend(), Arc::new(fixtures::Functions)).assert();
}
