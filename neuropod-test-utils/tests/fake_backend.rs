//! The fake backend keeps the contract, in every case and without a skip.

use std::sync::Arc;

use neuropod_test_utils::conformance;
use neuropod_test_utils::fake::{FakeBackend, FakeFixtures};

#[test]
fn the_fake_backend_conforms() {
    let report = conformance::run(Arc::new(FakeBackend::new()), Arc::new(FakeFixtures));
    report.assert();
    let skipped: Vec<_> = report.skipped().map(|case| case.name).collect();
    assert_eq!(skipped, ["values::undeclared_dtypes_are_refused"]); // it claims every dtype
}
