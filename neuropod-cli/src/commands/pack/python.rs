//! `neuropod pack python`

use std::fs;
use std::path::{Path, PathBuf};

use clap::Args;
use neuropod::{Packager, PythonModel};

use super::common::PackArguments;
use crate::failure::Failure;
use crate::values::pair;

const EXAMPLES: &str = "\
Examples:
  neuropod pack python --name addition --entrypoint model:get_model --module model.py \\
      --input x:float32:n --input y:float32:n --output out:float32:n \\
      --test-input 'x=[1,2]' --test-input 'y=[3,4]' --test-output 'out=[4,6]' addition.neuropod
  neuropod pack python --name speaker --entrypoint speech.model:get_model --code src:speech \\
      --data weights/encoder.pt=trained/encoder.pt --requirement 'scipy>=1.10' \\
      --spec spec.json --test-inputs sample.npz speaker.neuropod";

/// Package Python code: a PyTorch module, or any other callable
///
/// The entrypoint is a function that returns the model. It is given the path of the folder with the
/// packaged data.
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(super) struct Arguments {
    /// The module and the function in it that returns the model
    #[arg(long, value_name = "MODULE:FUNCTION", value_parser = entrypoint)]
    entrypoint: (String, String),

    /// A folder of code, by the folder where imports start and its path from there, `src:speech` for
    /// instance; without a path, all of it (repeatable)
    #[arg(long, value_name = "ROOT[:FOLDER]")]
    code: Vec<String>,

    /// A file of code, a module at the top (repeatable)
    #[arg(long = "module", value_name = "FILE")]
    modules: Vec<PathBuf>,

    /// A file or folder with data, by its path in the folder that the entrypoint is given (repeatable)
    #[arg(long, value_name = "NAME=PATH", value_parser = pair)]
    data: Vec<(String, String)>,

    /// A distribution that the model needs, as pip writes it (repeatable)
    #[arg(long = "requirement", value_name = "SPEC")]
    requirements: Vec<String>,

    /// A file with one such distribution a line
    #[arg(long = "requirements", value_name = "FILE")]
    requirements_file: Option<PathBuf>,

    /// A file with every distribution that the model needs, pinned: one `name==version` a line
    #[arg(long, value_name = "FILE", conflicts_with_all = ["requirements", "requirements_file"])]
    requirements_lock: Option<PathBuf>,

    /// Pin the requirements for this Python, a program or the folder of an environment
    #[arg(long, value_name = "PATH")]
    interpreter: Option<PathBuf>,

    #[command(flatten)]
    common: PackArguments,
}

pub(super) fn run(arguments: Arguments) -> Result<(), Failure> {
    let packager = Packager::python(&arguments.common.name, model(&arguments)?);
    arguments.common.write(packager)
}

fn model(arguments: &Arguments) -> Result<PythonModel, Failure> {
    let (module, function) = &arguments.entrypoint;
    let mut model = PythonModel::new(module, function);
    for code in &arguments.code {
        let (root, folder) = code.rsplit_once(':').unwrap_or((code, "."));
        model = model.code(root, [folder]);
    }
    model = arguments.modules.iter().fold(model, PythonModel::module);
    model = arguments.data.iter().fold(model, |model, (name, path)| model.data(name, path));
    let mut requirements = arguments.requirements.clone();
    if let Some(file) = &arguments.requirements_file {
        requirements.extend(lines(&read(file)?));
    }
    if !requirements.is_empty() {
        model = model.requirements(requirements);
    }
    if let Some(file) = &arguments.requirements_lock {
        model = model.requirements_lock(read(file)?);
    }
    Ok(match &arguments.interpreter {
        Some(interpreter) => model.interpreter(interpreter),
        None => model,
    })
}

fn entrypoint(text: &str) -> Result<(String, String), String> {
    match text.split_once(':') {
        Some((module, function)) => Ok((module.to_owned(), function.to_owned())),
        None => {
            Err("expected a module, `:` and a function, `speech.model:get_model` for instance".to_owned())
        }
    }
}

fn read(file: &Path) -> Result<String, Failure> {
    fs::read_to_string(file).map_err(|error| Failure::from(error).with("file", file.display().to_string()))
}

/// The lines of a requirements file, without comments.
fn lines(text: &str) -> Vec<String> {
    let lines = text.lines().map(|line| line.split(" #").next().unwrap_or(line).trim());
    lines.filter(|line| !line.is_empty() && !line.starts_with('#')).map(str::to_owned).collect()
}
