//! The counts that are checked in.

use std::fs;
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::Result;
use crate::toolchain::Toolchain;

/// The counts of every case, and what they were counted with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Baseline {
    /// What they were counted with.
    pub(crate) toolchain: Toolchain,
    /// In the order in which they are measured.
    pub(crate) cases: Vec<Count>,
}

/// What one call of a case costs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Count {
    /// The case's name.
    pub(crate) case: String,
    /// How many instructions the processor executes.
    pub(crate) instructions: u64,
    /// How often memory is asked for.
    pub(crate) allocations: usize,
    /// How many bytes are asked for.
    pub(crate) bytes: usize,
}

impl Baseline {
    /// Reads a baseline.
    pub(crate) fn read(path: &Path) -> Result<Self> {
        let text = fs::read_to_string(path)
            .map_err(|error| format!("cannot read the baseline {}: {error}", path.display()))?;
        let baseline = serde_json::from_str(&text)
            .map_err(|error| format!("{} is no baseline: {error}", path.display()))?;
        Ok(baseline)
    }

    /// Writes it, for people too.
    pub(crate) fn write(&self, path: &Path) -> Result<()> {
        let text = serde_json::to_string_pretty(self)? + "\n";
        fs::write(path, text).map_err(|error| format!("cannot write {}: {error}", path.display()))?;
        Ok(())
    }
}
