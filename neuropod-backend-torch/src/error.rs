//! What can go wrong with torch.

use neuropod_core::{Error, ErrorKind};

/// An error of this backend. It converts into [`neuropod_core::Error`], of which it is the source.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TorchError {
    /// The file is not a TorchScript model that this libtorch reads.
    #[error("cannot load the TorchScript model: {0}")]
    Load(String),
    /// The problem definition does not fit the model's `forward`.
    #[error("the problem definition does not fit the model: {0}")]
    Spec(String),
    /// An input is not what the model's argument takes.
    #[error("{0}")]
    InvalidInput(String),
    /// The model needs an input that was not given.
    #[error("{0}")]
    MissingInput(String),
    /// A name is not in the problem definition.
    #[error("`{name}` is no {role} of this model; it has {known}")]
    UnknownName {
        /// `input` or `output`.
        role: &'static str,
        /// The unknown name.
        name: String,
        /// The names that there are.
        known: String,
    },
    /// The model raised an error; the text holds TorchScript's traceback.
    #[error("{0}")]
    Model(String),
    /// The model returned something else than its outputs.
    #[error("{0}")]
    InvalidOutput(String),
    /// The device cannot be used.
    #[error("{0}")]
    Device(String),
    /// A number of threads cannot be had.
    #[error("cannot set the number of {which} threads to {threads}: {reason}")]
    Threads {
        /// `intra-op` or `inter-op`.
        which: &'static str,
        /// The number that was asked for.
        threads: usize,
        /// Why not.
        reason: String,
    },
    /// A custom operator's shared library cannot be loaded.
    #[error("cannot load the custom operator `{name}`: {reason}")]
    CustomOp {
        /// The file's base name.
        name: String,
        /// What the system's loader said.
        reason: String,
    },
    /// The package carries custom operators, and the options do not allow them.
    #[error(
        "the package carries custom operators ({0}), which are native code; allow them with \
         `ModelOptions::allow_custom_ops(true)` if you trust its author"
    )]
    CustomOpsForbidden(String),
    /// The process was forked after torch was used, and what is asked for does not work in the child.
    #[error("{0}")]
    Forked(String),
    /// A defect in this crate, or libtorch out of memory.
    #[error("{0}")]
    Internal(String),
}

impl TorchError {
    fn kind(&self) -> ErrorKind {
        match self {
            TorchError::Load(_) | TorchError::CustomOp { .. } => ErrorKind::Load,
            TorchError::Spec(_) => ErrorKind::InvalidSpec,
            TorchError::InvalidInput(_) => ErrorKind::InvalidInput,
            TorchError::MissingInput(_) => ErrorKind::MissingInput,
            TorchError::UnknownName { .. } => ErrorKind::UnknownName,
            TorchError::Model(_) => ErrorKind::Model,
            TorchError::InvalidOutput(_) => ErrorKind::InvalidOutput,
            TorchError::Device(_) => ErrorKind::Device,
            TorchError::Threads { .. } => ErrorKind::InvalidArgument,
            TorchError::CustomOpsForbidden(_) => ErrorKind::Forbidden,
            TorchError::Forked(_) => ErrorKind::Unsupported,
            TorchError::Internal(_) => ErrorKind::Internal,
        }
    }
}

impl From<TorchError> for Error {
    fn from(error: TorchError) -> Self {
        Error::new(error.kind(), summary(&error.to_string())).with_source(error)
    }
}

/// The one line that says most: the exception behind TorchScript's traceback, or else the first.
/// The whole text stays in the source, which `Debug` prints.
fn summary(text: &str) -> String {
    let lines = || text.lines().map(str::trim_end).filter(|line| !line.is_empty());
    let exception = lines().rev().find(|line| is_exception(line));
    let traceback = text.contains("Traceback of TorchScript");
    let line = exception.filter(|_| traceback).or_else(|| lines().next());
    line.unwrap_or("libtorch gave no message").to_owned()
}

/// Whether a line begins with the name of an exception: `RuntimeError: ...`, `builtins.ValueError: ...`.
fn is_exception(line: &str) -> bool {
    line.split_once(": ").is_some_and(|(name, _)| {
        let ending = name.ends_with("Error") || name.ends_with("Exception");
        ending && !name.contains(char::is_whitespace)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_summary_of_a_traceback_is_the_exception() {
        let text = "The following operation failed in the TorchScript interpreter.\n\
                    Traceback of TorchScript (most recent call last):\n  File \"m.py\", line 4\n\
                    \u{20}   raise ValueError(\"no\")\nRuntimeError: The size of tensor a (2)\n\
                    must match: see above\n";
        let error = Error::from(TorchError::Model(text.to_owned()));
        assert_eq!(error.to_string(), "model failed: RuntimeError: The size of tensor a (2)");
        assert!(format!("{error:?}").contains("raise ValueError"));
    }

    #[test]
    fn other_texts_are_cut_to_their_first_line() {
        let error = Error::from(TorchError::Load("Unknown builtin op: a::b.\nmore".to_owned()));
        assert_eq!(error.message(), "cannot load the TorchScript model: Unknown builtin op: a::b.");
    }
}
