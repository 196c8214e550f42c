//! `neuropod infer`

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use anstyle::Style;
use clap::Args;
use neuropod::{Neuropod, Outputs, Tensor, TensorSpec};
use neuropod_package::OpenOptions;

use crate::failure::Failure;
use crate::inputs::{InputArguments, Specs};
use crate::load::{LoadArguments, load_options};
use crate::output::Output;
use crate::progress::with_spinner;
use crate::tensors::{Format, named, write_named};

const EXAMPLES: &str = "\
Examples:
  neuropod infer addition.neuropod 'x=[1,2]' 'y=[3,4]'
  neuropod infer addition.neuropod x=@x.npy y=@y.npy --output sum.npy
  neuropod infer classifier.neuropod --inputs batch.npz --outputs label,score --json
  echo '{\"x\": [1, 2], \"y\": [3, \"NaN\"]}' | neuropod infer addition.neuropod --inputs - --json

Numbers in JSON that are none are the strings \"NaN\", \"Infinity\" and \"-Infinity\"; strings that are not \
UTF-8 are objects such as {\"b64\": \"/w==\"}. Quotes keep `[` and `?` from the shell.";

/// Run a model once
///
/// Inputs are given one by one, as NAME=VALUE, or together in files. Outputs are written as text, as JSON
/// or to a file.
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Arguments {
    /// The package, a zip file or a directory
    package: PathBuf,

    #[command(flatten)]
    inputs: InputArguments,

    /// Ask for these outputs only, and in this order
    #[arg(long, value_name = "NAME,...", value_delimiter = ',')]
    outputs: Vec<String>,

    /// Write JSON: an object of the outputs
    #[arg(long)]
    json: bool,

    /// Write the outputs to a file: `.npz`, `.json`, or `.npy` for one output
    #[arg(long, short, value_name = "FILE", conflicts_with = "json")]
    output: Option<PathBuf>,

    #[command(flatten)]
    load: LoadArguments,
}

pub(crate) fn run(arguments: &Arguments) -> Result<(), Failure> {
    let mut output = Output::apart_from_models()?;
    // All that can be wrong with the command is told before the model is loaded.
    let definition = OpenOptions::new().read_definition(&arguments.package)?;
    for name in &arguments.outputs {
        Specs::outputs(&definition.outputs).find(name)?;
    }
    let format = output_format(arguments, &definition.outputs)?;
    let inputs = arguments.inputs.read(&definition.inputs)?;

    let options = load_options(&arguments.load);
    let loading = format!("loading {}", arguments.package.display());
    let model = with_spinner(loading, || options.load(&arguments.package))?;
    let outputs = with_spinner("running the model", || infer(&model, &inputs, &arguments.outputs))?;
    match (&arguments.output, format) {
        (Some(path), Some(format)) => write_named(path, format, &outputs),
        _ if arguments.json => output.json(&named(outputs.iter())),
        _ => output.text(&render(&outputs)),
    }
}

fn infer(
    model: &Neuropod,
    inputs: &[(String, Tensor)],
    requested: &[String],
) -> Result<Outputs, neuropod::Error> {
    let requested: Vec<_> = requested.iter().map(String::as_str).collect();
    let inputs: Vec<_> = inputs.iter().map(|(name, tensor)| (name.as_str(), tensor)).collect();
    model.infer_with_outputs(inputs, &requested)
}

fn output_format(arguments: &Arguments, specs: &[TensorSpec]) -> Result<Option<Format>, Failure> {
    let Some(path) = &arguments.output else { return Ok(None) };
    let format = Format::of(path, &[Format::Npz, Format::Npy, Format::Json])?;
    let count = if arguments.outputs.is_empty() { specs.len() } else { arguments.outputs.len() };
    if format == Format::Npy && count != 1 {
        return Err(one_output(path, count));
    }
    Ok(Some(format))
}

fn one_output(path: &Path, count: usize) -> Failure {
    Failure::usage(format!("a `.npy` file holds one array, but there are {count} outputs"))
        .with("file", path.display().to_string())
        .help("choose one with `--outputs`, or write an `.npz` file")
}

fn render(outputs: &Outputs) -> String {
    let bold = Style::new().bold();
    let mut text = String::new();
    for (index, (name, tensor)) in outputs.iter().enumerate() {
        let separator = if index == 0 { "" } else { "\n" };
        // Writing to a string cannot fail.
        let _ = writeln!(text, "{separator}{bold}{name}{bold:#}: {} {:?}", tensor.dtype(), tensor.dims());
        let _ = writeln!(text, "{tensor}");
    }
    text
}
