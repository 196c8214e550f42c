//! What can go wrong with TensorFlow.

use neuropod_core::{Error, ErrorKind};

/// An error of this backend. It converts into [`neuropod_core::Error`], of which it is the source.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TensorFlowError {
    /// TensorFlow's library was not found, or is not one that can be used.
    #[error("{0}")]
    Library(String),
    /// The files are not a model that this TensorFlow reads.
    #[error("cannot load the TensorFlow model: {0}")]
    Load(String),
    /// A model or its configuration is not as the format says.
    #[error("{0}")]
    InvalidPackage(String),
    /// The problem definition does not fit the model.
    #[error("the problem definition does not fit the model: {0}")]
    Spec(String),
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
    /// An input is not what its node takes.
    #[error("{0}")]
    InvalidInput(String),
    /// Running the model failed.
    #[error("{0}")]
    Model(String),
    /// The model returned something that is no output of its problem definition.
    #[error("{0}")]
    InvalidOutput(String),
    /// The device cannot be used.
    #[error("{0}")]
    Device(String),
    /// An option's value cannot be used.
    #[error("{0}")]
    Option(String),
    /// A custom operator's shared library cannot be loaded.
    #[error("cannot load the custom operator `{name}`: {reason}")]
    CustomOp {
        /// The file's base name.
        name: String,
        /// What TensorFlow or the system's loader said.
        reason: String,
    },
    /// The package carries custom operators, and the options do not allow them.
    #[error(
        "the package carries custom operators ({0}), which are native code; allow them with \
         `ModelOptions::allow_custom_ops(true)` if you trust its author"
    )]
    CustomOpsForbidden(String),
    /// The process was forked after TensorFlow was used, and what is asked for does not work in the child.
    #[error("{0}")]
    Forked(String),
    /// TensorFlow broke a promise of its interface, or memory is exhausted.
    #[error("{0}")]
    Internal(String),
}

impl TensorFlowError {
    fn kind(&self) -> ErrorKind {
        match self {
            TensorFlowError::Library(_) | TensorFlowError::Load(_) | TensorFlowError::CustomOp { .. } => {
                ErrorKind::Load
            }
            TensorFlowError::InvalidPackage(_) => ErrorKind::InvalidPackage,
            TensorFlowError::Spec(_) => ErrorKind::InvalidSpec,
            TensorFlowError::MissingInput(_) => ErrorKind::MissingInput,
            TensorFlowError::UnknownName { .. } => ErrorKind::UnknownName,
            TensorFlowError::InvalidInput(_) => ErrorKind::InvalidInput,
            TensorFlowError::Model(_) => ErrorKind::Model,
            TensorFlowError::InvalidOutput(_) => ErrorKind::InvalidOutput,
            TensorFlowError::Device(_) => ErrorKind::Device,
            TensorFlowError::Option(_) => ErrorKind::InvalidArgument,
            TensorFlowError::CustomOpsForbidden(_) => ErrorKind::Forbidden,
            TensorFlowError::Forked(_) => ErrorKind::Unsupported,
            TensorFlowError::Internal(_) => ErrorKind::Internal,
        }
    }
}

impl From<TensorFlowError> for Error {
    fn from(error: TensorFlowError) -> Self {
        Error::new(error.kind(), summary(&error.to_string())).with_source(error)
    }
}

/// The first line that is not empty: TensorFlow appends the graph's own traceback. The whole text
/// stays in the source, which `Debug` prints.
fn summary(text: &str) -> String {
    let line = text.lines().map(str::trim).find(|line| !line.is_empty());
    line.unwrap_or("TensorFlow gave no message").to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_summary_is_the_first_line_and_the_whole_text_stays() {
        let text = "\nassertion failed: [negative]\n\t [[{{node Assert}}]]";
        let error = Error::from(TensorFlowError::Model(text.to_owned()));
        assert_eq!(error.to_string(), "model failed: assertion failed: [negative]");
        assert!(format!("{error:?}").contains("node Assert"));
    }
}
