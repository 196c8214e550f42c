//! What the counts of instructions depend on, beside the code.

use std::fmt;

use serde::{Deserialize, Serialize};

/// What the counts of instructions depend on, beside the code: who generated the machine code, and for what.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Toolchain {
    /// As `rustc --version` prints it.
    pub(crate) compiler: String,
    /// The target triple.
    pub(crate) target: String,
}

impl Toolchain {
    /// Those of this program.
    pub(crate) fn current() -> Self {
        Toolchain {
            compiler: env!("NEUROPOD_BENCH_COMPILER").to_owned(),
            target: env!("NEUROPOD_BENCH_TARGET").to_owned(),
        }
    }
}

impl fmt::Display for Toolchain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}, {}", self.compiler, self.target)
    }
}
