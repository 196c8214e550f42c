//! Sets up, demonstrates and tests Neuropod: `cargo xtask <command>`.
#![forbid(unsafe_code)]

mod bench;
mod cache;
mod compiler;
mod data;
mod demo;
mod duration;
mod environment;
mod install;
mod links;
mod pip;
mod process;
mod python;
mod setup;
mod steps;
mod test;
mod venv;
mod wheel;

use std::env;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Result;

use crate::process::Process;

const USAGE: &str = "\
usage: cargo xtask <command>

  setup              prepare the Python environment and the data; the other commands do it by themselves
  demo               package real models, run them from Rust and show the results
  test [STEP...]     run every check, or only the steps named
  test --list        say what the steps are
  install --prefix DIR
                     install the command `neuropod`, the plugins that run models, and the library for C
                     and C++
  wheel [--out DIR]  build the wheel of the Python package, into target/wheel by default
  bench [--quick] [--save] [--baseline FILE]
                     measure every layer beside the bare frameworks, and write target/benchmarks/report.html;
                     --save makes the run the one that others are compared with, and writes the README's tables
  exec -- CMD...     run a command inside the prepared environment

Downloads are kept in ~/.cache/neuropod; NEUROPOD_CACHE names another folder.";

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match dispatch(&arguments) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("\nerror: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn dispatch(arguments: &[&str]) -> Result<ExitCode> {
    let root = workspace_root();
    match arguments {
        ["setup"] => setup::run(&root).map(|_| ExitCode::SUCCESS),
        ["demo"] => demo::run(&root).map(|()| ExitCode::SUCCESS),
        ["test", "--list"] => {
            test::list();
            Ok(ExitCode::SUCCESS)
        }
        ["test", names @ ..] => test::run(&root, names),
        ["install", arguments @ ..] => install::run(&root, arguments),
        ["wheel", arguments @ ..] => wheel::run(&root, arguments),
        ["bench", arguments @ ..] => bench::run(&root, arguments),
        ["exec", "--", program, arguments @ ..] => execute(&root, program, arguments),
        ["help" | "-h" | "--help"] => {
            println!("{USAGE}");
            Ok(ExitCode::SUCCESS)
        }
        _ => {
            eprintln!("{USAGE}");
            Ok(ExitCode::from(2))
        }
    }
}

/// Runs one command in the environment and in the caller's folder, and passes on its exit code.
fn execute(root: &Path, program: &str, arguments: &[&str]) -> Result<ExitCode> {
    let environment = setup::run(root)?;
    let status = Process::new(program).args(arguments).inside(&environment).status()?;
    let code = status.code().and_then(|code| u8::try_from(code).ok());
    Ok(code.map_or(ExitCode::FAILURE, ExitCode::from))
}

fn workspace_root() -> PathBuf {
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR"));
    manifest.parent().unwrap_or(manifest).to_path_buf()
}
