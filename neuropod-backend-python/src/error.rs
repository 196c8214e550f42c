//! What can go wrong with Python.

use std::fmt;

use neuropod_core::{Error, ErrorKind};

/// An error of this backend. It converts into [`neuropod_core::Error`], of which it is the source.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PythonError {
    /// No Python was found, or not one that can be embedded.
    #[error("{0}")]
    Interpreter(String),
    /// The Python that is used lacks something, NumPy for instance.
    #[error("{0}")]
    Environment(String),
    /// A distribution that the package pins cannot be installed.
    #[error("{0}")]
    Requirements(String),
    /// A distribution that the package pins is in this process in another version already.
    #[error("{0}")]
    Conflict(String),
    /// The package's code raised an exception while it was loaded.
    #[error("cannot load the Python model: {0}")]
    Load(Exception),
    /// A package is not as the format says.
    #[error("{0}")]
    InvalidPackage(String),
    /// The problem definition does not fit the model.
    #[error("the problem definition does not fit the model: {0}")]
    Spec(String),
    /// The model needs inputs that were not given.
    #[error("the model needs an input that was not given: {0}")]
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
    /// An input is not what the problem definition says, or cannot be handed to Python.
    #[error("{0}")]
    InvalidInput(String),
    /// The model raised an exception.
    #[error("{0}")]
    Model(Exception),
    /// The model returned something that is no output of its problem definition.
    #[error("{0}")]
    InvalidOutput(String),
    /// The device cannot be used.
    #[error("{0}")]
    Device(String),
    /// An option's value cannot be used.
    #[error("{0}")]
    Option(String),
    /// A file among the custom operators is no shared library.
    #[error("the custom operator `{0}` is no shared library")]
    CustomOp(String),
    /// The package carries custom operators, and the options do not allow them.
    #[error(
        "the package carries custom operators ({0}), which are native code; allow them with \
         `ModelOptions::allow_custom_ops(true)` if you trust its author"
    )]
    CustomOpsForbidden(String),
    /// The process was forked while Python was used, and what is asked for does not work in the child.
    #[error("{0}")]
    Forked(String),
    /// This crate's own Python code failed, or memory is exhausted.
    #[error("{0}")]
    Internal(String),
}

/// A Python exception. Its `Display` starts with the type and the message, and goes on with the
/// traceback.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Exception {
    /// The exception's class, `ZeroDivisionError` for instance; with its module if that is not
    /// `builtins`.
    pub class: String,
    /// The text, which may be empty.
    pub message: String,
    /// The traceback as Python prints it, without this crate's own frames; empty if there is none.
    pub traceback: String,
}

impl fmt::Display for Exception {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.class)?;
        if !self.message.is_empty() {
            write!(f, ": {}", self.message)?;
        }
        if !self.traceback.is_empty() {
            write!(f, "\n{}", self.traceback)?;
        }
        Ok(())
    }
}

impl PythonError {
    fn kind(&self) -> ErrorKind {
        match self {
            PythonError::Interpreter(_)
            | PythonError::Environment(_)
            | PythonError::Requirements(_)
            | PythonError::Load(_)
            | PythonError::CustomOp(_) => ErrorKind::Load,
            PythonError::Conflict(_) => ErrorKind::Unsupported,
            PythonError::InvalidPackage(_) => ErrorKind::InvalidPackage,
            PythonError::Spec(_) => ErrorKind::InvalidSpec,
            PythonError::MissingInput(_) => ErrorKind::MissingInput,
            PythonError::UnknownName { .. } => ErrorKind::UnknownName,
            PythonError::InvalidInput(_) => ErrorKind::InvalidInput,
            PythonError::Model(_) => ErrorKind::Model,
            PythonError::InvalidOutput(_) => ErrorKind::InvalidOutput,
            PythonError::Device(_) => ErrorKind::Device,
            PythonError::Option(_) => ErrorKind::InvalidArgument,
            PythonError::CustomOpsForbidden(_) => ErrorKind::Forbidden,
            PythonError::Forked(_) => ErrorKind::Unsupported,
            PythonError::Internal(_) => ErrorKind::Internal,
        }
    }
}

impl From<PythonError> for Error {
    fn from(error: PythonError) -> Self {
        Error::new(error.kind(), summary(&error.to_string())).with_source(error)
    }
}

/// The first line. The whole text stays in the source, which `Debug` prints.
fn summary(text: &str) -> String {
    text.lines().next().unwrap_or("Python gave no message").trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_traceback_stays_in_the_source() {
        let exception = Exception {
            class: "ZeroDivisionError".to_owned(),
            message: "division by zero".to_owned(),
            traceback: "Traceback (most recent call last):\n  File \"model.py\", line 3, in divide"
                .to_owned(),
        };
        let error = Error::from(PythonError::Model(exception));
        assert_eq!(error.to_string(), "model failed: ZeroDivisionError: division by zero");
        assert!(format!("{error:?}").contains("line 3, in divide"));
    }
}
