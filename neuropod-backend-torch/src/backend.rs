//! The backend: loads TorchScript models.

use std::sync::Arc;

use neuropod_core::{
    Backend, BackendInfo, Capabilities, DType, DeviceType, Model, ModelOptions, ModelSource, Result,
};

use crate::convert::version;
use crate::model::TorchModel;
use crate::{PLATFORM, device, forks, ops, options};

/// Loads the models of TorchScript packages with the libtorch that this crate is linked to.
#[derive(Clone, Copy, Debug, Default)]
#[non_exhaustive]
pub struct TorchBackend;

impl TorchBackend {
    /// The backend. It holds nothing.
    pub fn new() -> Self {
        TorchBackend
    }
}

impl Backend for TorchBackend {
    fn info(&self) -> BackendInfo {
        BackendInfo::new("torch", PLATFORM, version())
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities::new(DType::ALL)
            .devices([DeviceType::Cpu, DeviceType::Gpu])
            .concurrent_infer(true)
            .custom_ops(true)
            .optional_inputs(true)
    }

    fn load(&self, source: Arc<ModelSource>, options: &ModelOptions) -> Result<Box<dyn Model>> {
        let _running = forks::enter_first()?;
        options::apply(options)?;
        let device = device::resolve(options)?;
        ops::load(&source, options)?;
        Ok(Box::new(TorchModel::load(&source, device)?))
    }
}
