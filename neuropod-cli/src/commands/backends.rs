//! `neuropod backends`

mod report;

use clap::Args;

use self::report::{Place, render};
use crate::failure::Failure;
use crate::load::PluginArguments;
use crate::output::Output;

const EXAMPLES: &str = "\
Examples:
  neuropod backends
  neuropod backends --load
  neuropod backends --plugin-path build/plugins
  neuropod backends --json | jq '.[].plugins[]'";

/// Show which backends are found, and where they are looked for
///
/// Backends are plugins: folders with a plugin.json and a shared library. None is loaded, unless that is asked
/// for.
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Arguments {
    /// Load each one, and its framework: shows which version that is, or why it cannot be used
    #[arg(long)]
    load: bool,

    /// Write JSON: a list of the places
    #[arg(long)]
    json: bool,

    #[command(flatten)]
    plugins: PluginArguments,
}

pub(crate) fn run(arguments: &Arguments) -> Result<(), Failure> {
    let search = arguments.plugins.search();
    let loading = arguments.load.then_some(&search);
    let places: Vec<_> = search.places().iter().map(|place| Place::of(place, loading)).collect();
    let mut output = Output::new()?;
    if arguments.json { output.pretty_json(&places) } else { output.text(&render(&places)) }
}
