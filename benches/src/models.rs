//! The models that every backend is measured with, and their packages.

mod interface;
mod make;

use std::path::{Path, PathBuf};

use neuropod::{Compression, GraphDef, Packager, PythonModel, SavedModel};

pub use self::interface::{Interface, TENSOR_COUNTS, floats, inputs, interface};
use crate::settings;

/// The cases that every backend runs: two small tensors, a hundred, an image, a large tensor, and strings.
pub const CASES: [&str; 5] = ["small", "many", "image", "large", "strings"];

/// A model with some work in each call and no state, for several threads: three layers for digits of 28 × 28 pixels.
pub const PERCEPTRON: &str = "perceptron";

/// What a model is made with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Framework {
    /// Python functions and PyTorch modules, for the platform `python`.
    Python,
    /// TensorFlow's graphs.
    Tf,
    /// TorchScript.
    Torch,
}

/// Models of one framework, and packages of them, which are stored zip files.
#[derive(Debug)]
pub struct Models {
    framework: Framework,
    folder: PathBuf,
}

impl Framework {
    /// The backend's name: `torch`, for instance.
    pub fn name(self) -> &'static str {
        match self {
            Framework::Python => "python",
            Framework::Tf => "tf",
            Framework::Torch => "torch",
        }
    }

    /// A real model that runs on this framework.
    pub fn real_model(self) -> &'static str {
        match self {
            Framework::Python => "speaker-encoder",
            Framework::Tf => "basic-pitch",
            Framework::Torch => "silero-vad",
        }
    }
}

impl Models {
    /// The models of all cases. They are made if they are not there yet.
    ///
    /// # Panics
    ///
    /// If no virtual environment is active, or a model cannot be made or packaged.
    pub fn of(framework: Framework) -> Self {
        let models = Models { framework, folder: settings::models().join(framework.name()) };
        let tensors = TENSOR_COUNTS.map(|count| format!("tensors-{count}"));
        let tensors = tensors.iter().map(String::as_str);
        let names: Vec<&str> = CASES.into_iter().chain(tensors).chain([PERCEPTRON]).collect();
        make::unless_made(framework, &models.folder, &names);
        for name in names.into_iter().chain([framework.real_model()]) {
            models.write_package(name);
        }
        models
    }

    /// What they are made with.
    pub fn framework(&self) -> Framework {
        self.framework
    }

    /// A model with that many MiB of weights, and its package, in a folder of their own. Its input is `x`, a vector of
    /// float32, and its output `out`.
    ///
    /// # Panics
    ///
    /// As for [`Models::of`].
    pub fn with_weights(framework: Framework, mebibytes: usize) -> (tempfile::TempDir, Self) {
        let all = settings::models();
        std::fs::create_dir_all(&all).expect("the folder of models can be made");
        let folder = tempfile::tempdir_in(all).expect("a folder can be made");
        let models = Models { framework, folder: folder.path().to_path_buf() };
        make::make(framework, &models.folder, &[&*format!("weights-{mebibytes}")]);
        let name = format!("weights-{mebibytes}");
        models.write_package(&name);
        (folder, models)
    }

    /// The model's file as the framework takes it: what `torch.jit.save` wrote, a `GraphDef`, the folder of a
    /// SavedModel, or a Python module.
    pub fn file(&self, name: &str) -> PathBuf {
        let of_data = |variable: &str| {
            PathBuf::from(std::env::var_os(variable).expect("the data is missing: use `cargo xtask exec`"))
        };
        match (self.framework, name) {
            (_, "silero-vad") => of_data("NEUROPOD_SILERO_MODEL"),
            (_, "basic-pitch") => of_data("NEUROPOD_BASIC_PITCH_MODEL"),
            (Framework::Torch, _) => self.folder.join(format!("{name}.pt")),
            (Framework::Tf, _) => self.folder.join(format!("{name}.pb")),
            (Framework::Python, "speaker-encoder") => {
                settings::root().join("examples/python/speaker_encoder.py")
            }
            (Framework::Python, _) => self.code().join(module(name)).with_extension("py"),
        }
    }

    /// The file with a Python model's weights, if it has any.
    pub fn data(&self, name: &str) -> Option<PathBuf> {
        let encoder = || std::env::var_os("NEUROPOD_SPEAKER_ENCODER").map(PathBuf::from);
        match name {
            "speaker-encoder" => Some(encoder().expect("the data is missing: use `cargo xtask exec`")),
            name if name.starts_with("weights-") => Some(self.folder.join(format!("{name}.pt"))),
            _ => None,
        }
    }

    /// The model's package, a stored zip file.
    pub fn package(&self, name: &str) -> PathBuf {
        self.folder.join(format!("{name}.neuropod"))
    }

    /// The model's package as a folder, which is written anew.
    ///
    /// # Panics
    ///
    /// If it cannot be written.
    pub fn folder_package(&self, name: &str) -> PathBuf {
        let path = self.folder.join(format!("{name}.folder.neuropod"));
        let _ = std::fs::remove_dir_all(&path); // what is wrong with it, the next line says
        self.packager(name).write_dir(&path).expect("the model can be packaged");
        path
    }

    /// Writes the package, in the place of one that is there already and may be in use.
    fn write_package(&self, name: &str) {
        let new = tempfile::tempdir_in(&self.folder).expect("a folder can be made");
        let path = new.path().join("package");
        self.packager(name).write(&path).expect("the model can be packaged");
        std::fs::rename(path, self.package(name)).expect("the package can be moved");
    }

    fn code(&self) -> &'static Path {
        Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/python/models"))
    }

    fn packager(&self, name: &str) -> Packager {
        let file = self.file(name);
        let Interface { inputs, outputs } = interface(name);
        let packager = match self.framework {
            // The signature says what the inputs and outputs are.
            Framework::Tf if name == self.framework.real_model() => {
                let packager = Packager::saved_model(name, SavedModel::folder(file));
                return packager.compression(Compression::Store);
            }
            Framework::Torch => Packager::torchscript(name, file),
            Framework::Tf => {
                let names = inputs.iter().chain(&outputs).map(|spec| spec.name.to_string());
                let graph = names.fold(GraphDef::file(file), |graph, name| graph.node(name.clone(), name));
                Packager::tensorflow_graph(name, graph)
            }
            Framework::Python => {
                let model = PythonModel::new(module(name), "get_model").module(file);
                let model = match self.data(name) {
                    Some(data) => model.data(data_name(name), data),
                    None => model,
                };
                Packager::python(name, model)
            }
        };
        let packager = inputs.into_iter().fold(packager, Packager::input);
        outputs.into_iter().fold(packager, Packager::output).compression(Compression::Store)
    }
}

/// The Python module with a model.
fn module(name: &str) -> String {
    match name.split_once('-') {
        Some(("tensors", _)) => "many".to_owned(),
        Some(("weights", _)) => "weights".to_owned(),
        _ => name.replace('-', "_"),
    }
}

/// What a model's weights are called in its package.
fn data_name(name: &str) -> &'static str {
    if name == "speaker-encoder" { "pretrained.pt" } else { "weights.pt" }
}
