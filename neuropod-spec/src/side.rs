//! The two sides of a model.

use std::fmt;

/// Whether a tensor goes into a model or comes out of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Side {
    /// It is handed to the model.
    Input,
    /// The model returns it.
    Output,
}

impl Side {
    /// `"input"` or `"output"`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Side::Input => "input",
            Side::Output => "output",
        }
    }
}

impl fmt::Display for Side {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}
