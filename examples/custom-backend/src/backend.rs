use std::sync::Arc;

use neuropod_core::{
    Backend, BackendInfo, Capabilities, DType, Device, Error, ErrorKind, Model, ModelOptions, ModelSource,
    Result,
};

use crate::PLATFORM;
use crate::model::RpnModel;

const MODEL_FILE: &str = "0/data/model.rpn";
const MODEL_FILE_LIMIT: u64 = 16 << 20;

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
        if options.device != Device::Cpu && !options.device_fallback {
            let message = format!("rpn models run on the CPU, and {} is required", options.device);
            return Err(Error::new(ErrorKind::Device, message));
        }
        if let Some(library) = source.custom_ops.first() {
            let message = "rpn models have no custom operators";
            return Err(Error::new(ErrorKind::Unsupported, message).with("custom op", library));
        }
        let bytes = source.files.read(MODEL_FILE, MODEL_FILE_LIMIT)?;
        let text = str::from_utf8(&bytes).map_err(|error| Error::new(ErrorKind::Load, error.to_string()));
        let model = text.and_then(|text| RpnModel::parse(text, &source));
        Ok(Box::new(model.map_err(|error| error.with("file", MODEL_FILE))?))
    }
}
