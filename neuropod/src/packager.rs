//! Packages a model and tests the result.

mod graph_def;
mod near;
#[cfg(feature = "python")]
mod python;
#[cfg(feature = "tf")]
mod saved_model;
mod tf_config;

use std::fs;
use std::path::{Path, PathBuf};

use neuropod_core::{DeviceType, Error, ErrorKind, Result, Tensor, TensorSpec};
use neuropod_package::{Compression, PackageBuilder, TestData};
use neuropod_spec::ProblemDefinition;
use tempfile::{TempDir, TempPath};

use crate::{LoadOptions, Neuropod};
pub use graph_def::GraphDef;
#[cfg(feature = "python")]
pub use python::PythonModel;
#[cfg(feature = "tf")]
pub use saved_model::SavedModel;

const TENSORFLOW: &str = "tensorflow";
/// What one backend needs to know of a package.
const BACKEND_CONFIG: &str = "0/config.json";

/// Writes a package, and runs it on sample inputs before it appears at its path.
///
/// ```no_run
/// use neuropod::{DType, Packager, Tensor, TensorSpec};
///
/// Packager::torchscript("addition", "addition.pt")
///     .input(TensorSpec::new("x", DType::Float32, ["length"]))
///     .input(TensorSpec::new("y", DType::Float32, ["length"]))
///     .output(TensorSpec::new("out", DType::Float32, ["length"]))
///     .test_input("x", Tensor::from_vec([2], vec![1.0f32, 2.0])?)
///     .test_input("y", Tensor::from_vec([2], vec![3.0f32, 4.0])?)
///     .test_output("out", Tensor::from_vec([2], vec![4.0f32, 6.0])?)
///     .write("addition.neuropod")?;
/// # Ok::<(), neuropod::Error>(())
/// ```
#[derive(Clone, Debug)]
#[must_use = "a package is written by `write` or `write_dir`"]
pub struct Packager {
    builder: PackageBuilder,
    model: PackagedModel,
    test: TestData,
    persist_test_data: bool,
    compression: Compression,
    options: LoadOptions,
}

/// A model that is held against the problem definition once that is complete.
#[derive(Clone, Debug)]
enum PackagedModel {
    /// Files alone.
    Files,
    Graph(GraphDef),
    #[cfg(feature = "tf")]
    SavedModel(SavedModel),
    #[cfg(feature = "python")]
    Python(PythonModel),
}

impl Packager {
    /// A package of any platform; the files that its backend needs are added one by one.
    pub fn new(name: impl Into<String>, platform: impl Into<String>) -> Self {
        Packager {
            builder: PackageBuilder::new(ProblemDefinition::new(name, platform)),
            model: PackagedModel::Files,
            test: TestData::default(),
            persist_test_data: true,
            compression: Compression::default(),
            options: LoadOptions::default(),
        }
    }

    /// A package of a TorchScript file, which `torch.jit.save` wrote.
    pub fn torchscript(name: impl Into<String>, model: impl Into<PathBuf>) -> Self {
        Packager::new(name, "torchscript").file("0/data/model.pt", model)
    }

    /// A package of a TensorFlow graph.
    ///
    /// ```no_run
    /// use neuropod::{DType, GraphDef, Packager, TensorSpec};
    ///
    /// let graph = GraphDef::file("addition.pb").node("x", "x:0").node("y", "y:0").node("out", "sum:0");
    /// Packager::tensorflow_graph("addition", graph)
    ///     .input(TensorSpec::new("x", DType::Float32, ["length"]))
    ///     .input(TensorSpec::new("y", DType::Float32, ["length"]))
    ///     .output(TensorSpec::new("out", DType::Float32, ["length"]))
    ///     .write("addition.neuropod")?;
    /// # Ok::<(), neuropod::Error>(())
    /// ```
    pub fn tensorflow_graph(name: impl Into<String>, graph: GraphDef) -> Self {
        Packager { model: PackagedModel::Graph(graph), ..Packager::new(name, TENSORFLOW) }
    }

    /// A package of a TensorFlow SavedModel, Keras models among them.
    ///
    /// If no inputs are given, they are taken from the model's signature, and so are the outputs.
    /// Those that are given must fit it: they may be in another order, narrow a size that the model
    /// leaves open or give it a symbol, and leave outputs out.
    ///
    /// ```no_run
    /// use neuropod::{Packager, SavedModel};
    ///
    /// Packager::saved_model("classifier", SavedModel::folder("exported")).write("classifier.neuropod")?;
    /// # Ok::<(), neuropod::Error>(())
    /// ```
    #[cfg(feature = "tf")]
    pub fn saved_model(name: impl Into<String>, model: SavedModel) -> Self {
        Packager { model: PackagedModel::SavedModel(model), ..Packager::new(name, TENSORFLOW) }
    }

    /// A package of a model in Python: a PyTorch module, or any other callable.
    ///
    /// ```no_run
    /// use neuropod::{DType, Packager, PythonModel, Tensor, TensorSpec};
    ///
    /// // addition/model.py:
    /// //     def get_model(data_root):
    /// //         return lambda x, y: {"out": x + y}
    /// let model = PythonModel::new("addition.model", "get_model").code(".", ["addition"]);
    /// Packager::python("addition", model)
    ///     .input(TensorSpec::new("x", DType::Float32, ["length"]))
    ///     .input(TensorSpec::new("y", DType::Float32, ["length"]))
    ///     .output(TensorSpec::new("out", DType::Float32, ["length"]))
    ///     .test_input("x", Tensor::from_vec([2], vec![1.0f32, 2.0])?)
    ///     .test_input("y", Tensor::from_vec([2], vec![3.0f32, 4.0])?)
    ///     .test_output("out", Tensor::from_vec([2], vec![4.0f32, 6.0])?)
    ///     .write("addition.neuropod")?;
    /// # Ok::<(), neuropod::Error>(())
    /// ```
    #[cfg(feature = "python")]
    pub fn python(name: impl Into<String>, model: PythonModel) -> Self {
        let platform = neuropod_backend_python::PLATFORM;
        Packager { model: PackagedModel::Python(model), ..Packager::new(name, platform) }
    }

    /// Adds a file under a path in the package, which starts with `0/` by convention.
    pub fn file(mut self, path: impl Into<String>, source: impl Into<PathBuf>) -> Self {
        self.builder = self.builder.file(path, source);
        self
    }

    /// Adds a file of this content under a path in the package.
    pub fn bytes(mut self, path: impl Into<String>, content: impl Into<Vec<u8>>) -> Self {
        self.builder = self.builder.bytes(path, content);
        self
    }

    /// Adds an input.
    pub fn input(mut self, spec: TensorSpec) -> Self {
        self.builder.definition_mut().inputs.push(spec);
        self
    }

    /// Adds an output.
    pub fn output(mut self, spec: TensorSpec) -> Self {
        self.builder.definition_mut().outputs.push(spec);
        self
    }

    /// Sets which versions of the framework can run the model, as npm writes ranges; `*` by default.
    pub fn platform_version(mut self, range: impl Into<String>) -> Self {
        self.builder.definition_mut().platform_version_semver = range.into();
        self
    }

    /// Sets where an input is put when the model runs on a GPU; there by default.
    pub fn input_device(mut self, input: impl Into<String>, device: DeviceType) -> Self {
        self.builder.definition_mut().input_tensor_device.insert(input.into(), device);
        self
    }

    /// Adds a shared library with operators that the model uses, kept under its base name.
    pub fn custom_op(mut self, library: impl Into<PathBuf>) -> Self {
        self.builder = self.builder.custom_op(library);
        self
    }

    /// Adds a sample input, on which the package is run before it appears at its path.
    pub fn test_input(mut self, name: impl Into<String>, tensor: Tensor) -> Self {
        self.test.inputs.push((name.into(), tensor));
        self
    }

    /// Adds what the model must return for the sample inputs: floating-point numbers to within
    /// `1e-8 + 1e-5 × |expected|`, all else exactly.
    pub fn test_output(mut self, name: impl Into<String>, tensor: Tensor) -> Self {
        self.test.outputs.push((name.into(), tensor));
        self
    }

    /// Sets whether the sample inputs and outputs are kept in the package; they are by default.
    pub fn persist_test_data(mut self, persist: bool) -> Self {
        self.persist_test_data = persist;
        self
    }

    /// Sets how the zip file's entries are stored; deflated by default. Trained weights hardly shrink,
    /// and a backend reads stored ones in place: large models load faster from a stored package.
    pub fn compression(mut self, compression: Compression) -> Self {
        self.compression = compression;
        self
    }

    /// Sets how the package is loaded for its test.
    pub fn load_options(mut self, options: LoadOptions) -> Self {
        self.options = options;
        self
    }

    /// Writes the package as a zip file. Equal content gives equal bytes.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::AlreadyExists`] if there is something at the path,
    /// [`InvalidSpec`](ErrorKind::InvalidSpec) if the problem definition is wrong or does not fit the
    /// model, [`NotFound`](ErrorKind::NotFound) if a file or a Python model's module is missing,
    /// [`UnsafePackage`](ErrorKind::UnsafePackage) for symbolic links and dangerous paths,
    /// [`InvalidArgument`](ErrorKind::InvalidArgument) if two files have one path or the package would
    /// be written into a folder of the model, [`Load`](ErrorKind::Load) if a SavedModel cannot be read
    /// or has no such signature, or if requirements cannot be compiled,
    /// [`SelfTest`](ErrorKind::SelfTest) if the model returns something else than expected, and
    /// whatever loading and running it returns. On an error nothing is left behind.
    pub fn write(self, path: impl AsRef<Path>) -> Result<()> {
        let (path, compression) = (path.as_ref(), self.compression);
        let staging = self.stage(path, |builder, staged| builder.write_zip(staged, compression))?;
        let staged = TempPath::try_from_path(staged_in(&staging, path))?;
        staged
            .persist_noclobber(path)
            .map_err(|error| Error::from(error.error).with("path", path.display().to_string()))
    }

    /// Writes the package as a directory.
    ///
    /// # Errors
    ///
    /// As for [`Packager::write`].
    pub fn write_dir(self, path: impl AsRef<Path>) -> Result<()> {
        let path = path.as_ref();
        let staging = self.stage(path, |builder, staged| builder.write_dir(staged))?;
        fs::rename(staged_in(&staging, path), path)
            .map_err(|error| Error::from(error).with("path", path.display().to_string()))
    }

    /// Writes the package beside its final path, and tests it there.
    fn stage<E: Into<Error>>(
        self,
        path: &Path,
        write: impl FnOnce(PackageBuilder, &Path) -> Result<(), E>,
    ) -> Result<TempDir> {
        let in_package = |error: Error| error.with("package", path.display().to_string());
        if path.symlink_metadata().is_ok() {
            let message = "there is a file or folder at the path already; remove it or choose another path";
            return Err(
                Error::new(ErrorKind::AlreadyExists, message).with("path", path.display().to_string())
            );
        }
        let mut builder = self.model.add_to(self.builder, path).map_err(in_package)?;
        if self.persist_test_data && !self.test.inputs.is_empty() {
            builder = builder.test_data(self.test.clone());
        }
        let parent = parent_folder(path);
        let staging = tempfile::Builder::new()
            .prefix(".neuropod-")
            .tempdir_in(parent)
            .map_err(|error| Error::from(error).with("folder", parent.display().to_string()))?;
        write(builder, &staged_in(&staging, path)).map_err(Into::into)?;
        if !self.test.inputs.is_empty() || !self.test.outputs.is_empty() {
            let staged = staged_in(&staging, path);
            Neuropod::load_as(&staged, path, self.options)?.test_with(&self.test).map_err(in_package)?;
        }
        Ok(staging)
    }
}

impl PackagedModel {
    /// Adds the model to a package that is to be written to `output`.
    #[cfg_attr(not(feature = "python"), expect(unused_variables, reason = "a Python model checks it"))]
    fn add_to(self, builder: PackageBuilder, output: &Path) -> Result<PackageBuilder> {
        match self {
            PackagedModel::Files => Ok(builder),
            PackagedModel::Graph(graph) => graph.add_to(builder),
            #[cfg(feature = "tf")]
            PackagedModel::SavedModel(model) => model.add_to(builder),
            #[cfg(feature = "python")]
            PackagedModel::Python(model) => model.add_to(builder, output),
        }
    }
}

/// The folder that the package is to be in.
fn parent_folder(path: &Path) -> &Path {
    path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Under its own name in the staging folder.
fn staged_in(staging: &TempDir, path: &Path) -> PathBuf {
    staging.path().join(path.file_name().unwrap_or("package".as_ref()))
}
