use std::sync::Arc;

use neuropod_core::{
    Backend, BackendInfo, Capabilities, DType, Error, ErrorKind, Model, ModelOptions, ModelSource, Result,
};

use crate::{PLATFORM, model::RpnModel};

const MODEL_FILE: &str = "0/data/model.rpn";

/// Runs models in reverse Polish notation.
#[derive(Clone, Copy, Debug)]
pub struct RpnBackend;

impl Backend for RpnBackend {
    fn info(&self) -> BackendInfo {
        BackendInfo::new("rpn", PLATFORM, "1.0.0")
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities::new([DType::Float32]).concurrent_infer(true)
    }

    fn load(&self, source: Arc<ModelSource>, options: &ModelOptions) -> Result<Box<dyn Model>> {
        if options.device.is_gpu() && !options.device_fallback {
            return Err(Error::new(ErrorKind::Device, "a GPU is required, but rpn models run on the CPU"));
        }
        if !source.custom_ops.is_empty() {
            return Err(Error::new(ErrorKind::Unsupported, "rpn models have no custom operators"));
        }
        let bytes = source.files.read(MODEL_FILE, 16 << 20)?;
        let model = RpnModel::parse(&String::from_utf8_lossy(&bytes), &source);
        Ok(Box::new(model.map_err(|error| error.with("file", MODEL_FILE))?))
    }
}
