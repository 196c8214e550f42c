//! Why a package cannot be read or written.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use neuropod_core::{Error, ErrorKind};

use crate::Problem;

/// What is wrong with a package, and where.
///
/// [`PackageError::problem`] tells the ways apart; [`PackageError::entry`] names the file in the
/// package, [`PackageError::package`] the package. It converts into [`neuropod_core::Error`], with
/// the same as its context.
///
/// ```
/// use neuropod_package::{Package, Problem};
///
/// let error = Package::open("no/such/package").unwrap_err();
/// assert!(matches!(error.problem(), Problem::NotFound));
/// assert_eq!(error.to_string(), "there is nothing at this path (package: no/such/package)");
/// ```
pub struct PackageError(Box<Inner>);

struct Inner {
    package: Option<PathBuf>,
    entry: Option<String>,
    problem: Problem,
}

impl PackageError {
    /// What is wrong.
    pub fn problem(&self) -> &Problem {
        &self.0.problem
    }

    /// What is wrong, without where.
    pub fn into_problem(self) -> Problem {
        self.0.problem
    }

    /// The path, from the package's root, of the file it is wrong with.
    pub fn entry(&self) -> Option<&str> {
        self.0.entry.as_deref()
    }

    /// The package.
    pub fn package(&self) -> Option<&Path> {
        self.0.package.as_deref()
    }

    /// The kind of the [`neuropod_core::Error`] that this converts into.
    pub fn kind(&self) -> ErrorKind {
        self.0.problem.kind()
    }

    /// Says which package it is: for a package that is read or written at another place than the one that
    /// its user knows.
    #[must_use]
    pub fn in_package(mut self, package: impl Into<PathBuf>) -> Self {
        self.0.package = Some(package.into());
        self
    }

    /// Says which file in the package it is, unless that is known.
    pub(crate) fn in_entry(mut self, entry: &str) -> Self {
        self.0.entry.get_or_insert_with(|| entry.to_owned());
        self
    }

    /// Says that it is in a file of the package, which is a zip file itself, or in a folder.
    pub(crate) fn within(mut self, outer: &str) -> Self {
        self.0.entry = Some(match self.0.entry.take() {
            Some(inner) => format!("{outer}/{inner}"),
            None => outer.to_owned(),
        });
        self
    }

    /// The error that a reader of ours put into an I/O error, or a failed read.
    pub(crate) fn from_read(error: io::Error) -> Self {
        match error.downcast::<PackageError>() {
            Ok(error) => error,
            Err(error) => Problem::Read(error).into(),
        }
    }

    /// To be carried out of a reader; [`PackageError::from_read`] takes it out again.
    pub(crate) fn into_io(self) -> io::Error {
        io::Error::new(io::ErrorKind::InvalidData, self)
    }
}

impl From<Problem> for PackageError {
    #[cold]
    fn from(problem: Problem) -> Self {
        PackageError(Box::new(Inner { package: None, entry: None, problem }))
    }
}

impl Problem {
    /// This problem, with that file of the package.
    #[cold]
    pub(crate) fn at(self, entry: &str) -> PackageError {
        PackageError::from(self).in_entry(entry)
    }
}

impl From<PackageError> for Error {
    fn from(error: PackageError) -> Self {
        let mut converted = Error::new(error.kind(), error.problem().to_string());
        if let Some(entry) = error.entry() {
            converted = converted.with("entry", entry);
        }
        if let Some(package) = error.package() {
            converted = converted.with("package", package.display().to_string());
        }
        converted.with_source(error)
    }
}

impl fmt::Display for PackageError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0.problem)?;
        let package = self.package().map(|package| package.display().to_string());
        match (self.entry(), package) {
            (Some(entry), Some(package)) => write!(f, " (entry: {entry}, package: {package})"),
            (Some(entry), None) => write!(f, " (entry: {entry})"),
            (None, Some(package)) => write!(f, " (package: {package})"),
            (None, None) => Ok(()),
        }
    }
}

impl fmt::Debug for PackageError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PackageError")
            .field("problem", &self.0.problem)
            .field("entry", &self.0.entry)
            .field("package", &self.0.package)
            .finish()
    }
}

impl std::error::Error for PackageError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.0.problem.source_error()
    }
}
