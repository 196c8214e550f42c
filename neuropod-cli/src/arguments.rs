//! The commands and their arguments.

use clap::{Parser, Subcommand};

use crate::commands::{backends, bench, completions, infer, inspect, pack, test, verify};
use crate::failure::Failure;

/// Package deep-learning models of any framework, look into packages and run them.
#[derive(Debug, Parser)]
#[command(name = "neuropod", version, after_help = crate::exit::HELP)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Inspect(inspect::Arguments),
    Verify(verify::Arguments),
    Test(test::Arguments),
    Infer(infer::Arguments),
    Bench(bench::Arguments),
    Pack(Box<pack::Arguments>),
    Backends(backends::Arguments),
    Completions(completions::Arguments),
}

impl Command {
    pub(crate) fn run(self) -> Result<(), Failure> {
        match self {
            Command::Inspect(arguments) => inspect::run(&arguments),
            Command::Verify(arguments) => verify::run(&arguments),
            Command::Test(arguments) => test::run(&arguments),
            Command::Infer(arguments) => infer::run(&arguments),
            Command::Bench(arguments) => bench::run(&arguments),
            Command::Pack(arguments) => pack::run(*arguments),
            Command::Backends(arguments) => backends::run(&arguments),
            Command::Completions(arguments) => completions::run(&arguments),
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_arguments_do_not_contradict_each_other() {
        Arguments::command().debug_assert();
    }
}
