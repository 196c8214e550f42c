//! One property of a backend, and how its check can end.

use neuropod_core::{Backend, Error};

use super::Fixtures;

/// How a case ends: the property holds, or [`Stop`] says why that is not known or not so.
pub type CaseResult = Result<(), Stop>;

/// One property that every backend must have.
#[derive(Clone, Copy, Debug)]
pub struct Case {
    /// The module and name of the function: `errors::missing_input_is_named` for instance.
    pub name: &'static str,
    /// The check. It returns [`Stop::Skipped`] if the backend's capabilities or fixtures do not
    /// allow it.
    pub run: fn(&dyn Backend, &dyn Fixtures) -> CaseResult,
}

/// Why a case ended early.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stop {
    /// The property does not apply or cannot be checked, and why.
    Skipped(String),
    /// The backend does not have the property: what was expected and what was found.
    Failed(String),
}

impl From<Error> for Stop {
    /// An error where success was expected.
    fn from(error: Error) -> Self {
        Stop::Failed(format!("unexpected error: {error}"))
    }
}

/// Ends a case as failed, with a formatted message, unless a condition holds.
macro_rules! check {
    ($condition:expr, $($message:tt)+) => {
        if !$condition {
            return Err($crate::conformance::Stop::Failed(format!($($message)+)));
        }
    };
}

/// Ends a case as skipped, with a formatted reason.
macro_rules! skip {
    ($($reason:tt)+) => {
        return Err($crate::conformance::Stop::Skipped(format!($($reason)+)))
    };
}

pub(crate) use {check, skip};
