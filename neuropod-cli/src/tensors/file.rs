//! Tensors in files.

use std::fs;
use std::io::Read;
use std::path::Path;

use neuropod::{Error, ErrorKind, Outputs, Tensor, TensorSpec};
use neuropod_package::{PackageError, read_npy, read_npz, write_npy, write_npz};

use super::json_read::{read_json, read_named_json};
use super::json_write::named;
use crate::failure::Failure;
use crate::inputs::Specs;

/// What a file's name says that it holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Format {
    Json,
    Npy,
    Npz,
}

impl Format {
    /// The format of a file, which must be one of these.
    pub(crate) fn of(path: &Path, known: &[Format]) -> Result<Self, Failure> {
        let format = match path.extension().and_then(|extension| extension.to_str()) {
            Some("json") => Some(Format::Json),
            Some("npy") => Some(Format::Npy),
            Some("npz") => Some(Format::Npz),
            _ => None,
        };
        format.filter(|format| known.contains(format)).ok_or_else(|| {
            let known: Vec<_> = known.iter().map(|format| format.extension()).collect();
            let message = format!("expected a file that ends in {}", known.join(" or "));
            Failure::usage(message).with("file", path.display().to_string())
        })
    }

    fn extension(self) -> &'static str {
        match self {
            Format::Json => "`.json`",
            Format::Npy => "`.npy`",
            Format::Npz => "`.npz`",
        }
    }
}

/// Reads one tensor out of a `.npy` or `.json` file.
pub(crate) fn read_array(path: &Path, spec: &TensorSpec) -> Result<Tensor, Failure> {
    let read = || match Format::of(path, &[Format::Npy, Format::Json])? {
        Format::Json => Ok(read_json(&text(path)?, spec)?),
        _ => read_npy(&content(path)?).map_err(|error| invalid(error.to_string()).into()),
    };
    read().map_err(|failure: Failure| in_file(failure, path))
}

/// Reads tensors with their names out of an `.npz` or `.json` file, or out of JSON on the standard
/// input for `-`.
pub(crate) fn read_named(path: &Path, specs: Specs<'_>) -> Result<Vec<(String, Tensor)>, Failure> {
    let read = || {
        if path == Path::new("-") {
            return read_named_json(&standard_input()?, specs);
        }
        match Format::of(path, &[Format::Npz, Format::Json])? {
            Format::Json => read_named_json(&text(path)?, specs),
            _ => read_npz(content(path)?).map_err(|error| npz_failure(&error)),
        }
    };
    read().map_err(|failure| in_file(failure, path))
}

/// Writes outputs to a file, in place of what is there.
pub(crate) fn write_named(path: &Path, format: Format, outputs: &Outputs) -> Result<(), Failure> {
    let write = || {
        let content = match (format, outputs.iter().next()) {
            (Format::Json, _) => serde_json::to_vec(&named(outputs.iter())).map_err(std::io::Error::from)?,
            (Format::Npy, Some((_, only))) => {
                write_npy(only).map_err(|error| unwritable(error.to_string()))?
            }
            _ => write_npz(outputs.iter()).map_err(|error| unwritable(error.problem().to_string()))?,
        };
        Ok(fs::write(path, content)?)
    };
    write().map_err(|failure| in_file(failure, path))
}

fn content(path: &Path) -> Result<Vec<u8>, Failure> {
    Ok(fs::read(path)?)
}

fn text(path: &Path) -> Result<String, Failure> {
    String::from_utf8(content(path)?).map_err(|_| invalid("the file is not UTF-8, as JSON is").into())
}

fn standard_input() -> Result<String, Failure> {
    let mut bytes = Vec::new();
    std::io::stdin().read_to_end(&mut bytes)?;
    String::from_utf8(bytes).map_err(|_| invalid("the input is not UTF-8, as JSON is").into())
}

fn npz_failure(error: &PackageError) -> Failure {
    let failure = Failure::from(invalid(error.problem().to_string()));
    match error.entry() {
        Some(entry) => failure.with("entry", entry),
        None => failure,
    }
}

fn invalid(message: impl Into<String>) -> Error {
    Error::new(ErrorKind::InvalidInput, message.into())
}

fn unwritable(message: String) -> Failure {
    Failure::from(Error::new(ErrorKind::Unsupported, message)).help("a `.json` file holds any string")
}

fn in_file(failure: Failure, path: &Path) -> Failure {
    let name = if path == Path::new("-") { "standard input".to_owned() } else { path.display().to_string() };
    failure.with("file", name)
}
