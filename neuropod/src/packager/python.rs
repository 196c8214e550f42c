//! Models in Python.

mod code;
mod entrypoint;
mod files;

use std::path::{Path, PathBuf};

use neuropod_core::{Error, ErrorKind, Result};
use neuropod_package::PackageBuilder;

use self::code::{Code, missing_init_files};
use self::entrypoint::Entrypoint;
use self::files::Files;
use super::BACKEND_CONFIG;

const CODE: &str = "0/code";
const DATA: &str = "0/data";
const REQUIREMENTS_LOCK: &str = "0/requirements.lock";

/// A model in Python to be packaged by [`Packager::python`](crate::Packager::python), with the
/// feature `python`: a PyTorch module, or any other callable.
///
/// The model is what a function of the packaged code returns, the entrypoint. That is called when the
/// package is loaded, with the path of the folder that holds the packaged data. The model takes the
/// inputs by their names and returns a `dict` of the outputs:
///
/// ```python
/// # speech/model.py
/// def get_model(data_root):
///     encoder = Encoder()
///     encoder.load_state_dict(torch.load(os.path.join(data_root, "weights/encoder.pt")))
///     return encoder.eval()
/// ```
///
/// ```
/// use neuropod::PythonModel;
///
/// let model = PythonModel::new("speech.model", "get_model")
///     .code("src", ["speech"])
///     .data("weights/encoder.pt", "trained/encoder.pt")
///     .requirements(["torch>=2.4", "numpy"]);
/// ```
#[derive(Clone, Debug)]
#[must_use = "a Python model is given to `Packager::python`"]
pub struct PythonModel {
    entrypoint: Entrypoint,
    code: Vec<Code>,
    data: Vec<(String, PathBuf)>,
    requirements: Requirements,
    interpreter: Option<PathBuf>,
}

/// The distributions that the model needs.
#[derive(Clone, Debug)]
enum Requirements {
    None,
    /// To be pinned when the package is written.
    Open(Vec<String>),
    /// Pinned already.
    Lock(String),
}

impl PythonModel {
    /// The model that the function `entrypoint` of the module `entrypoint_package` returns:
    /// `get_model` of `speech.model`, which is the packaged file `speech/model.py` or
    /// `speech/model/__init__.py`.
    pub fn new(entrypoint_package: impl Into<String>, entrypoint: impl Into<String>) -> Self {
        PythonModel {
            entrypoint: Entrypoint { module: entrypoint_package.into(), function: entrypoint.into() },
            code: Vec::new(),
            data: Vec::new(),
            requirements: Requirements::None,
            interpreter: None,
        }
    }

    /// Packages folders of code, given by their paths from `root`, where imports start: `src` and
    /// `speech` for the package `speech` in `src/speech`. `.` stands for all of `root`.
    ///
    /// They are read when the package is written. `__pycache__`, `*.pyc`, `*.pyo` and names that start
    /// with a dot, `.git` for instance, are left out; symbolic links are refused. A folder without an
    /// `__init__.py` gets an empty one, and so do the folders between `root` and a packaged one, of
    /// which nothing else is packaged.
    pub fn code<F: Into<PathBuf>>(
        mut self,
        root: impl Into<PathBuf>,
        folders: impl IntoIterator<Item = F>,
    ) -> Self {
        let root = root.into();
        let folders =
            folders.into_iter().map(|folder| Code::Folder { root: root.clone(), folder: folder.into() });
        self.code.extend(folders);
        self
    }

    /// Packages one file of code, a module at the top: `src/model.py` is imported as `model`.
    ///
    /// ```
    /// use neuropod::PythonModel;
    ///
    /// let model = PythonModel::new("model", "get_model").module("src/model.py");
    /// ```
    pub fn module(mut self, file: impl Into<PathBuf>) -> Self {
        self.code.push(Code::Module(file.into()));
        self
    }

    /// Packages a file or a whole folder with data, such as weights. The entrypoint finds it under
    /// `packaged_name`, which may hold `/`, in the folder that it is given.
    pub fn data(mut self, packaged_name: impl Into<String>, source: impl Into<PathBuf>) -> Self {
        self.data.push((packaged_name.into(), source.into()));
        self
    }

    /// Sets the distributions that the model needs, as pip writes requirements. They are compiled to
    /// exact versions, with all that they need themselves, when the package is written; for that
    /// pip may ask its package index. Replaces those that were set before.
    pub fn requirements(mut self, requirements: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.requirements = Requirements::Open(requirements.into_iter().map(Into::into).collect());
        self
    }

    /// Sets the content of `requirements.lock`, one `name==version` a line, instead of compiling
    /// it: no interpreter is needed. Replaces the requirements that were set before.
    pub fn requirements_lock(mut self, lock: impl Into<String>) -> Self {
        self.requirements = Requirements::Lock(lock.into());
        self
    }

    /// Compiles the requirements for this Python, a program or the folder of an environment, instead
    /// of the active one. Which Python the package is tested with is said in
    /// [`Packager::load_options`](crate::Packager::load_options).
    pub fn interpreter(mut self, path: impl Into<PathBuf>) -> Self {
        self.interpreter = Some(path.into());
        self
    }

    /// Adds code, data and configuration to a package that is to be written to `output`.
    pub(super) fn add_to(self, builder: PackageBuilder, output: &Path) -> Result<PackageBuilder> {
        self.entrypoint.check_names()?;
        let files = self.files(output)?;
        self.entrypoint.check_module(files.within(CODE))?;
        let inits = missing_init_files(&files);
        let builder = inits.into_iter().fold(builder, |builder, init| builder.bytes(init, ""));
        let builder = files.add_to(builder).bytes(BACKEND_CONFIG, self.entrypoint.to_json());
        Ok(match self.lock()? {
            Some(lock) => builder.bytes(REQUIREMENTS_LOCK, lock),
            None => builder,
        })
    }

    fn files(&self, output: &Path) -> Result<Files> {
        let mut files = Files::new(output);
        self.code.iter().try_for_each(|code| code.add_to(&mut files))?;
        if files.within(CODE).next().is_none() {
            let message = "the model has no code: add some with `PythonModel::code` or `PythonModel::module`";
            return Err(Error::new(ErrorKind::InvalidArgument, message));
        }
        for (name, source) in &self.data {
            files.add_any(format!("{DATA}/{name}"), source)?;
        }
        Ok(files)
    }

    fn lock(&self) -> Result<Option<String>> {
        match &self.requirements {
            Requirements::Open(open) if !open.is_empty() => {
                neuropod_backend_python::compile_requirements(self.interpreter.as_deref(), open).map(Some)
            }
            Requirements::None | Requirements::Open(_) => Ok(None),
            Requirements::Lock(lock) => Ok(Some(lock.clone())),
        }
    }
}
