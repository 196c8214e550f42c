//! The TensorFlow backend as a plugin.

use std::sync::Arc;

use neuropod_backend_tf::TensorFlowBackend;
use neuropod_core::Backend;
use neuropod_plugin::Host;

neuropod_plugin::export_backend!(backend);

fn backend(host: &Host) -> Arc<dyn Backend> {
    let backend = TensorFlowBackend::new();
    Arc::new(match host.environment() {
        Some(folder) => backend.environment(folder),
        None => backend,
    })
}
