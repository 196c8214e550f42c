//! The instructions and allocations of a call, held against the baseline that is checked in.

use std::env;

use anyhow::Result;

use super::Workspace;

/// Set to have the baseline written anew.
const WRITE: &str = "NEUROPOD_WRITE_BASELINE";

pub(crate) fn run(workspace: &Workspace) -> Result<()> {
    let command = if env::var_os(WRITE).is_some() { "write" } else { "check" };
    // The program runs itself under callgrind.
    let program = ["run", "--release", "--package", "neuropod-bench-instructions", "--", command];
    workspace.bare_cargo(program).run()
}
