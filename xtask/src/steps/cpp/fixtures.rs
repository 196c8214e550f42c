//! The packages and the plugin that the tests use.

use std::env::consts::{DLL_PREFIX, DLL_SUFFIX};
use std::fs;
use std::path::{Path, PathBuf};
use std::thread;

use anyhow::{Context, Result, anyhow};

use super::Workspace;
use crate::environment::Environment;
use crate::install::example;
use crate::steps::models::{ADDITIONS, Model, OTHERS};

/// The example of the crate `neuropod` that is a plugin with the fake backend.
pub(super) const PLUGIN: &str = "plugin_of_the_tests";

/// What a folder of plugins needs to know of it.
const DESCRIPTION: &str =
    r#"{"abi": 1, "name": "fake-plugin", "platform": "fake", "version": "3.0.0", "library": "fake"}"#;

/// Packages for the fake backend: the name, the element type, the inputs, and the program.
const FAKES: [(&str, &str, &[&str], &str); 4] = [
    ("addition-fake", "float32", &["x", "y"], "out = add x y"),
    ("identity-fake", "float32", &["x"], "out = x"),
    ("strings-fake", "string", &["x", "y"], "out = concat x y"),
    ("failing-fake", "float32", &["x"], "fail_if_negative x the model does not like the input\nout = x"),
];

/// Folders that the tests use.
pub(super) struct Fixtures {
    /// The packages of the tests, `addition-torchscript.neuropod` for instance.
    pub(super) packages: PathBuf,
    /// The plugin with the fake backend is in a folder of its own in this one.
    pub(super) plugins: PathBuf,
}

impl Fixtures {
    /// Makes the packages and the plugin anew.
    pub(super) fn make(
        workspace: &Workspace,
        environment: &Environment,
        prefix: &Path,
        folder: &Path,
    ) -> Result<Self> {
        let fixtures = Fixtures { packages: folder.join("packages"), plugins: folder.join("plugins") };
        for folder in [&fixtures.packages, &fixtures.plugins] {
            if folder.exists() {
                fs::remove_dir_all(folder).with_context(|| format!("cannot remove {}", folder.display()))?;
            }
            fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
        }
        FAKES.iter().try_for_each(|fake| write_fake(&fixtures.packages, fake))?;
        put_plugin(&fixtures.plugins, &example(&workspace.root, environment, "neuropod", PLUGIN)?)?;
        pack(workspace, environment, prefix, &fixtures.packages)?;
        Ok(fixtures)
    }
}

/// Puts the fake backend's library into a folder of plugins.
pub(super) fn put_plugin(plugins: &Path, library: &Path) -> Result<()> {
    let folder = plugins.join("fake");
    fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
    let place = folder.join(format!("{DLL_PREFIX}fake{DLL_SUFFIX}"));
    fs::copy(library, &place).with_context(|| format!("cannot copy {}", library.display()))?;
    write(&folder.join("plugin.json"), DESCRIPTION)
}

/// Packages the models of all frameworks, two at a time.
fn pack(workspace: &Workspace, environment: &Environment, prefix: &Path, folder: &Path) -> Result<()> {
    let (mut first, mut second) = (Vec::new(), Vec::new());
    for (index, model) in ADDITIONS.iter().chain(&OTHERS).enumerate() {
        if index % 2 == 0 { first.push(model) } else { second.push(model) }
    }
    let pack = |models: Vec<&Model>| {
        models.into_iter().try_for_each(|model| model.pack(workspace, environment, prefix, folder).map(drop))
    };
    thread::scope(|scope| {
        [scope.spawn(|| pack(first)), scope.spawn(|| pack(second))]
            .map(thread::ScopedJoinHandle::join)
            .into_iter()
            .try_for_each(|half| half.map_err(|_| anyhow!("a thread that packages models panicked"))?)
    })
}

/// A package is a folder with a description and the backend's files.
fn write_fake(packages: &Path, fake: &(&str, &str, &[&str], &str)) -> Result<()> {
    let (name, dtype, inputs, program) = fake;
    let tensor = |name: &&str| serde_json::json!({ "name": name, "dtype": dtype, "shape": ["n"] });
    let description = serde_json::json!({
        "name": name,
        "platform": "fake",
        "input_spec": inputs.iter().map(tensor).collect::<Vec<_>>(),
        "output_spec": [tensor(&"out")],
    });
    let package = packages.join(format!("{name}.neuropod"));
    let data = package.join("0/data");
    fs::create_dir_all(&data).with_context(|| format!("cannot make {}", data.display()))?;
    write(&package.join("config.json"), &description.to_string())?;
    write(&data.join("model.fake"), program)
}

fn write(file: &Path, text: &str) -> Result<()> {
    fs::write(file, text).with_context(|| format!("cannot write {}", file.display()))
}
