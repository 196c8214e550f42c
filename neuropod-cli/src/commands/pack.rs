//! `neuropod pack`

mod common;
mod python;
mod spec_file;
mod tensorflow;
mod torchscript;

use clap::{Args, Subcommand};

use crate::failure::Failure;

const EXAMPLES: &str = "\
Examples:
  neuropod pack torchscript --help
  neuropod pack python --name addition --entrypoint addition.model:get_model --code src:addition \\
      --input x:float32:n --input y:float32:n --output out:float32:n \\
      --test-input 'x=[1,2]' --test-input 'y=[3,4]' --test-output 'out=[4,6]' addition.neuropod";

/// Write a package of a model
///
/// The package is run on the test inputs before it appears at its path: one that fails is not written.
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    framework: Framework,
}

#[derive(Debug, Subcommand)]
enum Framework {
    #[command(name = "torchscript")]
    TorchScript(torchscript::Arguments),
    #[command(name = "tensorflow")]
    TensorFlow(tensorflow::Arguments),
    Python(python::Arguments),
}

pub(crate) fn run(arguments: Arguments) -> Result<(), Failure> {
    match arguments.framework {
        Framework::TorchScript(arguments) => torchscript::run(arguments),
        Framework::TensorFlow(arguments) => tensorflow::run(arguments),
        Framework::Python(arguments) => python::run(arguments),
    }
}
