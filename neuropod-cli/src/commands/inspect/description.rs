//! What a package is; also the schema of `neuropod inspect --json`.

use std::fs;

use neuropod::{Dim, ProblemDefinition, TensorSpec};
use neuropod_package::{Manifest, Package};
use serde::{Serialize, Serializer};

use crate::failure::Failure;

/// Changes when a field changes its meaning or goes; fields may be added.
const SCHEMA_VERSION: u32 = 1;

const TEST_DATA: &str = "test_data.npz";

#[derive(Serialize)]
pub(super) struct Description {
    schema_version: u32,
    pub(super) name: String,
    pub(super) platform: String,
    pub(super) platform_version: String,
    pub(super) inputs: Vec<Input>,
    pub(super) outputs: Vec<Spec>,
    pub(super) custom_ops: Vec<String>,
    pub(super) test_data: bool,
    pub(super) manifest: bool,
    pub(super) format: PackageFormat,
    /// In bytes, on disk.
    pub(super) package_size: u64,
    /// In bytes, all files together.
    pub(super) unpacked_size: u64,
    pub(super) files: Vec<PackagedFile>,
}

#[derive(Serialize)]
pub(super) struct Spec {
    pub(super) name: String,
    pub(super) dtype: &'static str,
    #[serde(serialize_with = "shape")]
    pub(super) shape: Vec<Dim>,
}

#[derive(Serialize)]
pub(super) struct Input {
    #[serde(flatten)]
    pub(super) spec: Spec,
    pub(super) device: &'static str,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum PackageFormat {
    Zip,
    Directory,
}

#[derive(Serialize)]
pub(super) struct PackagedFile {
    pub(super) path: String,
    pub(super) size: u64,
    pub(super) sha256: Option<String>,
}

impl Description {
    pub(super) fn of(package: &Package) -> Result<Self, Failure> {
        let definition = package.definition();
        let manifest = package.read_manifest()?;
        let unpacked_size = package.sizes().map(|(_, size)| size).sum();
        let (format, package_size) = match package.is_zip() {
            true => (PackageFormat::Zip, fs::metadata(package.path())?.len()),
            false => (PackageFormat::Directory, unpacked_size),
        };
        Ok(Description {
            schema_version: SCHEMA_VERSION,
            name: definition.name.clone(),
            platform: definition.platform.clone(),
            platform_version: definition.platform_version_semver.clone(),
            inputs: definition.inputs.iter().map(|spec| Input::of(spec, definition)).collect(),
            outputs: definition.outputs.iter().map(Spec::of).collect(),
            custom_ops: definition.custom_ops.clone(),
            test_data: package.files().contains(TEST_DATA),
            manifest: manifest.is_some(),
            format,
            package_size,
            unpacked_size,
            files: files(package, manifest.as_ref()),
        })
    }
}

impl Spec {
    fn of(spec: &TensorSpec) -> Self {
        Spec { name: spec.name.to_string(), dtype: spec.dtype.name(), shape: spec.dims.clone() }
    }
}

impl Input {
    fn of(spec: &TensorSpec, definition: &ProblemDefinition) -> Self {
        Input { spec: Spec::of(spec), device: definition.input_device(&spec.name).name() }
    }
}

fn files(package: &Package, manifest: Option<&Manifest>) -> Vec<PackagedFile> {
    let sha256 = |path| manifest.and_then(|manifest| manifest.hash(path)).map(str::to_owned);
    let file = |(path, size)| PackagedFile { path: str::to_owned(path), size, sha256: sha256(path) };
    package.sizes().map(file).collect()
}

/// As in `config.json`: sizes are numbers, symbols strings, and `null` is any size.
fn shape<S: Serializer>(dims: &[Dim], serializer: S) -> Result<S::Ok, S::Error> {
    let dims = dims.iter().map(|dim| match dim {
        Dim::Any => serde_json::Value::Null,
        Dim::Fixed(size) => serde_json::Value::from(*size),
        Dim::Symbol(symbol) => serde_json::Value::from(&**symbol),
    });
    serializer.collect_seq(dims)
}
