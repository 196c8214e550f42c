//! The installed command packages and runs a model of each framework.

use std::path::Path;

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};

use super::{Workspace, command, real};
use crate::environment::Environment;
use crate::steps::models::{ADDITIONS, Model};

pub(super) fn run(
    workspace: &Workspace,
    environment: &Environment,
    prefix: &Path,
    scratch: &Path,
) -> Result<()> {
    for model in &ADDITIONS {
        pack_and_infer(workspace, environment, prefix, scratch, model)?;
    }
    real::run(workspace, environment, prefix, scratch)
}

/// Packages a model, which is tested in doing so, and runs the package.
fn pack_and_infer(
    workspace: &Workspace,
    environment: &Environment,
    prefix: &Path,
    scratch: &Path,
    model: &Model,
) -> Result<()> {
    let package = model.pack(workspace, environment, prefix, scratch)?;
    let inferred = command(prefix).arg("infer").arg(&package).args(["x=[1,2]", "y=[3,4.5]", "--json"]);
    let text = inferred.stdout().with_context(|| format!("cannot run {}", model.name))?;
    let outputs: Value = serde_json::from_str(&text).context("`neuropod infer --json` wrote no JSON")?;
    ensure!(outputs == json!({"out": [4.0, 6.5]}), "{} gave {text}", model.name);
    eprintln!("{}: the installed command packaged a model and ran it", model.name);
    Ok(())
}
