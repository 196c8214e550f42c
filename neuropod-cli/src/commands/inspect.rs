//! `neuropod inspect`

mod description;
mod text;

use std::path::PathBuf;

use clap::Args;
use neuropod::Integrity;
use neuropod_package::OpenOptions;

use self::description::Description;
use crate::failure::Failure;
use crate::output::Output;

const EXAMPLES: &str = "\
Examples:
  neuropod inspect addition.neuropod
  neuropod inspect addition.neuropod --json | jq -r '.inputs[].name'";

/// Show what a package is: its inputs, outputs and files
///
/// Only what describes the model is read, so that it takes as long for a package of any size. The files
/// are not verified: `neuropod verify` does that.
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Arguments {
    /// The package, a zip file or a directory
    package: PathBuf,

    /// Write JSON, of the schema in the documentation
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(arguments: &Arguments) -> Result<(), Failure> {
    let package = OpenOptions::new().integrity(Integrity::Skip).open(&arguments.package)?;
    let description = Description::of(&package)?;
    let mut output = Output::new()?;
    if arguments.json { output.pretty_json(&description) } else { output.text(&text::render(&description)) }
}
