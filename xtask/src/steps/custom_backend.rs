//! The third-party example: small, and built on the contract alone.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, ensure};

use super::{Workspace, metadata};

const MANIFEST: &str = "examples/custom-backend/Cargo.toml";

/// What the README promises of the example.
const MOST_LINES: usize = 150;

pub(crate) fn run(workspace: &Workspace) -> Result<()> {
    let crates = metadata::crates(workspace, MANIFEST)?;
    let dependencies = crates.iter().flat_map(|member| &member.dependencies);
    let needed: Vec<&str> = dependencies
        .filter(|dependency| !dependency.is_dev)
        .map(|dependency| dependency.name.as_str())
        .collect();
    ensure!(needed == ["neuropod-core"], "{MANIFEST} depends on {needed:?}, not on neuropod-core alone");

    let lines = count_lines(&workspace.root.join("examples/custom-backend/src"))?;
    ensure!(lines <= MOST_LINES, "its sources have {lines} lines, more than {MOST_LINES}");

    workspace.outsider_cargo(["test", "--manifest-path", MANIFEST]).run()
}

fn count_lines(folder: &Path) -> Result<usize> {
    let mut lines = 0;
    for entry in fs::read_dir(folder).with_context(|| format!("cannot read {}", folder.display()))? {
        let path = entry?.path();
        lines += match path.is_dir() {
            true => count_lines(&path)?,
            false => fs::read_to_string(&path)
                .with_context(|| format!("cannot read {}", path.display()))?
                .lines()
                .count(),
        };
    }
    Ok(lines)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_counted_in_every_folder() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("inner")).unwrap();
        fs::write(folder.path().join("lib.rs"), "one\ntwo\n").unwrap();
        fs::write(folder.path().join("inner/mod.rs"), "three\n\nfive").unwrap();
        assert_eq!(count_lines(folder.path()).unwrap(), 5);
    }
}
