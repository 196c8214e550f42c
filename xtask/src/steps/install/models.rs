//! The installed command packages and runs a model of each framework.

use std::path::Path;

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};

use super::{Workspace, command, real};
use crate::demo::make;
use crate::environment::Environment;

/// The inputs and outputs of the addition models, and test data, so that packing them runs them.
const ADDITION: [&str; 14] = [
    "--name",
    "addition",
    "--input",
    "x:float32:n",
    "--input",
    "y:float32:n",
    "--output",
    "out:float32:n",
    "--test-input",
    "x=[1,2]",
    "--test-input",
    "y=[3,4]",
    "--test-output",
    "out=[4,6]",
];

pub(super) fn run(
    workspace: &Workspace,
    environment: &Environment,
    prefix: &Path,
    scratch: &Path,
) -> Result<()> {
    let code = workspace.root.join("examples/python/addition_in_python.py");
    let python = ["python", "--entrypoint", "addition_in_python:get_model", "--module"];
    pack_and_infer(prefix, scratch, &python, &code)?;
    let root = &workspace.root;
    let graph = make(root, environment, "make_addition_graph.py", scratch.join("addition.pb"))?;
    let tensorflow = ["tensorflow", "--node", "x=x", "--node", "y=y", "--node", "out=out", "--graph"];
    pack_and_infer(prefix, scratch, &tensorflow, &graph)?;
    let model = make(root, environment, "make_addition_model.py", scratch.join("addition.pt"))?;
    pack_and_infer(prefix, scratch, &["torchscript", "--model"], &model)?;
    real::run(workspace, environment, prefix, scratch)
}

/// Packages a model, which is tested in doing so, and runs the package.
fn pack_and_infer(prefix: &Path, scratch: &Path, framework: &[&str], model: &Path) -> Result<()> {
    let package = scratch.join(format!("{}.neuropod", framework[0]));
    let packed = command(prefix).arg("pack").args(framework).arg(model).args(ADDITION).arg(&package);
    packed.stdout().with_context(|| format!("cannot package with {}", framework[0]))?;
    let inferred = command(prefix).arg("infer").arg(&package).args(["x=[1,2]", "y=[3,4.5]", "--json"]);
    let text = inferred.stdout().with_context(|| format!("cannot run a package of {}", framework[0]))?;
    let outputs: Value = serde_json::from_str(&text).context("`neuropod infer --json` wrote no JSON")?;
    ensure!(outputs == json!({"out": [4.0, 6.5]}), "the model of {} gave {text}", framework[0]);
    eprintln!("{}: the installed command packaged a model and ran it", framework[0]);
    Ok(())
}
