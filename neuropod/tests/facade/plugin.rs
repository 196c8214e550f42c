//! The fake backend as a plugin, in version 3.0.0.

use std::sync::Arc;

use neuropod_plugin::Host;
use neuropod_test_utils::fake::{FakeBackend, PLATFORM};

neuropod_plugin::export_backend!(backend);

fn backend(_host: &Host) -> Arc<dyn neuropod::backend::Backend> {
    let info = neuropod::backend::BackendInfo::new("fake-plugin", PLATFORM, "3.0.0");
    Arc::new(FakeBackend::new().with_info(info))
}
