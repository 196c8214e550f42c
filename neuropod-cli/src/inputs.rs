//! The inputs of a model, as they are given on the command line.

use std::path::{Path, PathBuf};

use clap::Args;
use neuropod::{Error, ErrorKind, Result, Tensor, TensorSpec};

use crate::failure::Failure;
use crate::tensors::{read_array, read_named, read_value};
use crate::values::pair;

/// Inputs of a model.
#[derive(Args, Debug)]
pub(crate) struct InputArguments {
    /// An input: NAME=VALUE with a value in JSON, `x=[1,2]`, or NAME=@FILE with a `.npy` or `.json`
    /// file
    ///
    /// A string may go without its quotes: `text=hello`.
    #[arg(value_name = "NAME=VALUE", value_parser = pair)]
    inputs: Vec<(String, String)>,

    /// Read inputs from an `.npz` or `.json` file, or from JSON on the standard input for `-`
    /// (repeatable)
    #[arg(long = "inputs", value_name = "FILE")]
    files: Vec<PathBuf>,
}

impl InputArguments {
    /// Whether no input is given.
    pub(crate) fn is_empty(&self) -> bool {
        self.inputs.is_empty() && self.files.is_empty()
    }

    /// Reads the inputs as their specs say.
    pub(crate) fn read(&self, specs: &[TensorSpec]) -> Result<Vec<(String, Tensor)>, Failure> {
        read_tensors(&self.inputs, &self.files, Specs::inputs(specs))
    }
}

/// The specs of one side of a model, by which values are read.
#[derive(Clone, Copy)]
pub(crate) struct Specs<'a> {
    side: &'static str,
    specs: &'a [TensorSpec],
}

impl<'a> Specs<'a> {
    pub(crate) fn inputs(specs: &'a [TensorSpec]) -> Self {
        Specs { side: "input", specs }
    }

    pub(crate) fn outputs(specs: &'a [TensorSpec]) -> Self {
        Specs { side: "output", specs }
    }

    /// The spec of that name.
    pub(crate) fn find(self, name: &str) -> Result<&'a TensorSpec> {
        let Specs { side, specs } = self;
        specs.iter().find(|spec| *spec.name == *name).ok_or_else(|| {
            let known: Vec<_> = specs.iter().map(|spec| format!("`{}`", spec.name)).collect();
            let known = match &known[..] {
                [] => format!("no {side}s are declared"),
                known => format!("the {side}s are {}", known.join(", ")),
            };
            Error::new(ErrorKind::UnknownName, format!("there is no {side} `{name}`; {known}"))
        })
    }
}

/// Reads tensors out of files, and of names with values.
pub(crate) fn read_tensors(
    pairs: &[(String, String)],
    files: &[PathBuf],
    specs: Specs<'_>,
) -> Result<Vec<(String, Tensor)>, Failure> {
    let mut tensors = Vec::new();
    for file in files {
        tensors.extend(read_named(file, specs)?);
    }
    for (name, value) in pairs {
        let spec = specs.find(name)?;
        let tensor = match value.strip_prefix('@') {
            Some(file) => {
                read_array(Path::new(file), spec).map_err(|failure| failure.with("tensor", name))?
            }
            None => read_value(value, spec)?,
        };
        tensors.push((name.clone(), tensor));
    }
    check_distinct(&tensors)?;
    Ok(tensors)
}

fn check_distinct(tensors: &[(String, Tensor)]) -> Result<(), Failure> {
    for (index, (name, _)) in tensors.iter().enumerate() {
        if tensors[..index].iter().any(|(earlier, _)| earlier == name) {
            return Err(Failure::usage(format!("`{name}` is given twice; give it once")));
        }
    }
    Ok(())
}
