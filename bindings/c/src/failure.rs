//! Why a call failed.

use std::error::Error as _;

use neuropod::{Error, ErrorKind};

use crate::status::NP_Code;

/// A code and a message for C programs.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) code: NP_Code,
    pub(crate) message: String,
}

pub(crate) type Result<T, E = Failure> = std::result::Result<T, E>;

impl Failure {
    #[cold]
    pub(crate) fn new(code: NP_Code, message: impl Into<String>) -> Self {
        Failure { code, message: message.into() }
    }

    /// The function was called wrongly.
    #[cold]
    pub(crate) fn argument(message: impl Into<String>) -> Self {
        Failure::new(NP_Code::NEUROPOD_INVALID_ARGUMENT, message)
    }

    /// There is no element of that index.
    #[cold]
    pub(crate) fn index(what: &str, index: usize, count: usize) -> Self {
        Failure::argument(format!("there is no {what} {index}: there are {count}, counted from 0"))
    }
}

impl From<Error> for Failure {
    #[cold]
    fn from(error: Error) -> Self {
        Failure { code: code(error.kind()), message: message(&error) }
    }
}

/// What went wrong and where, and its causes on lines of their own.
fn message(error: &Error) -> String {
    let mut message = error.to_string();
    let mut cause = error.source();
    while let Some(next) = cause {
        let text = next.to_string();
        // A layer's own error says what the message says, and a framework's may go on for more lines.
        let more = text.strip_prefix(error.message());
        if more.is_none_or(|more| more.contains('\n')) {
            message = format!("{message}\ncaused by: {text}");
        }
        cause = next.source();
    }
    message
}

fn code(kind: ErrorKind) -> NP_Code {
    match kind {
        ErrorKind::InvalidArgument => NP_Code::NEUROPOD_INVALID_ARGUMENT,
        ErrorKind::InvalidInput => NP_Code::NEUROPOD_INVALID_INPUT,
        ErrorKind::MissingInput => NP_Code::NEUROPOD_MISSING_INPUT,
        ErrorKind::UnknownName => NP_Code::NEUROPOD_UNKNOWN_NAME,
        ErrorKind::InvalidOutput => NP_Code::NEUROPOD_INVALID_OUTPUT,
        ErrorKind::Model => NP_Code::NEUROPOD_MODEL_FAILED,
        ErrorKind::SelfTest => NP_Code::NEUROPOD_SELF_TEST_FAILED,
        ErrorKind::InvalidSpec => NP_Code::NEUROPOD_INVALID_SPEC,
        ErrorKind::InvalidPackage => NP_Code::NEUROPOD_INVALID_PACKAGE,
        ErrorKind::Integrity => NP_Code::NEUROPOD_INTEGRITY_FAILED,
        ErrorKind::UnsafePackage => NP_Code::NEUROPOD_UNSAFE_PACKAGE,
        ErrorKind::BackendNotFound => NP_Code::NEUROPOD_BACKEND_NOT_FOUND,
        ErrorKind::DuplicateBackend => NP_Code::NEUROPOD_DUPLICATE_BACKEND,
        ErrorKind::Load => NP_Code::NEUROPOD_LOAD_FAILED,
        ErrorKind::Device => NP_Code::NEUROPOD_DEVICE_UNAVAILABLE,
        ErrorKind::Unsupported => NP_Code::NEUROPOD_UNSUPPORTED,
        ErrorKind::Forbidden => NP_Code::NEUROPOD_FORBIDDEN,
        ErrorKind::NotFound => NP_Code::NEUROPOD_NOT_FOUND,
        ErrorKind::AlreadyExists => NP_Code::NEUROPOD_ALREADY_EXISTS,
        ErrorKind::Io => NP_Code::NEUROPOD_IO_FAILED,
        ErrorKind::Internal => NP_Code::NEUROPOD_INTERNAL_ERROR,
        _ => NP_Code::NEUROPOD_ERROR,
    }
}
