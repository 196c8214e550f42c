//! Writes packages.

use std::io;
use std::path::{Path, PathBuf};

use neuropod_spec::ProblemDefinition;

use crate::config::{CONFIG, OPS, is_base_name};
use crate::contents::Contents;
use crate::folder::list_folder;
use crate::names::Names;
use crate::progress::Progress;
use crate::test_data::TEST_DATA;
use crate::verify::MANIFEST;
use crate::{Compression, PackageError, Problem, TestData, staging};

/// Puts a package together, and writes it as a zip file or as a folder.
///
/// ```
/// use neuropod_core::{DType, TensorSpec};
/// use neuropod_package::{Compression, Package, PackageBuilder};
/// use neuropod_spec::ProblemDefinition;
///
/// let folder = tempfile::tempdir()?;
/// let definition = ProblemDefinition::new("addition", "torchscript")
///     .with_input(TensorSpec::new("x", DType::Float32, ["length"]))
///     .with_output(TensorSpec::new("out", DType::Float32, ["length"]));
/// PackageBuilder::new(definition)
///     .bytes("0/data/model.pt", *b"the model")
///     .write_zip(folder.path().join("addition.neuropod"), Compression::Store)?;
///
/// let package = Package::open(folder.path().join("addition.neuropod"))?;
/// assert_eq!(package.definition().name, "addition");
/// assert_eq!(package.files().read("0/data/model.pt", 1 << 20)?, b"the model");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
#[must_use = "a package is written by `write_zip` or `write_dir`"]
pub struct PackageBuilder {
    definition: ProblemDefinition,
    contents: Contents,
    custom_ops: Vec<PathBuf>,
    folders: Vec<(String, PathBuf)>,
    test_data: Option<TestData>,
    progress: Progress,
}

impl PackageBuilder {
    /// A package of this problem definition, without files.
    pub fn new(definition: ProblemDefinition) -> Self {
        let contents = Contents::default();
        PackageBuilder {
            definition,
            contents,
            custom_ops: Vec::new(),
            folders: Vec::new(),
            test_data: None,
            progress: Progress::default(),
        }
    }

    /// The problem definition, to add to it.
    pub fn definition_mut(&mut self) -> &mut ProblemDefinition {
        &mut self.definition
    }

    /// Adds a file under a path from the package's root, `0/data/model.pt` for instance. It is
    /// read when the package is written, and may be of any size.
    pub fn file(mut self, path: impl Into<String>, source: impl Into<PathBuf>) -> Self {
        self.contents.add_file(path.into(), source.into());
        self
    }

    /// Adds a file of this content.
    pub fn bytes(mut self, path: impl Into<String>, content: impl Into<Vec<u8>>) -> Self {
        self.contents.add_bytes(path.into(), content.into());
        self
    }

    /// Adds every file of a folder, and of the folders in it, under a path from the package's
    /// root. Links in it are refused when the package is written.
    pub fn folder(mut self, path: impl Into<String>, source: impl Into<PathBuf>) -> Self {
        self.folders.push((path.into(), source.into()));
        self
    }

    /// Adds a shared library with operators that the model needs. It is kept under its base name
    /// in `0/ops`, and named in the problem definition.
    pub fn custom_op(mut self, library: impl Into<PathBuf>) -> Self {
        self.custom_ops.push(library.into());
        self
    }

    /// Sets the sample inputs and expected outputs, kept in `test_data.npz`.
    pub fn test_data(mut self, data: TestData) -> Self {
        self.test_data = Some(data);
        self
    }

    /// Sets what is told how much of the files has been written, and of how much, in bytes: with every
    /// piece of a file. It starts over if a file turns out to be one that [`Compression::Deflate`] stores as
    /// it is. An error that it returns ends the writing, like one of the disk.
    ///
    /// ```
    /// # use neuropod_package::{Compression, PackageBuilder};
    /// # use neuropod_spec::ProblemDefinition;
    /// # let folder = tempfile::tempdir()?;
    /// # let builder = PackageBuilder::new(ProblemDefinition::new("addition", "torchscript"));
    /// builder
    ///     .progress(|written, size| {
    ///         eprint!("\r{} %", 100 * written / size.max(1));
    ///         Ok(())
    ///     })
    ///     .write_zip(folder.path().join("addition.neuropod"), Compression::Store)?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn progress(mut self, report: impl Fn(u64, u64) -> io::Result<()> + Send + Sync + 'static) -> Self {
        self.progress = Progress::new(report);
        self
    }

    /// Writes the package as a zip file with a manifest. Equal content gives equal bytes: times
    /// and modes of the files do not matter. It appears at its path once it is complete; on an
    /// error nothing is left behind.
    ///
    /// # Errors
    ///
    /// If there is something at the path already, the problem definition is wrong, a path is
    /// dangerous or occurs twice, or something cannot be read or written.
    pub fn write_zip(self, path: impl AsRef<Path>, compression: Compression) -> Result<(), PackageError> {
        let path = path.as_ref();
        let write = || {
            staging::check_absent(path)?;
            let progress = self.progress.clone();
            staging::write_zip(&self.collect()?, path, compression, &progress)
        };
        write().map_err(|error: PackageError| error.in_package(path))
    }

    /// Writes the package as a folder with a manifest. It appears at its path once it is complete;
    /// on an error nothing is left behind.
    ///
    /// # Errors
    ///
    /// As for [`PackageBuilder::write_zip`].
    pub fn write_dir(self, path: impl AsRef<Path>) -> Result<(), PackageError> {
        let path = path.as_ref();
        let write = || {
            staging::check_absent(path)?;
            let progress = self.progress.clone();
            staging::write_dir(&self.collect()?, path, &progress)
        };
        write().map_err(|error: PackageError| error.in_package(path))
    }

    /// Every file but the manifest, in order.
    fn collect(mut self) -> Result<Contents, PackageError> {
        for reserved in [CONFIG, MANIFEST, TEST_DATA] {
            if self.contents.contains(reserved) {
                return Err(Problem::Reserved.at(reserved));
            }
        }
        for (path, source) in &self.folders {
            add_folder(&mut self.contents, path, source)?;
        }
        for library in &self.custom_ops {
            let name = base_name(library)?;
            if self.definition.custom_ops.contains(&name) {
                return Err(Problem::DuplicateCustomOp(name).at(CONFIG));
            }
            self.contents.add_file(format!("{OPS}/{name}"), library.clone());
            self.definition.custom_ops.push(name);
        }
        if let Some(data) = &self.test_data {
            let npz = data.to_npz().map_err(|error| error.within(TEST_DATA))?;
            self.contents.add_bytes(TEST_DATA.to_owned(), npz);
        }
        self.add_config()?;
        self.contents.check(Names::OnDisk)?;
        Ok(self.contents)
    }

    fn add_config(&mut self) -> Result<(), PackageError> {
        let wrong = |error| Problem::Config(Box::new(error)).at(CONFIG);
        neuropod_spec::check(&self.definition).map_err(wrong)?;
        self.contents.add_bytes(CONFIG.to_owned(), self.definition.to_json().into_bytes());
        Ok(())
    }
}

/// Adds every file of a folder.
fn add_folder(contents: &mut Contents, path: &str, source: &Path) -> Result<(), PackageError> {
    for file in list_folder(source, |_| true).map_err(|error| error.within(path))? {
        contents.add_file(format!("{path}/{file}"), source.join(file));
    }
    Ok(())
}

fn base_name(library: &Path) -> Result<String, PackageError> {
    let name = library.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    if is_base_name(name) {
        Ok(name.to_owned())
    } else {
        Err(Problem::CustomOpName(library.display().to_string()).into())
    }
}
