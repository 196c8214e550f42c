//! A deterministic backend without a framework.
//!
//! It interprets a small text file, `0/data/model.fake`, one statement a line:
//!
//! | statement | meaning |
//! |---|---|
//! | `y = x` | the input itself; a shared tensor's memory is shared, not copied |
//! | `out = add x y` | element by element; also `sub` and `mul`; one or more operands of one dtype and shape: `float32`, `float64`, `int64` |
//! | `out = weighted_sum a b c` | `1·a + 2·b + 3·c`, of any number of operands |
//! | `out = transpose x` | a matrix with its axes exchanged |
//! | `out = tail x` | a vector without its first element |
//! | `out = constant 1 2.5` | a `float32` vector |
//! | `out = to_int64 x` | the values of a `float32` tensor as `int64` |
//! | `out = concat x y` | strings joined, element by element |
//! | `out = previous x` | what `x` was in the call before, or now in the first call |
//! | `fail message` | the call fails with that message |
//! | `fail_if_negative x message` | the call fails if the first element is below 0 |
//! | `# text` | nothing |
//!
//! `x?` is an input that may be absent, and is then left out of the operation. A name that is not
//! in the spec can be assigned, and an output may have another dtype or shape than its spec says:
//! so a wrong model is written.

mod fixtures;
mod model;
mod operations;
mod program;

use std::sync::{Arc, Mutex, PoisonError};

use neuropod_core::{
    Backend, BackendInfo, Capabilities, DType, Device, Error, ErrorKind, Model, ModelOptions, ModelSource,
    Registry, Result, TensorSpec,
};

use crate::MemoryFiles;
use model::FakeModel;
use program::Program;

pub use fixtures::FakeFixtures;

/// The platform of the fake backend's packages.
pub const PLATFORM: &str = "fake";

/// Where a package for the fake backend keeps its model.
pub const MODEL_FILE: &str = "0/data/model.fake";

/// A model file beyond this many bytes is refused.
const MODEL_FILE_LIMIT: u64 = 1 << 20;

/// Registers the fake backend in version 1.0.0.
///
/// # Errors
///
/// As for [`Registry::register`].
pub fn register(registry: &Registry) -> Result<()> {
    registry.register(Arc::new(FakeBackend::new()))
}

/// A backend without a framework: the same call always gives the same result.
///
/// It takes every dtype, runs calls concurrently, knows the CPU alone and no custom operators.
///
/// ```
/// use neuropod_core::{Backend, DType, Dim, Inputs, ModelOptions, Tensor, TensorSpec};
/// use neuropod_test_utils::fake::{self, FakeBackend};
///
/// let vector = |name| TensorSpec::new(name, DType::Float32, [Dim::from("n")]);
/// let source = fake::source([vector("x"), vector("y")], [vector("out")], "out = add x y");
/// let model = FakeBackend::new().load(source, &ModelOptions::new())?;
///
/// let (x, y) = (Tensor::from_slice([2], &[1.0f32, 2.0])?, Tensor::from_slice([2], &[3.0f32, 4.0])?);
/// let mut inputs = Inputs::new();
/// inputs.push("x", &x)?;
/// inputs.push("y", &y)?;
/// assert_eq!(model.infer(&inputs, &[])?["out"].as_slice::<f32>()?, [4.0, 6.0]);
/// # Ok::<(), neuropod_core::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct FakeBackend {
    info: BackendInfo,
    capabilities: Capabilities,
    loads: Arc<Mutex<Vec<ModelOptions>>>,
}

impl Default for FakeBackend {
    fn default() -> Self {
        FakeBackend {
            info: BackendInfo::new("fake", PLATFORM, "1.0.0"),
            capabilities: Capabilities::new(DType::ALL).concurrent_infer(true).optional_inputs(true),
            loads: Arc::default(),
        }
    }
}

impl FakeBackend {
    /// Name and platform `fake`, version 1.0.0.
    pub fn new() -> Self {
        FakeBackend::default()
    }

    /// Takes another name, platform or version, as several frameworks would have.
    #[must_use]
    pub fn with_info(mut self, info: BackendInfo) -> Self {
        self.info = info;
        self
    }

    /// Claims other capabilities. The claim is all that changes.
    #[must_use]
    pub fn with_capabilities(mut self, capabilities: Capabilities) -> Self {
        self.capabilities = capabilities;
        self
    }

    /// The options of each load so far, by this backend and its clones.
    pub fn loads(&self) -> Vec<ModelOptions> {
        self.loads.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Backend for FakeBackend {
    fn info(&self) -> BackendInfo {
        self.info.clone()
    }

    fn capabilities(&self) -> Capabilities {
        self.capabilities.clone()
    }

    fn load(&self, source: Arc<ModelSource>, options: &ModelOptions) -> Result<Box<dyn Model>> {
        self.loads.lock().unwrap_or_else(PoisonError::into_inner).push(options.clone());
        check_options(&source, options)?;
        let text = source.files.read(MODEL_FILE, MODEL_FILE_LIMIT)?;
        let program = Program::parse(&text).map_err(|error| error.with("file", MODEL_FILE))?;
        Ok(Box::new(FakeModel::new(source, program)))
    }
}

/// A model for the fake backend, named `fake`.
pub fn source(
    inputs: impl Into<Vec<TensorSpec>>,
    outputs: impl Into<Vec<TensorSpec>>,
    program: &str,
) -> Arc<ModelSource> {
    let files = MemoryFiles::new().file(MODEL_FILE, program);
    let mut source = ModelSource::new("fake", PLATFORM, Arc::new(files));
    source.inputs = inputs.into();
    source.outputs = outputs.into();
    Arc::new(source)
}

fn check_options(source: &ModelSource, options: &ModelOptions) -> Result<()> {
    if options.device != Device::Cpu && !options.device_fallback {
        let message =
            format!("the fake backend runs on `cpu` alone, and `{}` is required; prefer it", options.device);
        return Err(Error::new(ErrorKind::Device, message));
    }
    let Some(library) = source.custom_ops.first() else { return Ok(()) };
    let (kind, message) = if options.allow_custom_ops {
        (ErrorKind::Unsupported, "the fake backend has no custom operators")
    } else {
        (ErrorKind::Forbidden, "the options forbid custom operators; `allow_custom_ops` allows them")
    };
    Err(Error::new(kind, message).with("custom op", library))
}
