//! The program `neuropod`; what it does is in the library.
#![forbid(unsafe_code)]

use std::process::ExitCode;

fn main() -> ExitCode {
    neuropod_cli::run(std::env::args_os())
}
