//! `neuropod bench`

mod inputs;
mod measure;
mod report;

use std::path::PathBuf;
use std::time::{Duration, Instant};

use clap::Args;
use neuropod_package::OpenOptions;

use self::measure::measure;
use self::report::Report;
use crate::failure::Failure;
use crate::inputs::InputArguments;
use crate::load::{LoadArguments, load_options};
use crate::output::Output;
use crate::progress::with_spinner;
use crate::values::size;

const EXAMPLES: &str = "\
Examples:
  neuropod bench classifier.neuropod
  neuropod bench classifier.neuropod --size batch=8 --threads 1,2,4 --duration 10s
  neuropod bench addition.neuropod 'x=[1,2]' 'y=[3,4]' --json

Without inputs, the package's test data is taken, or else zeros.";

/// Measure how long a model takes to load and to run
///
/// Each thread calls the model again and again; percentiles are of all calls.
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Arguments {
    /// The package, a zip file or a directory
    package: PathBuf,

    #[command(flatten)]
    inputs: InputArguments,

    /// Run on zeros, with this size for a symbol, `batch=8` for instance; 1 for all others (repeatable)
    #[arg(long = "size", value_name = "SYMBOL=SIZE", value_parser = size, conflicts_with_all = ["inputs", "files"])]
    sizes: Vec<(String, usize)>,

    /// How many threads call the model at once, one measurement after the other
    #[arg(long, value_name = "COUNT,...", value_delimiter = ',', default_value = "1",
          value_parser = clap::value_parser!(u16).range(1..=1024))]
    threads: Vec<u16>,

    /// How long each measurement takes, `500ms` for instance
    #[arg(long, value_name = "TIME", default_value = "5s", value_parser = humantime::parse_duration)]
    duration: Duration,

    /// How long the model runs before each measurement
    #[arg(long, value_name = "TIME", default_value = "500ms", value_parser = humantime::parse_duration)]
    warmup: Duration,

    /// Write JSON; times are in seconds
    #[arg(long)]
    json: bool,

    #[command(flatten)]
    load: LoadArguments,
}

pub(crate) fn run(arguments: &Arguments) -> Result<(), Failure> {
    let mut output = Output::apart_from_models()?;
    let definition = OpenOptions::new().read_definition(&arguments.package)?;
    let inputs = inputs::choose(arguments, &definition.inputs)?;
    let options = load_options(&arguments.load);
    let path = arguments.package.display();
    let start = Instant::now();
    let model = with_spinner(format!("loading {path}"), || options.load(&arguments.package))?;
    let mut report = Report::new(path.to_string(), &model, start.elapsed(), &inputs);
    for &threads in &arguments.threads {
        let message = match threads {
            1 => "measuring with 1 thread".to_owned(),
            threads => format!("measuring with {threads} threads"),
        };
        let measured = with_spinner(message, || {
            measure(&model, &inputs.tensors, threads, arguments.warmup)?;
            measure(&model, &inputs.tensors, threads, arguments.duration)
        });
        report.add(threads, measured?);
    }
    if arguments.json { output.pretty_json(&report) } else { output.text(&report.render()) }
}
