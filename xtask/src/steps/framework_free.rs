//! The promise that a plain `cargo build` and `cargo test` need no framework.

use std::collections::BTreeSet;

use anyhow::{Result, ensure};

use super::Workspace;

/// Crates that need a framework to be built, or to be there at run time.
const FRAMEWORKS: [&str; 9] = [
    "neuropod-backend-python",
    "neuropod-backend-torch",
    "torch-sys",
    "tch",
    "neuropod-backend-tf",
    "tensorflow",
    "tensorflow-sys",
    "tensorflow-sys-runtime",
    "pyo3-ffi",
];

pub(crate) fn run(workspace: &Workspace) -> Result<()> {
    // The build alone would miss a framework that happens to be installed for everyone.
    let tree = workspace.bare_cargo(["tree", "--prefix=none", "--format={lib}", "--no-dedupe"]).stdout()?;
    let found = frameworks(&tree);
    ensure!(
        found.is_empty(),
        "a default member of the workspace depends on {found:?}: `cargo tree --invert {}` shows how",
        found.iter().next().copied().unwrap_or_default()
    );
    workspace.bare_cargo(["check", "--all-targets"]).run()
}

fn frameworks(tree: &str) -> BTreeSet<&'static str> {
    let used: BTreeSet<String> = tree.lines().map(|line| line.trim().replace('_', "-")).collect();
    FRAMEWORKS.into_iter().filter(|framework| used.contains(*framework)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_framework_in_the_tree_is_found() {
        assert!(frameworks("neuropod_core\nhalf\n\nserde").is_empty());
        let found = frameworks("neuropod\ntorch_sys\nneuropod_backend_tf\nhalf");
        assert_eq!(found.into_iter().collect::<Vec<_>>(), ["neuropod-backend-tf", "torch-sys"]);
    }
}
