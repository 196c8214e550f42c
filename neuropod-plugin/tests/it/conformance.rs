//! A plugin keeps the contract that its backend keeps.

use std::sync::Arc;

use neuropod_test_utils::conformance;
use neuropod_test_utils::fake::FakeFixtures;

use crate::support::fake_plugin;

#[test]
fn the_fake_backend_conforms_as_a_plugin() {
    let report = conformance::run(fake_plugin(), Arc::new(FakeFixtures));
    report.assert();
    let skipped: Vec<_> = report.skipped().map(|case| case.name).collect();
    assert_eq!(skipped, ["values::undeclared_dtypes_are_refused"]); // it claims every dtype
}
