//! The fake backend of `neuropod-test-utils` as a plugin: `libfake_plugin.so` among the built examples.

use std::sync::Arc;

use neuropod_core::Backend;
use neuropod_plugin::Host;
use neuropod_test_utils::fake::FakeBackend;

neuropod_plugin::export_backend!(backend);

fn backend(_host: &Host) -> Arc<dyn Backend> {
    Arc::new(FakeBackend::new())
}
