//! The Python backend keeps the contract that every backend keeps, with functions of NumPy's arrays.

#[path = "support/fixtures.rs"]
mod fixtures;

#[test]
fn the_python_backend_passes_the_conformance_kit() {
    fixtures::assert_conforms(neuropod_backend_python::backend(), fixtures::Functions);
}
