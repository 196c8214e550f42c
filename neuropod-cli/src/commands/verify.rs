//! `neuropod verify`

use std::path::PathBuf;

use clap::Args;
use indicatif::BinaryBytes;
use neuropod::{Error, ErrorKind, Integrity};
use neuropod_package::{OpenOptions, Package};

use crate::failure::Failure;
use crate::output::Output;
use crate::progress::with_bar;
use crate::table;

const EXAMPLES: &str = "\
Examples:
  neuropod verify addition.neuropod
  neuropod verify addition.neuropod --require-manifest && deploy addition.neuropod";

/// Hold every file of a package against its manifest
///
/// A zip file without a manifest is held against its checksums (CRC-32) instead. A manifest shows damage;
/// it is no signature.
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Arguments {
    /// The package, a zip file or a directory
    package: PathBuf,

    /// Refuse a package without a manifest
    #[arg(long)]
    require_manifest: bool,
}

pub(crate) fn run(arguments: &Arguments) -> Result<(), Failure> {
    let path = arguments.package.display();
    let package = OpenOptions::new().integrity(Integrity::Skip).open(&arguments.package)?;
    let against = match (package.read_manifest()?, package.is_zip()) {
        (Some(_), _) => "as the manifest says",
        (None, true) if !arguments.require_manifest => "as the checksums (CRC-32) say; there is no manifest",
        (None, _) => return Err(nothing_to_verify(&package, arguments.require_manifest).into()),
    };
    let size = package.sizes().map(|(_, size)| size).sum();
    with_bar(format!("verifying {path}"), size, |progress| package.verify_with_progress(progress))?;
    let files = table::files(package.sizes().len());
    Output::new()?.text(&format!("{path}: {files} with {} verified, {against}\n", BinaryBytes(size)))
}

fn nothing_to_verify(package: &Package, is_required: bool) -> Error {
    let message = match is_required {
        true => "the package has no manifest.json, which `--require-manifest` asks for",
        false => {
            "the package is a directory without a manifest.json: there is nothing to verify its files with"
        }
    };
    Error::new(ErrorKind::Integrity, message).with("package", package.path().display().to_string())
}
