//! How a command fails.

use std::error::Error as StdError;
use std::fmt::Write as _;
use std::io;
use std::process::ExitCode;

use anstyle::{AnsiColor, Style};
use neuropod::{Error, ErrorKind};
use neuropod_package::PackageError;

use crate::exit;

/// An error, and what the user can do.
#[derive(Debug)]
pub(crate) struct Failure(Box<Inner>);

#[derive(Debug)]
struct Inner {
    error: Error,
    help: Option<String>,
    code: u8,
}

impl Failure {
    /// A wrong use of the command.
    pub(crate) fn usage(message: impl Into<String>) -> Self {
        Error::new(ErrorKind::InvalidArgument, message.into()).into()
    }

    /// Says what the user can do.
    pub(crate) fn help(mut self, help: impl Into<String>) -> Self {
        self.0.help = Some(help.into());
        self
    }

    /// Sets the exit code.
    pub(crate) fn code(mut self, code: u8) -> Self {
        self.0.code = code;
        self
    }

    /// Adds where it happened.
    pub(crate) fn with(mut self, key: &'static str, value: impl Into<String>) -> Self {
        self.0.error = self.0.error.with(key, value);
        self
    }

    pub(crate) fn kind(&self) -> ErrorKind {
        self.0.error.kind()
    }

    /// Writes it to the standard error, and returns the exit code.
    pub(crate) fn report(&self) -> ExitCode {
        if is_closed_pipe(&self.0.error) {
            return ExitCode::SUCCESS; // whoever read the output, `head` for instance, has enough
        }
        anstream::eprint!("{}", self.text());
        ExitCode::from(self.0.code)
    }

    fn text(&self) -> String {
        let (error, red, bold) = (&self.0.error, AnsiColor::Red.on_default().bold(), Style::new().bold());
        let subject = if error.kind() == ErrorKind::Model { "the model failed: " } else { "" };
        let mut text = format!("{red}error{red:#}: {subject}{}\n", error.message());
        for (key, value) in error.contexts() {
            let _ = writeln!(text, "  {key}: {value}"); // writing to a string cannot fail
        }
        for cause in causes(error) {
            let _ = writeln!(text, "\n{}", cause.trim_end());
        }
        if let Some(help) = &self.0.help {
            let _ = writeln!(text, "{bold}help{bold:#}: {help}");
        }
        text
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        // The search for a backend says where it looked, whatever kept it from finding one.
        let found_no_backend = error.context("searched").is_some();
        let code = if found_no_backend { exit::NOT_HERE } else { exit::code(error.kind()) };
        let help = help(if found_no_backend { ErrorKind::BackendNotFound } else { error.kind() });
        Failure(Box::new(Inner { help, code, error }))
    }
}

impl From<PackageError> for Failure {
    fn from(error: PackageError) -> Self {
        Error::from(error).into()
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Error::from(error).into()
    }
}

/// What the user can do about any error of this kind.
fn help(kind: ErrorKind) -> Option<String> {
    let help = match kind {
        ErrorKind::BackendNotFound => "`neuropod backends` says what is found, and where it is looked for",
        ErrorKind::InvalidInput | ErrorKind::MissingInput | ErrorKind::UnknownName => {
            "`neuropod inspect` shows the inputs and outputs of a package"
        }
        ErrorKind::Device => {
            "`--device cpu` takes the CPU; without `--device`, a GPU is taken if there is one"
        }
        ErrorKind::Forbidden => "if you trust the package, leave `--no-custom-ops` out",
        _ => return None,
    };
    Some(help.to_owned())
}

/// What the causes say beyond the message: a traceback, for instance.
fn causes(error: &Error) -> Vec<String> {
    let message = error.message();
    let more = sources(error).filter_map(|source| {
        let text = source.to_string();
        match text.strip_prefix(message) {
            // A layer's own error type comes first, and adds at most the context.
            Some(more) => more.contains('\n').then(|| more.trim().to_owned()),
            None => (!message.contains(&text)).then_some(text),
        }
    });
    more.collect()
}

fn is_closed_pipe(error: &Error) -> bool {
    sources(error)
        .filter_map(|source| source.downcast_ref::<io::Error>())
        .any(|error| error.kind() == io::ErrorKind::BrokenPipe)
}

fn sources(error: &Error) -> impl Iterator<Item = &(dyn StdError + 'static)> {
    std::iter::successors(error.source(), |&source| source.source())
}
