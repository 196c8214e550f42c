//! Exit codes.

use neuropod::ErrorKind;

/// The package or its model is wrong, or failed.
pub(crate) const FAILED: u8 = 1;
/// The command was used wrongly, as clap says it too.
pub(crate) const WRONG_USAGE: u8 = 2;
/// A file or folder is missing, is there already, or cannot be read or written.
pub(crate) const FILES: u8 = 3;
/// The model cannot be run here.
pub(crate) const NOT_HERE: u8 = 4;

/// What `neuropod --help` says about them.
pub(crate) const HELP: &str = "\
Exit codes:
  0  success
  1  the package or its model is wrong or failed: damaged files, a test that differs, an error of the model
  2  wrong usage: unknown options, or inputs that do not fit the model
  3  a file or folder is missing, is there already, or cannot be read or written
  4  the model cannot be run here: no backend for its platform, no such device, or the options forbid it";

/// The exit code of an error.
pub(crate) fn code(kind: ErrorKind) -> u8 {
    use ErrorKind::*;
    match kind {
        InvalidArgument | InvalidInput | MissingInput | UnknownName => WRONG_USAGE,
        NotFound | AlreadyExists | Io => FILES,
        BackendNotFound | DuplicateBackend | Device | Unsupported | Forbidden => NOT_HERE,
        _ => FAILED,
    }
}
