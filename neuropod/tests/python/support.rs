//! What the tests share.

use std::fs;
use std::path::{Path, PathBuf};

use neuropod::{DType, Device, LoadOptions, Neuropod, Packager, PythonModel, Tensor, TensorSpec};
use neuropod_package::Package;
use tempfile::TempDir;

/// Adds two arrays.
pub(crate) const ADDITION: &str = r#"
def get_model(data_root):
    return lambda x, y: {"out": x + y}
"#;

/// A folder for sources and one for packages, which go when the test ends.
pub(crate) struct Folders(TempDir);

impl Folders {
    /// With these files of source code, by their path and content.
    pub(crate) fn with(files: &[(&str, &str)]) -> Self {
        let folders = Folders(tempfile::tempdir().unwrap());
        fs::create_dir(folders.0.path().join("packages")).unwrap();
        fs::create_dir(folders.source()).unwrap();
        for (path, content) in files {
            folders.write(path, content);
        }
        folders
    }

    pub(crate) fn write(&self, path: &str, content: &str) {
        let path = self.source().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }

    pub(crate) fn source(&self) -> PathBuf {
        self.0.path().join("source")
    }

    pub(crate) fn package(&self, name: &str) -> PathBuf {
        self.0.path().join("packages").join(name)
    }

    pub(crate) fn has_no_package(&self) -> bool {
        fs::read_dir(self.package("")).unwrap().next().is_none()
    }
}

/// `out = x + y` of float32 vectors of one length, on the CPU.
pub(crate) fn addition(model: PythonModel) -> Packager {
    Packager::python("addition", model)
        .input(vector("x"))
        .input(vector("y"))
        .output(vector("out"))
        .load_options(options())
}

pub(crate) fn vector(name: &str) -> TensorSpec {
    TensorSpec::new(name, DType::Float32, ["n"])
}

pub(crate) fn floats(values: &[f32]) -> Tensor {
    Tensor::from_slice([values.len()], values).unwrap()
}

pub(crate) fn options() -> LoadOptions {
    Neuropod::options().device(Device::Cpu)
}

/// A text file of a package.
pub(crate) fn content(package: &Path, file: &str) -> String {
    let package = Package::open(package).unwrap();
    String::from_utf8(package.files().read(file, 1 << 20).unwrap()).unwrap()
}

pub(crate) fn assert_adds(model: &Neuropod) {
    let x = floats(&[1.0, 2.0, 3.0, 4.0]);
    let y = floats(&[5.0, 6.0, 7.0, 8.0]);
    let outputs = model.infer([("x", &x), ("y", &y)]).unwrap();
    assert_eq!(outputs["out"], floats(&[6.0, 8.0, 10.0, 12.0]));
}
