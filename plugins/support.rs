//! For the plugins' tests: plugins as they are installed, and processes with no variables of ours.
#![allow(dead_code, reason = "each test program uses a part of it")]

use std::env::{self, consts};
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use neuropod_core::{
    Backend, DType, Device, Inputs, IntoInputs, ModelOptions, ModelSource, Tensor, TensorSpec,
};
use neuropod_plugin::PluginSearch;
use neuropod_test_utils::MemoryFiles;
use neuropod_test_utils::conformance::{FixtureModel, Fixtures};
use serde_json::Value;
use tempfile::TempDir;

/// Names the test that a process was started for.
const ALONE: &str = "NEUROPOD_TEST_ALONE";
/// Tells that process which environment has the framework.
const FRAMEWORK: &str = "NEUROPOD_TEST_FRAMEWORK";

/// A folder of plugins.
pub(crate) struct Plugins {
    folder: TempDir,
}

impl Plugins {
    pub(crate) fn new() -> Self {
        Plugins { folder: tempfile::tempdir().expect("a temporary folder") }
    }

    /// A folder with this crate's plugin.
    pub(crate) fn with_this() -> Self {
        Plugins::new().add("this", |_| ())
    }

    /// Adds this crate's plugin, after a change of its description.
    pub(crate) fn add(self, name: &str, change: impl FnOnce(&mut Value)) -> Self {
        let folder = self.folder.path().join(name);
        fs::create_dir(&folder).expect("a folder for a plugin");
        let text = fs::read(concat!(env!("CARGO_MANIFEST_DIR"), "/plugin.json")).expect("plugin.json");
        let mut description: Value = serde_json::from_slice(&text).expect("plugin.json is JSON");
        change(&mut description);
        fs::write(folder.join("plugin.json"), description.to_string()).expect("plugin.json is written");
        let library = library();
        let place = folder.join(library.file_name().expect("a library has a name"));
        // The target folder may be on another disk.
        fs::hard_link(&library, &place)
            .or_else(|_| fs::copy(&library, &place).map(drop))
            .expect("the library is put into place");
        self
    }

    /// A search in this folder alone.
    pub(crate) fn search(&self) -> PluginSearch {
        PluginSearch::new().standard_places(false).path(self.folder.path())
    }
}

/// What cargo built of this crate, beside its tests.
fn library() -> PathBuf {
    let crate_name = env!("CARGO_PKG_NAME");
    let file = format!("{}{}{}", consts::DLL_PREFIX, crate_name.replace('-', "_"), consts::DLL_SUFFIX);
    let library = env::current_exe().expect("this program has a path").with_file_name(file);
    assert!(
        library.is_file(),
        "{} is missing: `cargo test -p {crate_name}` builds it before the tests",
        library.display()
    );
    library
}

/// Runs the addition model, whatever the framework.
pub(crate) fn add(backend: &dyn Backend, models: &dyn Fixtures) {
    let source = models.source(FixtureModel::Addition).expect("the fixtures have it");
    let model = backend.load(source, &cpu()).unwrap_or_else(|error| panic!("{error:?}"));
    let x = Tensor::from_vec([2], vec![1.0f32, 2.0]).expect("the shape is that of the values");
    let inputs = [("x", &x), ("y", &x)].into_inputs().expect("the names differ");
    let outputs = model.infer(&inputs, &[]).unwrap_or_else(|error| panic!("{error:?}"));
    assert_eq!(outputs["out"].as_slice::<f32>().expect("numbers"), [2.0, 4.0]);
}

/// Runs a model that needs an operator of the package's, on vectors of one element.
pub(crate) fn run_with_operator(
    backend: &dyn Backend,
    files: MemoryFiles,
    library: Vec<u8>,
    inputs: &[(&str, f32)],
    output: &str,
) -> Vec<f32> {
    const LIBRARY: &str = "liboperator.so";
    let vector = |name: &str| TensorSpec::new(name, DType::Float32, [None]);
    let files = Arc::new(files.file(format!("0/ops/{LIBRARY}"), library));
    let mut source = ModelSource::new("operator", backend.info().platform, files);
    source.inputs = inputs.iter().map(|(name, _)| vector(name)).collect();
    source.outputs = vec![vector(output)];
    source.custom_ops = vec![LIBRARY.to_owned()];
    let model = backend.load(Arc::new(source), &cpu()).unwrap_or_else(|error| panic!("{error:?}"));
    let tensors: Vec<_> = inputs.iter().map(|(name, value)| (name, vector_of(*value))).collect();
    let mut given = Inputs::new();
    tensors.iter().for_each(|(name, tensor)| given.push(name, tensor).expect("the names differ"));
    let outputs = model.infer(&given, &[]).unwrap_or_else(|error| panic!("{error:?}"));
    outputs[output].as_slice::<f32>().expect("numbers").to_vec()
}

fn cpu() -> ModelOptions {
    ModelOptions::new().device(Device::Cpu)
}

fn vector_of(value: f32) -> Tensor {
    Tensor::from_vec([1], vec![value]).expect("the shape is that of the value")
}

/// The environment that has the framework, in any process of these tests.
pub(crate) fn environment() -> PathBuf {
    let environment = env::var_os(FRAMEWORK).or_else(|| env::var_os("VIRTUAL_ENV"));
    environment.expect("an active Python environment with the framework (VIRTUAL_ENV)").into()
}

/// Whether this is a process of [`alone`].
pub(crate) fn is_alone() -> bool {
    env::var_os(ALONE).is_some()
}

/// Runs a test's work in a process of its own whose variables lead to no framework.
pub(crate) fn alone(test: &str, work: impl FnOnce()) {
    if is_alone() {
        return work();
    }
    let home = tempfile::tempdir().expect("a temporary folder");
    let variables = [
        (ALONE, OsString::from(test)),
        (FRAMEWORK, environment().into_os_string()),
        ("PATH", OsString::from("/usr/bin:/bin")),
        ("HOME", home.path().as_os_str().to_owned()),
    ];
    let output = Command::new(env::current_exe().expect("this program has a path"))
        .args(["--exact", test, "--nocapture", "--test-threads=1"])
        .env_clear()
        .envs(variables)
        .current_dir(home.path())
        .output()
        .expect("this program can be started");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let (stdout, stderr) = (text(&output.stdout), text(&output.stderr));
    assert!(output.status.success(), "{}: {stdout}{stderr}", output.status);
    assert!(stdout.contains("1 passed"), "the work was not done: {stdout}");
}

/// Whether this process has a library of that name open.
pub(crate) fn has_open(library: &str) -> bool {
    let maps = fs::read_to_string("/proc/self/maps").unwrap_or_default();
    maps.lines().any(|line| Path::new(line).file_name().is_some_and(|name| name == library))
}
