//! Packages for the fake backend.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use neuropod::backend::Registry;
use neuropod::{DType, LoadOptions, Neuropod, Packager, Tensor, TensorSpec};
use neuropod_test_utils::fake::FakeBackend;
use tempfile::TempDir;

/// A packager of a model for the fake backend.
pub(crate) fn fake(name: &str, program: &str) -> Packager {
    Packager::new(name, "fake").bytes("0/data/model.fake", program).load_options(options())
}

/// `out = x + y` of float32 vectors of one length, `n`.
pub(crate) fn addition() -> Packager {
    fake("addition", "out = add x y").input(vector("x")).input(vector("y")).output(vector("out"))
}

pub(crate) fn vector(name: &str) -> TensorSpec {
    TensorSpec::new(name, DType::Float32, ["n"])
}

pub(crate) fn floats(values: &[f32]) -> Tensor {
    Tensor::from_slice([values.len()], values).unwrap()
}

/// Options whose registry holds the fake backend alone.
pub(crate) fn options() -> LoadOptions {
    let registry = Registry::new();
    registry.register(Arc::new(FakeBackend::new())).unwrap();
    Neuropod::options().registry(Arc::new(registry))
}

/// A folder for packages that goes when the test ends.
pub(crate) struct Folder(TempDir);

impl Folder {
    pub(crate) fn new() -> Self {
        Folder(tempfile::tempdir().unwrap())
    }

    pub(crate) fn path(&self) -> &Path {
        self.0.path()
    }

    pub(crate) fn join(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// The names of all that is in the folder.
    pub(crate) fn names(&self) -> Vec<String> {
        let entries = std::fs::read_dir(self.path()).unwrap();
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
    }

    /// Writes a package and loads it.
    pub(crate) fn load(&self, packager: Packager) -> Neuropod {
        let path = self.join("model.neuropod");
        packager.write(&path).unwrap();
        options().load(&path).unwrap()
    }
}
