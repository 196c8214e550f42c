//! An installation, as its user has it: with no variable that leads to the checkout or to a framework.

mod models;
mod real;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use super::Workspace;
use crate::install::{
    COMMAND, Profile, build_tool_paths, headers, install, library_paths, on_this_system, soname,
};
use crate::links;
use crate::process::Process;

/// Every file of an installation but those of the library for C and C++. Where libraries end otherwise than on Linux,
/// theirs do.
const FILES: [&str; 13] = [
    "bin/neuropod",
    "include/neuropod/neuropod_plugin.h",
    "lib/neuropod/plugins-1/python/libneuropod_plugin_python.so",
    "lib/neuropod/plugins-1/python/plugin.json",
    "lib/neuropod/plugins-1/tensorflow/libneuropod_plugin_tf.so",
    "lib/neuropod/plugins-1/tensorflow/plugin.json",
    "lib/neuropod/plugins-1/torch-2.13.0/libneuropod_plugin_torch.so",
    "lib/neuropod/plugins-1/torch-2.13.0/plugin.json",
    "share/bash-completion/completions/neuropod",
    "share/doc/neuropod/LICENSE-APACHE",
    "share/doc/neuropod/LICENSE-MIT",
    "share/fish/vendor_completions.d/neuropod.fish",
    "share/zsh/site-functions/_neuropod",
];

pub(crate) fn run(workspace: &Workspace) -> Result<()> {
    let environment = workspace.environment.as_ref().context("the step needs the frameworks")?;
    let scratch = tempfile::tempdir().context("cannot make a temporary folder")?;
    let prefix = scratch.path().join("prefix");
    // The second time replaces every file.
    for _ in 0..2 {
        install(&workspace.root, environment, &prefix, Profile::Tests)?;
    }
    check_files(&workspace.root, &prefix)?;
    let library = format!("lib/{}", soname());
    let native = FILES.iter().copied().filter(|path| is_native(path)).chain([&*library]);
    links::check(&prefix, &native.collect::<Vec<_>>())?;
    links::check_interface(&prefix.join(&library), &soname(), "NP_")?;
    check_plugins(command(&prefix), &prefix.join("lib/neuropod/plugins-1"))?;
    models::run(workspace, environment, &prefix, scratch.path())
}

/// The installed command, with a path of the system's programs as its only variable.
pub(super) fn command(prefix: &Path) -> Process {
    Process::new("env").args(["-i", "PATH=/usr/bin:/bin"]).arg(prefix.join(COMMAND))
}

/// Nothing is missing, nothing else is there, and everyone can read but not write it.
fn check_files(root: &Path, prefix: &Path) -> Result<()> {
    let mut found = BTreeMap::new();
    list(prefix, prefix, &mut found)?;
    let headers = headers(root)?.into_iter().map(|header| format!("include/{header}"));
    let for_build_tools = build_tool_paths().map(str::to_owned);
    let others = library_paths().into_iter().chain(headers).chain(for_build_tools);
    let expected: BTreeSet<String> = FILES.map(on_this_system).into_iter().chain(others).collect();
    ensure!(found.keys().eq(&expected), "the installation has {:#?}, and not {expected:#?}", found.keys());
    for (path, mode) in &found {
        let expected = if path == COMMAND { 0o755 } else { 0o644 };
        ensure!(*mode == expected, "{path} has the mode {mode:o}, and {expected:o} is needed");
    }
    Ok(())
}

fn is_native(path: &str) -> bool {
    path == COMMAND || path.ends_with(".so")
}

/// Every file below a folder, with its mode.
fn list(prefix: &Path, folder: &Path, found: &mut BTreeMap<String, u32>) -> Result<()> {
    use std::os::unix::fs::PermissionsExt;
    for entry in fs::read_dir(folder).with_context(|| format!("cannot read {}", folder.display()))? {
        let path = entry?.path();
        let mode = fs::metadata(&path)?.permissions().mode() & 0o7777;
        if path.is_dir() {
            ensure!(mode == 0o755, "{} has the mode {mode:o}, and 755 is needed", path.display());
            list(prefix, &path, found)?;
        } else {
            found.insert(path.strip_prefix(prefix)?.to_string_lossy().into_owned(), mode);
        }
    }
    Ok(())
}

/// The command finds the three plugins in a folder, and no fault with them.
pub(super) fn check_plugins(command: Process, folder: &Path) -> Result<()> {
    let text = command.args(["backends", "--json"]).stdout()?;
    let places: Value = serde_json::from_str(&text).context("`neuropod backends --json` wrote no JSON")?;
    let places = places.as_array().context("`neuropod backends --json` wrote no list")?;
    let own = folder.canonicalize().with_context(|| format!("there is no {}", folder.display()))?;
    let plugins = places.iter().find(|place| place["path"].as_str().map(Path::new) == Some(&own));
    let plugins = plugins.and_then(|place| place["plugins"].as_array());
    let plugins =
        plugins.with_context(|| format!("the command does not look in {}: {text}", own.display()))?;
    let names: Vec<_> = plugins.iter().map(|plugin| plugin["name"].as_str().unwrap_or_default()).collect();
    ensure!(names == ["python", "tensorflow", "torch"], "the command finds {names:?}");
    ensure!(plugins.iter().all(|plugin| plugin["problem"].is_null()), "a plugin has a problem: {text}");
    Ok(())
}
