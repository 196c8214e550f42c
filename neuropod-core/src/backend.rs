//! The contract between Neuropod and a framework.

use std::fmt::{self, Debug};
use std::sync::Arc;

use crate::{
    Allocator, DType, DeviceType, Inputs, ModelOptions, ModelSource, Outputs, Result, default_allocator,
};

/// One framework in one version: loads models of one platform.
///
/// # For implementers
///
/// A backend is cheap to make and keeps no model. It is called from any thread, several at once.
/// `neuropod-test-utils` checks an implementation against this contract.
pub trait Backend: Debug + Send + Sync + 'static {
    /// Name, platform and framework version. It never changes.
    fn info(&self) -> BackendInfo;

    /// What models of this backend can do. It never changes.
    fn capabilities(&self) -> Capabilities;

    /// Whether the framework is there and can be used, as far as that can be told without a model. It may be started
    /// for that. A backend that is linked to its framework has nothing to check.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Load`](crate::ErrorKind::Load), saying what is missing, where it was looked for, and how to
    /// install it.
    fn check(&self) -> Result<()> {
        Ok(())
    }

    /// Loads a model. The source may be kept: files that it gives as paths live as long as it.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Load`](crate::ErrorKind::Load) if the framework refuses the files,
    /// [`NotFound`](crate::ErrorKind::NotFound) if one is missing,
    /// [`Device`](crate::ErrorKind::Device) if a required device cannot be used,
    /// [`Forbidden`](crate::ErrorKind::Forbidden) if the options forbid what the model needs,
    /// [`Unsupported`](crate::ErrorKind::Unsupported) for what the framework cannot do. Each says
    /// what was found and expected. A broken file must not panic, abort or hang.
    fn load(&self, source: Arc<ModelSource>, options: &ModelOptions) -> Result<Box<dyn Model>>;
}

/// A loaded model.
///
/// # For implementers
///
/// - `infer` is called from several threads at once if [`Capabilities::concurrent_infer`] is set.
///   Otherwise the model guards itself: callers need not know.
/// - Outputs stay valid after the inputs and the model are dropped.
/// - Dropping the model frees what it holds, on any thread.
pub trait Model: Debug + Send + Sync + 'static {
    /// Runs the model once.
    ///
    /// Callers check `inputs` against the spec first, unless their user switched that off. Then wrong
    /// names, element types or shapes may arrive: a name that is not in the spec is an error, and
    /// memory is never read as another type than it holds, but a framework that converts or
    /// broadcasts may do so.
    ///
    /// An input of the spec may be absent; a model that can do without gets its default.
    /// `requested` names outputs of the spec; if it is empty, all outputs are wanted. The result
    /// holds those and no others, in the order of the request or else of the spec.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Model`](crate::ErrorKind::Model) with the framework's message if the model
    /// fails, [`MissingInput`](crate::ErrorKind::MissingInput) if it needs an input that is absent,
    /// [`InvalidOutput`](crate::ErrorKind::InvalidOutput) if it returns something else than the
    /// outputs of its spec. The model can be called again afterwards.
    fn infer(&self, inputs: &Inputs<'_>, requested: &[&str]) -> Result<Outputs>;

    /// Makes tensors in memory that the model takes without a copy.
    fn allocator(&self) -> Arc<dyn Allocator> {
        default_allocator()
    }
}

/// Which framework a backend stands for.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct BackendInfo {
    /// The backend's name, `torch` for instance.
    pub name: String,
    /// The platform of the packages that it loads, `torchscript` for instance.
    pub platform: String,
    /// The framework's version, `2.13.0` for instance. A package's version range is held against it.
    pub version: String,
}

impl BackendInfo {
    /// An info of these parts.
    pub fn new(name: impl Into<String>, platform: impl Into<String>, version: impl Into<String>) -> Self {
        BackendInfo { name: name.into(), platform: platform.into(), version: version.into() }
    }
}

impl fmt::Display for BackendInfo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` {} for platform `{}`", self.name, self.version, self.platform)
    }
}

/// What the models of a backend can do.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Capabilities {
    /// The element types that models can take and return.
    pub dtypes: Vec<DType>,
    /// The devices that the framework has code for, present or not.
    pub devices: Vec<DeviceType>,
    /// Whether several threads run one model at the same time. If not, they take turns.
    pub concurrent_infer: bool,
    /// Whether packages can carry operators as shared libraries.
    pub custom_ops: bool,
    /// Whether a model can leave inputs out.
    pub optional_inputs: bool,
}

impl Capabilities {
    /// Numbers of these types on the CPU, one call at a time.
    pub fn new(dtypes: impl Into<Vec<DType>>) -> Self {
        Capabilities {
            dtypes: dtypes.into(),
            devices: vec![DeviceType::Cpu],
            concurrent_infer: false,
            custom_ops: false,
            optional_inputs: false,
        }
    }

    /// Sets the devices that the framework has code for.
    #[must_use]
    pub fn devices(mut self, devices: impl Into<Vec<DeviceType>>) -> Self {
        self.devices = devices.into();
        self
    }

    /// Sets whether several threads run one model at the same time.
    #[must_use]
    pub fn concurrent_infer(mut self, concurrent: bool) -> Self {
        self.concurrent_infer = concurrent;
        self
    }

    /// Sets whether packages can carry operators as shared libraries.
    #[must_use]
    pub fn custom_ops(mut self, custom_ops: bool) -> Self {
        self.custom_ops = custom_ops;
        self
    }

    /// Sets whether a model can leave inputs out.
    #[must_use]
    pub fn optional_inputs(mut self, optional: bool) -> Self {
        self.optional_inputs = optional;
        self
    }

    /// Whether models can take and return elements of that type.
    pub fn supports(&self, dtype: DType) -> bool {
        self.dtypes.contains(&dtype)
    }
}
