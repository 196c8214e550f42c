#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

mod arguments;
mod commands;
mod exit;
mod failure;
mod inputs;
mod load;
mod output;
mod progress;
mod spec;
mod table;
mod tensors;
mod values;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::Parser;

use crate::arguments::Arguments;

/// Runs the command line with these arguments, of which the first is the program's name, and returns
/// the exit code.
///
/// Results are written to the standard output, all else to the standard error.
pub fn run(arguments: impl IntoIterator<Item = impl Into<OsString> + Clone>) -> ExitCode {
    match Arguments::try_parse_from(arguments) {
        Ok(arguments) => match arguments.command.run() {
            Ok(()) => ExitCode::SUCCESS,
            Err(failure) => failure.report(),
        },
        Err(error) => {
            let _ = error.print(); // there is nowhere left to say it
            ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(exit::WRONG_USAGE))
        }
    }
}
