//! Small models that the installed command packages, for the steps that use an installation.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use super::Workspace;
use super::install::command;
use crate::demo::make;
use crate::environment::Environment;

/// A model, and how it is packaged. Packaging runs it on the test data.
pub(super) struct Model {
    /// The package's name and what distinguishes it from the model's other packages.
    pub(super) name: &'static str,
    /// The platform and its options, but for the model's file, which follows them.
    platform: &'static [&'static str],
    /// The inputs and outputs, and the test data.
    interface: &'static [&'static str],
    origin: Origin,
}

/// Where the model's file comes from.
enum Origin {
    /// It is in the checkout.
    File(&'static str),
    /// A Python script of the checkout writes it, with this ending.
    Script(&'static str, &'static str),
}

const ADDITION: &[&str] = &[
    "--name=addition",
    "--input=x:float32:?",
    "--input=y:float32:?",
    "--output=out:float32:?",
    "--test-input=x=[1,2]",
    "--test-input=y=[3,4]",
    "--test-output=out=[4,6]",
];

const TORCHSCRIPT: &[&str] = &["torchscript", "--model"];

/// The same model in each framework.
pub(super) const ADDITIONS: [Model; 3] = [
    Model {
        name: "addition-python",
        platform: &["python", "--entrypoint=addition_in_python:get_model", "--module"],
        interface: ADDITION,
        origin: Origin::File("examples/python/addition_in_python.py"),
    },
    Model {
        name: "addition-tensorflow",
        platform: &["tensorflow", "--node=x=x", "--node=y=y", "--node=out=out", "--graph"],
        interface: ADDITION,
        origin: Origin::Script("examples/python/make_addition_graph.py", "pb"),
    },
    Model {
        name: "addition-torchscript",
        platform: TORCHSCRIPT,
        interface: ADDITION,
        origin: Origin::Script("examples/python/make_addition_model.py", "pt"),
    },
];

/// What the tests of the bindings need besides.
pub(super) const OTHERS: [Model; 2] = [
    Model {
        name: "strings-python",
        platform: &["python", "--entrypoint=strings_in_python:get_model", "--module"],
        interface: &[
            "--name=strings",
            "--input=x:string:N",
            "--input=y:string:N",
            "--output=out:string:N",
            r#"--test-input=x=["a","b"]"#,
            r#"--test-input=y=["c","d"]"#,
            r#"--test-output=out=["a c","b d"]"#,
        ],
        origin: Origin::File("bindings/c/tests/models/strings_in_python.py"),
    },
    Model {
        name: "identity-torchscript",
        platform: TORCHSCRIPT,
        interface: &[
            "--name=identity",
            "--input=x:float32:N",
            "--output=out:float32:N",
            "--test-input=x=[1,2]",
            "--test-output=out=[1,2]",
        ],
        origin: Origin::Script("bindings/c/tests/models/make_identity_model.py", "pt"),
    },
];

impl Model {
    /// Packages the model with the command of an installation. The answer is the package, in `folder`.
    ///
    /// # Errors
    ///
    /// The model cannot be made, or the command cannot package it.
    pub(super) fn pack(
        &self,
        workspace: &Workspace,
        environment: &Environment,
        prefix: &Path,
        folder: &Path,
    ) -> Result<PathBuf> {
        let package = folder.join(format!("{}.neuropod", self.name));
        let model = self.file(&workspace.root, environment, folder)?;
        let pack = command(prefix).arg("pack").args(self.platform).arg(model).args(self.interface);
        pack.arg(&package).stdout().with_context(|| format!("cannot package {}", self.name))?;
        Ok(package)
    }

    fn file(&self, root: &Path, environment: &Environment, folder: &Path) -> Result<PathBuf> {
        match self.origin {
            Origin::File(path) => Ok(root.join(path)),
            Origin::Script(script, end) => {
                make(root, environment, script, folder.join(format!("{}.{end}", self.name)))
            }
        }
    }
}
