//! The one error type that every layer converts into.

use std::borrow::Cow;
use std::error::Error as StdError;
use std::fmt;

/// A result with the crate's [`Error`].
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What went wrong, as far as a program needs to tell cases apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The API was called wrongly: a bad shape, a length that does not fit, access under a wrong type.
    InvalidArgument,
    /// An input does not fit the model's spec.
    InvalidInput,
    /// The model needs an input that was not given.
    MissingInput,
    /// A name is not in the spec.
    UnknownName,
    /// The model returned something that does not fit its spec.
    InvalidOutput,
    /// A problem definition is wrong.
    InvalidSpec,
    /// A package is malformed.
    InvalidPackage,
    /// A package's content differs from its manifest, or a required manifest is missing.
    Integrity,
    /// A package breaks a rule that protects its reader, or exceeds a limit.
    UnsafePackage,
    /// A file or folder that was asked for is not there.
    NotFound,
    /// A file or folder that would be written is there already.
    AlreadyExists,
    /// No registered backend provides the platform in the wanted version.
    BackendNotFound,
    /// A backend of this name and version is registered already.
    DuplicateBackend,
    /// The framework could not load the model.
    Load,
    /// The model raised an error while it ran.
    Model,
    /// The device is not there or cannot be used.
    Device,
    /// The backend or this build cannot do what was asked.
    Unsupported,
    /// The options forbid what was asked, custom operators for instance.
    Forbidden,
    /// A model gave other outputs for its test data than expected.
    SelfTest,
    /// Reading or writing failed.
    Io,
    /// A defect in Neuropod or in a backend.
    Internal,
}

impl ErrorKind {
    /// A short description in lower case.
    pub const fn as_str(self) -> &'static str {
        match self {
            ErrorKind::InvalidArgument => "invalid argument",
            ErrorKind::InvalidInput => "invalid input",
            ErrorKind::MissingInput => "missing input",
            ErrorKind::UnknownName => "unknown name",
            ErrorKind::InvalidOutput => "invalid output",
            ErrorKind::InvalidSpec => "invalid spec",
            ErrorKind::InvalidPackage => "invalid package",
            ErrorKind::Integrity => "integrity check failed",
            ErrorKind::UnsafePackage => "unsafe package",
            ErrorKind::NotFound => "not found",
            ErrorKind::AlreadyExists => "already exists",
            ErrorKind::BackendNotFound => "no backend",
            ErrorKind::DuplicateBackend => "duplicate backend",
            ErrorKind::Load => "loading failed",
            ErrorKind::Model => "model failed",
            ErrorKind::Device => "device unavailable",
            ErrorKind::Unsupported => "unsupported",
            ErrorKind::Forbidden => "forbidden",
            ErrorKind::SelfTest => "self-test failed",
            ErrorKind::Io => "i/o failed",
            ErrorKind::Internal => "internal error",
        }
    }
}

impl fmt::Display for ErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// An error: a kind, a message, context pairs and perhaps a source.
///
/// `Display` is one line; `Debug` lists every context pair and every further source on a line of its
/// own.
///
/// ```
/// use neuropod_core::{Error, ErrorKind};
///
/// let error = Error::new(ErrorKind::InvalidInput, "expected float32, found int64")
///     .with("tensor", "x")
///     .with("model", "addition");
/// assert_eq!(
///     error.to_string(),
///     "invalid input: expected float32, found int64 (tensor: x, model: addition)"
/// );
/// assert_eq!(
///     format!("{error:?}"),
///     "invalid input: expected float32, found int64\n\n  tensor: x\n  model: addition"
/// );
/// assert_eq!(error.context("tensor"), Some("x"));
/// ```
pub struct Error(Box<Inner>);

struct Inner {
    kind: ErrorKind,
    message: Cow<'static, str>,
    context: Vec<(Cow<'static, str>, String)>,
    source: Option<Box<dyn StdError + Send + Sync>>,
}

impl Error {
    /// An error of `kind` whose message says what was wrong, what was expected and what to do.
    #[cold]
    pub fn new(kind: ErrorKind, message: impl Into<Cow<'static, str>>) -> Self {
        Error(Box::new(Inner { kind, message: message.into(), context: Vec::new(), source: None }))
    }

    /// Adds where it happened: a key such as `tensor` or `path`, and its value. A pair that is there
    /// already is not added again, so that each layer can say what it knows.
    #[must_use]
    pub fn with(mut self, key: impl Into<Cow<'static, str>>, value: impl Into<String>) -> Self {
        let pair = (key.into(), value.into());
        if !self.0.context.contains(&pair) {
            self.0.context.push(pair);
        }
        self
    }

    /// Sets the error that caused this one.
    #[must_use]
    pub fn with_source(mut self, source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        self.0.source = Some(source.into());
        self
    }

    /// The kind, to branch on.
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// The message without kind and context.
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// The value of the innermost context pair with that key.
    pub fn context(&self, key: &str) -> Option<&str> {
        self.0.context.iter().find(|(k, _)| *k == key).map(|(_, value)| value.as_str())
    }

    /// All context pairs, innermost first.
    pub fn contexts(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.context.iter().map(|(key, value)| (&**key, value.as_str()))
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.0.kind, self.0.message)?;
        let mut separator = " (";
        for (key, value) in &self.0.context {
            write!(f, "{separator}{key}: {value}")?;
            separator = ", ";
        }
        if !self.0.context.is_empty() {
            f.write_str(")")?;
        }
        Ok(())
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.0.kind, self.0.message)?;
        for (index, (key, value)) in self.0.context.iter().enumerate() {
            f.write_str(if index == 0 { "\n\n" } else { "\n" })?;
            write!(f, "  {key}: {value}")?;
        }
        let mut source = self.source();
        while let Some(cause) = source {
            let text = cause.to_string();
            // A layer's own error type comes first, and says what the message says; a framework's
            // text may go on for more lines.
            let more = text.strip_prefix(&*self.0.message);
            if more.is_none_or(|more| more.contains('\n')) {
                write!(f, "\n\ncaused by: {text}")?;
            }
            source = cause.source();
        }
        Ok(())
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.0.source.as_deref().map(|source| source as _)
    }
}

impl From<std::io::Error> for Error {
    /// An error of kind [`ErrorKind::Io`], or [`ErrorKind::NotFound`] where the system says so.
    fn from(error: std::io::Error) -> Self {
        let kind = match error.kind() {
            std::io::ErrorKind::NotFound => ErrorKind::NotFound,
            std::io::ErrorKind::AlreadyExists => ErrorKind::AlreadyExists,
            _ => ErrorKind::Io,
        };
        Error::new(kind, error.to_string()).with_source(error)
    }
}

impl From<std::convert::Infallible> for Error {
    fn from(never: std::convert::Infallible) -> Self {
        match never {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_two_layers_say_is_said_once() {
        let error =
            Error::new(ErrorKind::Load, "broken").with("model", "a").with("model", "a").with("model", "b");
        assert_eq!(error.to_string(), "loading failed: broken (model: a, model: b)");
    }

    #[test]
    fn a_cause_that_repeats_the_message_is_left_out() {
        let cause = Error::new(ErrorKind::Io, "the disk is full");
        let repeated =
            Error::new(ErrorKind::Io, "io failed").with_source(std::io::Error::other("io failed (sda)"));
        assert!(!format!("{repeated:?}").contains("caused by"));
        let long = std::io::Error::other("io failed\n  at sda");
        let long = format!("{:?}", Error::new(ErrorKind::Io, "io failed").with_source(long));
        assert_eq!(long, "i/o failed: io failed\n\ncaused by: io failed\n  at sda");
        let told = format!("{:?}", Error::new(ErrorKind::Load, "broken").with_source(cause));
        assert_eq!(told, "loading failed: broken\n\ncaused by: i/o failed: the disk is full");
    }
}
