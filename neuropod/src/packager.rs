//! Packages a model and tests the result.

mod graph_def;
mod near;
#[cfg(feature = "python")]
mod python;
#[cfg(feature = "tf")]
mod saved_model;
mod staging;
mod tester;
mod tf_config;

use std::path::{Path, PathBuf};
use std::{fs, io};

use neuropod_core::{DeviceType, Error, Result, Tensor, TensorSpec};
use neuropod_package::{Compression, PackageBuilder, PackageError, TestData};
use neuropod_spec::ProblemDefinition;
use tempfile::{TempDir, TempPath};

use self::staging::{cannot_place, check_absent, parent_folder, staged_in, staging_folder};
use self::tester::Tester;
use crate::LoadOptions;
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
    tester: Tester,
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
            tester: Tester::default(),
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

    /// Sets how the package is loaded for its test, unless a [`tester`](Packager::tester) does that.
    pub fn load_options(mut self, options: LoadOptions) -> Self {
        self.options = options;
        self
    }

    /// Sets what tests the package, instead of loading and running it in this process: another process
    /// for instance, which a model that crashes or needs another environment cannot harm.
    ///
    /// It is given where the package is for now, and the sample inputs with the outputs to expect. If it
    /// returns an error, that is what writing returns, and nothing is left behind. Without sample inputs
    /// and outputs it is not called.
    ///
    /// ```no_run
    /// use std::process::Command;
    ///
    /// use neuropod::{Error, ErrorKind, Packager, Tensor};
    ///
    /// Packager::torchscript("addition", "addition.pt")
    ///     // ...
    ///     .test_input("x", Tensor::from_vec([2], vec![1.0f32, 2.0])?)
    ///     .tester(|package, _data| match Command::new("neuropod").arg("test").arg(package).status() {
    ///         Ok(status) if status.success() => Ok(()),
    ///         _ => Err(Error::new(ErrorKind::SelfTest, "`neuropod test` fails")),
    ///     })
    ///     .write("addition.neuropod")?;
    /// # Ok::<(), Error>(())
    /// ```
    pub fn tester(mut self, test: impl Fn(&Path, &TestData) -> Result<()> + Send + Sync + 'static) -> Self {
        self.tester = Tester::new(test);
        self
    }

    /// Sets what is told how much of the files has been written, and of how much, in bytes: with every
    /// piece of a file. It starts over if a file turns out to be one that [`Compression::Deflate`] stores as
    /// it is. An error that it returns ends the writing, like one of the disk.
    pub fn progress(mut self, report: impl Fn(u64, u64) -> io::Result<()> + Send + Sync + 'static) -> Self {
        self.builder = self.builder.progress(report);
        self
    }

    /// Writes the package as a zip file. Equal content gives equal bytes.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::AlreadyExists`](crate::ErrorKind::AlreadyExists) if there is something at the path,
    /// [`InvalidSpec`](crate::ErrorKind::InvalidSpec) if the problem definition is wrong or does not fit the
    /// model, [`NotFound`](crate::ErrorKind::NotFound) if a file or a Python model's module is missing,
    /// [`UnsafePackage`](crate::ErrorKind::UnsafePackage) for symbolic links and dangerous paths,
    /// [`InvalidArgument`](crate::ErrorKind::InvalidArgument) if two files have one path or the package would be
    /// written into a folder of the model, [`Load`](crate::ErrorKind::Load) if a SavedModel cannot be read or has
    /// no such signature, or if requirements cannot be compiled, [`SelfTest`](crate::ErrorKind::SelfTest) if the
    /// model returns something else than expected, and whatever loading and running it returns. On an error
    /// nothing is left behind.
    pub fn write(self, path: impl AsRef<Path>) -> Result<()> {
        let (path, compression) = (path.as_ref(), self.compression);
        let staging = self.stage(path, |builder, staged| builder.write_zip(staged, compression))?;
        let staged = TempPath::try_from_path(staged_in(&staging, path))?;
        staged.persist_noclobber(path).map_err(|error| cannot_place(error.error, path))
    }

    /// Writes the package as a directory.
    ///
    /// # Errors
    ///
    /// As for [`Packager::write`].
    pub fn write_dir(self, path: impl AsRef<Path>) -> Result<()> {
        let path = path.as_ref();
        let staging = self.stage(path, |builder, staged| builder.write_dir(staged))?;
        fs::rename(staged_in(&staging, path), path).map_err(|error| cannot_place(error, path))
    }

    /// Writes the package beside its final path, and tests it there.
    fn stage(
        self,
        path: &Path,
        write: impl FnOnce(PackageBuilder, &Path) -> Result<(), PackageError>,
    ) -> Result<TempDir> {
        let in_package = |error: Error| error.with("package", path.display().to_string());
        check_absent(path)?;
        let mut builder = self.model.add_to(self.builder, path).map_err(in_package)?;
        if self.persist_test_data && !self.test.inputs.is_empty() {
            builder = builder.test_data(self.test.clone());
        }
        let staging = staging_folder(parent_folder(path))?;
        write(builder, &staged_in(&staging, path)).map_err(|error| error.in_package(path))?;
        if !self.test.inputs.is_empty() || !self.test.outputs.is_empty() {
            let staged = staged_in(&staging, path);
            self.tester.test(&staged, path, self.options, &self.test).map_err(in_package)?;
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
