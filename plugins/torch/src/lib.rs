//! The TorchScript backend as a plugin.

use std::sync::Arc;

use neuropod_core::Backend;
use neuropod_plugin::Host;

neuropod_plugin::export_backend!(backend);

/// No environment matters: libtorch is open already, as `plugin.json` asks for it.
fn backend(_host: &Host) -> Arc<dyn Backend> {
    neuropod_backend_torch::backend()
}
