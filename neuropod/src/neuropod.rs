//! A package that is loaded and can be run.

use std::fmt;
use std::path::Path;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use neuropod_core::{
    Allocator, Backend, BackendInfo, DType, Error, ErrorKind, Inputs, IntoInputs, IntoShape, Model,
    ModelOptions, ModelSource, Outputs, Result, Tensor, TensorSpec,
};
use neuropod_package::{OpenOptions, Package, TestData};
use neuropod_spec::Validator;

use crate::LoadOptions;
use crate::compare::difference;
use crate::find::find_backend;

/// A model with its problem definition: loaded once, run from any thread.
///
/// ```no_run
/// use neuropod::{Neuropod, Tensor};
///
/// let model = Neuropod::load("addition.neuropod")?;
/// let x = Tensor::from_vec([4], vec![1.0f32, 2.0, 3.0, 4.0])?;
/// let y = Tensor::from_vec([4], vec![5.0f32, 6.0, 7.0, 8.0])?;
/// let outputs = model.infer([("x", &x), ("y", &y)])?;
/// assert_eq!(outputs["out"].as_slice::<f32>()?, [6.0, 8.0, 10.0, 12.0]);
/// # Ok::<(), neuropod::Error>(())
/// ```
pub struct Neuropod {
    source: Arc<ModelSource>,
    backend: Arc<dyn Backend>,
    options: ModelOptions,
    validator: Option<Validator>,
    model: OnceLock<Box<dyn Model>>,
    loading: Mutex<()>,
}

impl Neuropod {
    /// Loads a package, a directory or a zip file, with the default options.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::NotFound`] if there is nothing at the path; [`InvalidPackage`], [`InvalidSpec`],
    /// [`UnsafePackage`] or [`Integrity`] if the package is not in order; [`BackendNotFound`] if no
    /// backend provides its platform; and what the backend returns, [`Load`] or [`Device`] for
    /// instance.
    ///
    /// [`InvalidPackage`]: ErrorKind::InvalidPackage
    /// [`InvalidSpec`]: ErrorKind::InvalidSpec
    /// [`UnsafePackage`]: ErrorKind::UnsafePackage
    /// [`Integrity`]: ErrorKind::Integrity
    /// [`BackendNotFound`]: ErrorKind::BackendNotFound
    /// [`Load`]: ErrorKind::Load
    /// [`Device`]: ErrorKind::Device
    pub fn load(path: impl AsRef<Path>) -> Result<Self> {
        Neuropod::options().load(path)
    }

    /// Options to load a package with.
    pub fn options() -> LoadOptions {
        LoadOptions::default()
    }

    pub(crate) fn load_with(path: &Path, options: LoadOptions) -> Result<Self> {
        Neuropod::load_as(path, path, options)
    }

    /// Loads a package; errors name it by another path.
    pub(crate) fn load_as(path: &Path, named: &Path, options: LoadOptions) -> Result<Self> {
        let in_package = |error: Error| error.with("package", named.display().to_string());
        let opening = OpenOptions::new().integrity(options.integrity).limits(options.limits.clone());
        let (package, verification) = opening.open_concurrently(path)?;
        let lazy = options.lazy;
        let neuropod = Neuropod::new(&package, options).map_err(in_package)?;
        let has_code = holds_code(&neuropod.source);
        if lazy || has_code || !neuropod.source.custom_ops.is_empty() {
            if has_code && !lazy {
                // Unpacking compares too: what it has compared is not read a second time below. What it
                // finds wrong is told there.
                let _ = neuropod.source.files.path(BACKEND_FILES);
            }
            // Python and native code run as soon as they are loaded, so they are verified before.
            verification.finish()?;
            if !lazy {
                neuropod.load_model().map_err(in_package)?;
            }
            return Ok(neuropod);
        }
        let loaded = neuropod.load_model();
        // That a file was damaged says more than what the framework made of it.
        verification.finish()?;
        loaded.map_err(in_package)?;
        Ok(neuropod)
    }

    fn new(package: &Package, options: LoadOptions) -> Result<Self> {
        let source = package.source();
        let range = &package.definition().platform_version_semver;
        let backend = find_backend(&options, &source.platform, range)?;
        let validator =
            Validator::new(&source.inputs, &source.outputs)?.separate_sides(options.separate_symbols);
        Ok(Neuropod {
            source,
            backend,
            options: options.model,
            validator: options.validate.then_some(validator),
            model: OnceLock::new(),
            loading: Mutex::new(()),
        })
    }

    /// Loads the model now if that was left for later by [`LoadOptions::lazy`].
    ///
    /// # Errors
    ///
    /// What the backend returns. A later call tries again.
    pub fn load_model(&self) -> Result<()> {
        self.model().map(drop)
    }

    /// Runs the model and returns every output of its spec.
    ///
    /// Inputs are `&Tensor`, `Tensor`, `TensorView` or `&` any ndarray array; contiguous memory is
    /// handed to the framework without a copy wherever it can take it. Inputs may be left out if the
    /// model can do without them.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::InvalidInput`] or [`UnknownName`](ErrorKind::UnknownName) if the inputs do not
    /// fit the spec, [`MissingInput`](ErrorKind::MissingInput) if the model needs one that is absent,
    /// [`Model`](ErrorKind::Model) if the model fails, and [`InvalidOutput`](ErrorKind::InvalidOutput)
    /// if it returns something else than its spec says.
    pub fn infer<'a>(&self, inputs: impl IntoInputs<'a>) -> Result<Outputs> {
        self.infer_with_outputs(inputs, &[])
    }

    /// Runs the model and returns the requested outputs, in the order of the request. An empty
    /// request stands for every output.
    ///
    /// # Errors
    ///
    /// As for [`Neuropod::infer`]; [`ErrorKind::UnknownName`] for a name that is not in the spec,
    /// before the model runs.
    pub fn infer_with_outputs<'a>(&self, inputs: impl IntoInputs<'a>, requested: &[&str]) -> Result<Outputs> {
        let inputs = inputs.into_inputs()?;
        self.run(&inputs, requested).map_err(|error| error.with("model", self.name()))
    }

    fn run(&self, inputs: &Inputs<'_>, requested: &[&str]) -> Result<Outputs> {
        let model = self.model()?;
        let Some(validator) = &self.validator else {
            return model.infer(inputs, requested);
        };
        validator.requested(requested)?;
        let mut bindings = validator.inputs(inputs)?;
        let outputs = model.infer(inputs, requested)?;
        validator.outputs(&outputs, requested, &mut bindings)?;
        Ok(outputs)
    }

    /// Runs the model on sample inputs and holds its outputs against the expected ones: floating-point
    /// numbers to within `1e-8 + 1e-5 × |expected|`, all else exactly. Outputs that are not expected are
    /// not looked at.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::SelfTest`], saying which output differs and where; [`ErrorKind::UnknownName`] if the
    /// model does not return it; and as for [`Neuropod::infer`].
    pub fn test_with(&self, data: &TestData) -> Result<()> {
        let mut inputs = Inputs::with_capacity(data.inputs.len());
        for (name, tensor) in &data.inputs {
            inputs.push(name, tensor)?;
        }
        let outputs = self.infer(inputs)?;
        data.outputs.iter().try_for_each(|(name, expected)| check_output(&outputs, name, expected))
    }

    /// A tensor of zeros in memory that the model takes without a copy, to be filled in place.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::InvalidArgument`] if the shape has more bytes than memory can hold; a lazily
    /// loaded model is loaded first.
    pub fn allocate(&self, dtype: DType, shape: impl IntoShape) -> Result<Tensor> {
        self.allocator()?.allocate(dtype, shape.into_shape()?.dims())
    }

    /// What [`Neuropod::allocate`] takes memory from.
    ///
    /// # Errors
    ///
    /// What the backend returns when a lazily loaded model is loaded.
    pub fn allocator(&self) -> Result<Arc<dyn Allocator>> {
        Ok(self.model()?.allocator())
    }

    /// The specs of the inputs.
    pub fn inputs(&self) -> &[TensorSpec] {
        &self.source.inputs
    }

    /// The specs of the outputs.
    pub fn outputs(&self) -> &[TensorSpec] {
        &self.source.outputs
    }

    /// The model's name.
    pub fn name(&self) -> &str {
        &self.source.name
    }

    /// The platform that the model was packaged for, `torchscript` for instance.
    pub fn platform(&self) -> &str {
        &self.source.platform
    }

    /// The backend that runs the model.
    pub fn backend(&self) -> BackendInfo {
        self.backend.info()
    }

    fn model(&self) -> Result<&dyn Model> {
        if let Some(model) = self.model.get() {
            return Ok(&**model);
        }
        let _guard = self.loading.lock().unwrap_or_else(PoisonError::into_inner);
        if self.model.get().is_none() {
            let model = load_model(&*self.backend, &self.source, &self.options)?;
            let _ = self.model.set(model); // empty until now, and nobody else holds the lock
        }
        self.model
            .get()
            .map(|model| &**model)
            .ok_or_else(|| Error::new(ErrorKind::Internal, "the model vanished"))
    }
}

impl fmt::Debug for Neuropod {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Neuropod")
            .field("name", &self.name())
            .field("backend", &self.backend.info())
            .field("inputs", &self.inputs())
            .field("outputs", &self.outputs())
            .finish_non_exhaustive()
    }
}

/// Everything in a package that is a backend's.
const BACKEND_FILES: &str = "0";

/// Whether the package carries source code, which loading it runs.
fn holds_code(source: &ModelSource) -> bool {
    source.files.paths().iter().any(|path| path.starts_with("0/code/"))
}

fn check_output(outputs: &Outputs, name: &str, expected: &Tensor) -> Result<()> {
    match difference(expected, outputs.try_get(name)?) {
        None => Ok(()),
        Some(difference) => Err(Error::new(
            ErrorKind::SelfTest,
            format!("the model does not return the expected test output: {difference}"),
        )
        .with("output", name)),
    }
}

fn load_model(
    backend: &dyn Backend,
    source: &Arc<ModelSource>,
    options: &ModelOptions,
) -> Result<Box<dyn Model>> {
    if !options.allow_custom_ops && !source.custom_ops.is_empty() {
        let ops = source.custom_ops.join(", ");
        return Err(Error::new(
            ErrorKind::Forbidden,
            format!(
                "the package carries custom operators ({ops}), which are native code; if you trust it, load \
                     it with `allow_custom_ops(true)`"
            ),
        ));
    }
    tracing::debug!(model = source.name, backend = %backend.info(), "loading");
    backend.load(Arc::clone(source), options).map_err(|error| error.with("model", source.name.clone()))
}
