//! Problem definitions.

use std::collections::BTreeMap;

use neuropod_core::{DeviceType, TensorSpec};

use crate::SpecError;

/// What a model is and what it takes and returns: the content of a package's `config.json`.
///
/// ```
/// use neuropod_core::{DType, TensorSpec};
/// use neuropod_spec::ProblemDefinition;
///
/// let definition = ProblemDefinition::new("addition", "torchscript")
///     .with_input(TensorSpec::new("x", DType::Float32, ["length"]))
///     .with_output(TensorSpec::new("out", DType::Float32, ["length"]));
/// neuropod_spec::check(&definition)?;
///
/// let read = ProblemDefinition::from_json(definition.to_json().as_bytes())?;
/// assert_eq!(read.inputs, definition.inputs);
/// # Ok::<(), neuropod_spec::SpecError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ProblemDefinition {
    /// The model's name.
    pub name: String,
    /// What runs it: `tensorflow`, `torchscript`, `python`, or what a backend registers.
    pub platform: String,
    /// Which versions of the framework can run it, as npm writes ranges; `*` stands for all.
    pub platform_version_semver: String,
    /// The inputs, with unique names.
    pub inputs: Vec<TensorSpec>,
    /// The outputs, with unique names.
    pub outputs: Vec<TensorSpec>,
    /// Base names of shared libraries with operators that the model needs.
    pub custom_ops: Vec<String>,
    /// Where each input is put when the model runs on a GPU. An input that is not named goes to
    /// the GPU.
    pub input_tensor_device: BTreeMap<String, DeviceType>,
}

impl ProblemDefinition {
    /// A definition without inputs and outputs, for every version of the platform.
    pub fn new(name: impl Into<String>, platform: impl Into<String>) -> Self {
        ProblemDefinition {
            name: name.into(),
            platform: platform.into(),
            platform_version_semver: "*".to_owned(),
            inputs: Vec::new(),
            outputs: Vec::new(),
            custom_ops: Vec::new(),
            input_tensor_device: BTreeMap::new(),
        }
    }

    /// Adds an input.
    #[must_use]
    pub fn with_input(mut self, spec: TensorSpec) -> Self {
        self.inputs.push(spec);
        self
    }

    /// Adds an output.
    #[must_use]
    pub fn with_output(mut self, spec: TensorSpec) -> Self {
        self.outputs.push(spec);
        self
    }

    /// Sets which versions of the framework can run the model.
    #[must_use]
    pub fn with_platform_version(mut self, range: impl Into<String>) -> Self {
        self.platform_version_semver = range.into();
        self
    }

    /// Adds a library with operators, by its base name.
    #[must_use]
    pub fn with_custom_op(mut self, library: impl Into<String>) -> Self {
        self.custom_ops.push(library.into());
        self
    }

    /// Sets where an input is put when the model runs on a GPU.
    #[must_use]
    pub fn with_input_device(mut self, input: impl Into<String>, device: DeviceType) -> Self {
        self.input_tensor_device.insert(input.into(), device);
        self
    }

    /// Where the input of that name is put when the model runs on a GPU.
    pub fn input_device(&self, input: &str) -> DeviceType {
        self.input_tensor_device.get(input).copied().unwrap_or(DeviceType::Gpu)
    }

    /// Reads a `config.json` and checks it.
    ///
    /// It reads what the original Neuropod reads: `//` and `/* */` comments, a byte-order mark,
    /// unknown keys, and no value (or `null`) for any key but `name` and `platform`. It is
    /// stricter where readers would disagree about the meaning: a key that occurs twice in one
    /// object is refused. Every input gets an entry in
    /// [`input_tensor_device`](Self::input_tensor_device).
    ///
    /// # Errors
    ///
    /// A [`SpecError`] that says which rule is broken and where. Input of any content and depth
    /// gives an error at worst; input over [`MAX_CONFIG_BYTES`](crate::MAX_CONFIG_BYTES) is not
    /// looked at.
    pub fn from_json(text: &[u8]) -> Result<Self, SpecError> {
        crate::json::read(text)
    }

    /// Writes a `config.json`: byte for byte what Python's
    /// `json.dump(config, file, indent=4, sort_keys=True)` writes, with all seven keys and a
    /// device for every input.
    pub fn to_json(&self) -> String {
        crate::json::write(self)
    }
}
