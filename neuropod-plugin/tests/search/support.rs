//! Makes plugins, frameworks and Python environments.

use std::env::{self, consts};
use std::ffi::OsString;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use neuropod_core::Error;
use neuropod_plugin::PluginSearch;
use serde_json::{Value, json};
use tempfile::TempDir;

pub(crate) const PLATFORM: &str = "testing";

pub(crate) fn folder() -> TempDir {
    tempfile::tempdir().unwrap()
}

/// A search in these paths alone.
pub(crate) fn search<P: AsRef<Path>>(paths: impl IntoIterator<Item = P>) -> PluginSearch {
    let search = PluginSearch::new().standard_places(false);
    paths.into_iter().fold(search, |search, path| search.path(path.as_ref()))
}

pub(crate) fn file_name(library: &str) -> String {
    format!("{}{library}{}", consts::DLL_PREFIX, consts::DLL_SUFFIX)
}

/// What `plugin.json` says of the plugin `test` in a version.
pub(crate) fn description(version: Option<&str>) -> Value {
    json!({ "abi": 1, "name": "test", "platform": PLATFORM, "version": version, "library": "test" })
}

/// Puts a plugin into a folder that it makes: a description, and a library that fits it.
pub(crate) fn plugin(folder: &Path, version: &str) -> PathBuf {
    describe(folder, &description(Some(version)));
    compile(&folder.join(file_name("test")), &["plugin.c"], &defines("test", version), &[]);
    folder.to_path_buf()
}

pub(crate) fn describe(folder: &Path, description: &Value) {
    fs::create_dir_all(folder).unwrap();
    fs::write(folder.join("plugin.json"), description.to_string()).unwrap();
}

pub(crate) fn defines(name: &str, version: &str) -> Vec<String> {
    let text = |key: &str, value: &str| format!("-D{key}=\"{value}\"");
    vec![text("NAME", name), text("PLATFORM", PLATFORM), text("VERSION", version)]
}

pub(crate) fn compile(library: &Path, sources: &[&str], flags: &[String], link: &[String]) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/search");
    let output = Command::new("cc")
        .args(["-shared", "-fPIC", "-o"])
        .arg(library)
        .args(flags)
        .args(sources.iter().map(|source| folder.join(source)))
        .args(link)
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

pub(crate) fn set_mode(path: &Path, mode: u32) {
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

/// All of an error: its message and each context on a line.
pub(crate) fn text(error: &Error) -> String {
    format!("{error:?}")
}

/// The error of a search that must fail.
pub(crate) fn failure(search: &PluginSearch, range: &str) -> Error {
    search.find(PLATFORM, range).map(|backend| backend.info()).unwrap_err()
}

/// Copies a file, in a process of its own: a program that this one had open for writing while another test
/// starts a process could not be run.
pub(crate) fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to.parent().unwrap()).unwrap();
    assert!(Command::new("cp").args([from, to]).status().unwrap().success());
}

const FOLDER: &str = "NEUROPOD_TEST_FOLDER";

/// The folder that [`run_again`] was given, in the process that it started.
pub(crate) fn given_folder() -> Option<PathBuf> {
    env::var_os(FOLDER).map(PathBuf::from)
}

/// Runs a test of this program in a process of its own, with these variables and no others: a process
/// opens a framework once, and its variables cannot be set while other tests run.
pub(crate) fn run_again(test: &str, folder: &Path, variables: &[(&str, OsString)]) {
    run_program_again(&env::current_exe().unwrap(), test, folder, variables);
}

/// The same with a copy of this program, which is elsewhere.
pub(crate) fn run_program_again(program: &Path, test: &str, folder: &Path, variables: &[(&str, OsString)]) {
    let output = Command::new(program)
        .args(["--exact", test, "--nocapture"])
        .env_clear()
        .env(FOLDER, folder)
        .envs(variables.iter().map(|(name, value)| (name, value)))
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && said.contains("1 passed"), "{said}");
}
