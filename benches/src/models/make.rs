//! Models are made in Python, by the framework that they are for.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::Framework;
use crate::settings::root;

/// What a folder of models was made by.
const STAMP: &str = "made-by.txt";

/// Makes models of these names, unless the script has made them before.
pub(super) fn unless_made(framework: Framework, folder: &Path, names: &[&str]) {
    let script = fs::read_to_string(script(framework)).expect("the script can be read");
    let stamp = format!("{}\n{script}", names.join(" "));
    if fs::read_to_string(folder.join(STAMP)).is_ok_and(|made_by| made_by == stamp) {
        return;
    }
    make(framework, folder, names);
    fs::write(folder.join(STAMP), stamp).expect("the folder of models can be written");
}

/// Has the framework's script make models of these names.
pub(super) fn make(framework: Framework, folder: &Path, names: &[&str]) {
    fs::create_dir_all(folder).expect("the folder of models can be made");
    let venv = std::env::var_os("VIRTUAL_ENV");
    let venv = PathBuf::from(venv.expect("no virtual environment is active: use `cargo xtask exec`"));
    let mut python = Command::new(venv.join("bin/python"));
    let status = python.arg(script(framework)).arg(folder).args(names).status();
    assert!(status.is_ok_and(|status| status.success()), "the models could not be made");
}

fn script(framework: Framework) -> PathBuf {
    root().join(format!("benches/python/make_{}_models.py", framework.name()))
}
