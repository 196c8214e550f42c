//! The ways in which a call can break its specs.

use std::fmt;
use std::sync::Arc;

use neuropod_core::{DType, Error, ErrorKind};

use crate::Side;

/// A call that breaks its specs; small, because the details are on the heap.
///
/// `Display` shows the kind, what is wrong and where, exactly as the [`Error`] that it converts
/// into.
#[derive(Clone, PartialEq, Eq)]
pub struct ValidationError(Box<Violation>);

/// One way in which a call can break its specs.
///
/// `Display` says what is wrong; [`ValidationError`] adds the tensor, the axis and the values.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Violation {
    /// Names are not in the spec.
    #[error("unknown {side} {}; the model's {side}s are {}", list(.names), list(.known))]
    UnknownNames {
        /// Whether they were given as inputs or returned as outputs.
        side: Side,
        /// Every unknown name of the call.
        names: Vec<String>,
        /// The names of the spec.
        known: Vec<Arc<str>>,
    },
    /// Outputs were asked for that are not in the spec.
    #[error("there is no output {}; the model's outputs are {}", list(.names), list(.known))]
    UnknownRequest {
        /// Every unknown name of the request.
        names: Vec<String>,
        /// The names of the spec.
        known: Vec<Arc<str>>,
    },
    /// A tensor is there twice.
    #[error("the {side} is given twice")]
    Duplicate {
        /// Whether it is an input or an output.
        side: Side,
        /// Its name.
        tensor: Arc<str>,
    },
    /// An output was asked for twice.
    #[error("the output is requested twice")]
    DuplicateRequest {
        /// Its name.
        tensor: Arc<str>,
    },
    /// The element type differs from the spec.
    #[error("the {side} has the wrong dtype")]
    DType {
        /// Whether it is an input or an output.
        side: Side,
        /// Its name.
        tensor: Arc<str>,
        /// The element type of the spec.
        expected: DType,
        /// The element type of the tensor.
        found: DType,
    },
    /// The number of axes differs from the spec.
    #[error("the {side} has the wrong number of axes")]
    Rank {
        /// Whether it is an input or an output.
        side: Side,
        /// Its name.
        tensor: Arc<str>,
        /// The number of axes in the spec.
        expected: usize,
        /// The number of axes of the tensor.
        found: usize,
        /// The shape in the spec, as in `config.json`.
        spec: String,
    },
    /// The size of an axis differs from the spec.
    #[error("the {side} has the wrong size")]
    Size {
        /// Whether it is an input or an output.
        side: Side,
        /// Its name.
        tensor: Arc<str>,
        /// The axis, counted from 0.
        axis: usize,
        /// The size in the spec.
        expected: usize,
        /// The size of the tensor.
        found: usize,
    },
    /// A symbol stands for two sizes in one call.
    #[error("the symbol `{symbol}` has two sizes in one call")]
    Symbol {
        /// The symbol.
        symbol: Arc<str>,
        /// The axis that gave the symbol its size.
        first: Site,
        /// The size there.
        expected: usize,
        /// The axis that has another size.
        second: Site,
        /// The size there.
        found: usize,
    },
    /// The model did not return outputs that were asked for.
    #[error("the model did not return {}", list(.names))]
    MissingOutputs {
        /// Their names.
        names: Vec<Arc<str>>,
    },
    /// The model returned outputs that were not asked for.
    #[error("the model returned {}, which the call did not request", list(.names))]
    Unrequested {
        /// Their names.
        names: Vec<Arc<str>>,
    },
}

/// One axis of one tensor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Site {
    /// Whether the tensor is an input or an output.
    pub side: Side,
    /// The tensor's name.
    pub tensor: Arc<str>,
    /// The axis, counted from 0.
    pub axis: usize,
}

impl ValidationError {
    /// What is wrong, to match on.
    pub fn violation(&self) -> &Violation {
        &self.0
    }

    /// The kind of the [`Error`] that this converts into.
    pub fn kind(&self) -> ErrorKind {
        self.0.kind()
    }
}

impl From<Violation> for ValidationError {
    #[cold]
    fn from(violation: Violation) -> Self {
        ValidationError(Box::new(violation))
    }
}

impl From<ValidationError> for Error {
    /// An error of [`ValidationError::kind`] with pairs among `tensor`, `axis`, `symbol`,
    /// `expected`, `found`, `spec` and `bound by`.
    #[cold]
    fn from(error: ValidationError) -> Self {
        let converted = Error::new(error.kind(), error.0.to_string());
        error.0.pairs().into_iter().fold(converted, |error, (key, value)| error.with(key, value))
    }
}

impl fmt::Display for ValidationError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&Error::from(self.clone()), f)
    }
}

impl fmt::Debug for ValidationError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

impl std::error::Error for ValidationError {}

impl Violation {
    fn kind(&self) -> ErrorKind {
        match self {
            Violation::UnknownRequest { .. } => ErrorKind::UnknownName,
            Violation::DuplicateRequest { .. } => ErrorKind::InvalidArgument,
            Violation::UnknownNames { side: Side::Input, .. } => ErrorKind::UnknownName,
            Violation::MissingOutputs { .. } | Violation::Unrequested { .. } => ErrorKind::InvalidOutput,
            Violation::UnknownNames { side, .. }
            | Violation::Duplicate { side, .. }
            | Violation::DType { side, .. }
            | Violation::Rank { side, .. }
            | Violation::Size { side, .. }
            | Violation::Symbol { second: Site { side, .. }, .. } => match side {
                Side::Input => ErrorKind::InvalidInput,
                Side::Output => ErrorKind::InvalidOutput,
            },
        }
    }

    /// Where it is wrong and by how much.
    fn pairs(&self) -> Vec<(&'static str, String)> {
        match self {
            Violation::UnknownNames { .. }
            | Violation::UnknownRequest { .. }
            | Violation::MissingOutputs { .. }
            | Violation::Unrequested { .. } => Vec::new(),
            Violation::Duplicate { tensor, .. } | Violation::DuplicateRequest { tensor } => {
                vec![("tensor", tensor.to_string())]
            }
            Violation::DType { tensor, expected, found, .. } => vec![
                ("tensor", tensor.to_string()),
                ("expected", expected.to_string()),
                ("found", found.to_string()),
            ],
            Violation::Rank { tensor, expected, found, spec, .. } => vec![
                ("tensor", tensor.to_string()),
                ("expected", expected.to_string()),
                ("found", found.to_string()),
                ("spec", spec.clone()),
            ],
            Violation::Size { tensor, axis, expected, found, .. } => vec![
                ("tensor", tensor.to_string()),
                ("axis", axis.to_string()),
                ("expected", expected.to_string()),
                ("found", found.to_string()),
            ],
            Violation::Symbol { symbol, first, expected, second, found } => vec![
                ("tensor", second.tensor.to_string()),
                ("axis", second.axis.to_string()),
                ("symbol", symbol.to_string()),
                ("expected", expected.to_string()),
                ("found", found.to_string()),
                ("bound by", first.to_string()),
            ],
        }
    }
}

impl fmt::Display for Site {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "axis {} of {} `{}`", self.axis, self.side, self.tensor)
    }
}

/// Names in quotes, or "none".
fn list<S: fmt::Display>(names: &[S]) -> String {
    if names.is_empty() {
        return "none".to_owned();
    }
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}
