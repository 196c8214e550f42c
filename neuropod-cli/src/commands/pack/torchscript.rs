//! `neuropod pack torchscript`

use std::path::PathBuf;

use clap::Args;
use neuropod::Packager;

use super::common::PackArguments;
use crate::failure::Failure;

const EXAMPLES: &str = "\
Examples:
  neuropod pack torchscript --name addition --model addition.pt \\
      --input x:float32:length --input y:float32:length --output out:float32:length \\
      --test-input 'x=[1,2]' --test-input 'y=[3,4]' --test-output 'out=[4,6]' addition.neuropod";

/// Package a TorchScript file, which `torch.jit.save` wrote
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(super) struct Arguments {
    /// The TorchScript file
    #[arg(long, value_name = "FILE")]
    model: PathBuf,

    #[command(flatten)]
    common: PackArguments,
}

pub(super) fn run(arguments: Arguments) -> Result<(), Failure> {
    let packager = Packager::torchscript(&arguments.common.name, arguments.model);
    arguments.common.write(packager)
}
