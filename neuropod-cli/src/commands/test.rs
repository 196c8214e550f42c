//! `neuropod test`

use std::path::{Path, PathBuf};

use clap::Args;
use neuropod::{Error, ErrorKind, Integrity, TestData};
use neuropod_package::OpenOptions;

use crate::exit;
use crate::failure::Failure;
use crate::load::{LoadArguments, load_options};
use crate::output::Output;
use crate::progress::with_spinner;

const EXAMPLES: &str = "\
Examples:
  neuropod test addition.neuropod
  neuropod test addition.neuropod --device cpu --version-range '>=2.18'";

/// Run a package's test data through its model, and compare
///
/// The package is verified, its model is loaded and run on the stored inputs, and its outputs are compared
/// with the stored ones: floating-point numbers to within 1e-8 + 1e-5 × |expected|, all else exactly.
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Arguments {
    /// The package, a zip file or a directory
    package: PathBuf,

    #[command(flatten)]
    load: LoadArguments,
}

pub(crate) fn run(arguments: &Arguments) -> Result<(), Failure> {
    let mut output = Output::apart_from_models()?;
    let path = &arguments.package;
    let data = stored_data(path)?.ok_or_else(|| no_data(path))?;
    let options = load_options(&arguments.load);
    let model = with_spinner(format!("loading {}", path.display()), || options.load(path))?;
    with_spinner("running the test", || model.test_with(&data)).map_err(failed)?;
    let outcome = match data.outputs.len() {
        0 => "the model runs; the test data has no outputs to compare with".to_owned(),
        1 => "the model returns the expected output".to_owned(),
        count => format!("the model returns the {count} expected outputs"),
    };
    output.text(&format!("{}: {outcome} ({})\n", path.display(), model.backend()))
}

/// The test data of a package, if it has any. What is damaged is told when the package is loaded.
pub(crate) fn stored_data(path: &Path) -> Result<Option<TestData>, Failure> {
    Ok(OpenOptions::new().integrity(Integrity::Skip).open(path)?.test_data()?)
}

fn no_data(path: &Path) -> Failure {
    let error = Error::new(ErrorKind::SelfTest, "the package has no test data")
        .with("package", path.display().to_string());
    Failure::from(error).help("`neuropod pack` stores what `--test-input` and `--test-output` give")
}

/// Wrong inputs are the package's fault here, not the user's.
fn failed(error: Error) -> Failure {
    Failure::from(error).code(exit::FAILED)
}
