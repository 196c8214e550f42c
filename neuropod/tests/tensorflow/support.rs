//! What the tests share.

use std::fs;
use std::path::{Path, PathBuf};

use neuropod::{DType, Device, LoadOptions, Neuropod, Tensor, TensorSpec};
use neuropod_package::Package;
use tempfile::TempDir;

/// A folder for packages that goes when the test ends.
pub(crate) struct Folder(TempDir);

impl Folder {
    pub(crate) fn new() -> Self {
        Folder(tempfile::tempdir().unwrap())
    }

    pub(crate) fn join(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub(crate) fn is_empty(&self) -> bool {
        fs::read_dir(self.0.path()).unwrap().next().is_none()
    }
}

pub(crate) fn options() -> LoadOptions {
    Neuropod::options().device(Device::Cpu)
}

/// A float32 vector of the length `n`.
pub(crate) fn vector(name: &str) -> TensorSpec {
    TensorSpec::new(name, DType::Float32, ["n"])
}

/// A float32 vector of any length.
pub(crate) fn any(name: &str) -> TensorSpec {
    TensorSpec::new(name, DType::Float32, [None])
}

pub(crate) fn floats(values: &[f32]) -> Tensor {
    Tensor::from_slice([values.len()], values).unwrap()
}

/// A text file of a package.
pub(crate) fn content(package: &Path, file: &str) -> String {
    let package = Package::open(package).unwrap();
    String::from_utf8(package.files().read(file, 1 << 20).unwrap()).unwrap()
}
