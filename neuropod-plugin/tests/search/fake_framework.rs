//! A framework of two libraries, and plugins that do not load without it.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::json;

use crate::support::*;

/// A framework of two libraries, the second of which needs the first, in a folder's `lib`.
pub(crate) fn framework(root: &Path) -> PathBuf {
    let lib = root.join("lib");
    fs::create_dir_all(&lib).unwrap();
    let core = lib.join(file_name("fake_core"));
    let flags = |name: &str, defines: &[&str]| {
        let name = format!("-Wl,-soname,{}", file_name(name));
        defines.iter().map(|define| (*define).to_owned()).chain([name]).collect::<Vec<_>>()
    };
    compile(&core, &["framework.c"], &flags("fake_core", &[]), &[]);
    let main = lib.join(file_name("fake_main"));
    compile(&main, &["framework.c"], &flags("fake_main", &["-DNEEDS"]), &[core.display().to_string()]);
    root.to_path_buf()
}

/// A framework as a Python package of a version, in an environment.
pub(crate) fn installed(environment: &Path, version: &str) -> PathBuf {
    let site_packages = environment.join("lib/python3.11/site-packages");
    fs::create_dir_all(site_packages.join(format!("Fake-{version}.dist-info"))).unwrap();
    framework(&site_packages.join("fake"))
}

/// A plugin that needs the framework in a version, and does not load without it.
pub(crate) fn plugin_with_framework(folder: &Path, version: &str, wanted: &str) -> PathBuf {
    let mut described = description(Some(version));
    described["framework"] = json!({
        "name": "Fake", "variable": "FAKE_DIR", "python_package": "fake", "install": "pip install fake",
        "version": wanted, "folder": "lib", "libraries": ["fake_core", "fake_main"],
    });
    describe(folder, &described);
    let build = crate::support::folder(); // another place than where the plugin will find it
    let lib = framework(build.path()).join("lib");
    let mut flags = defines("test", version);
    flags.push("-DWITH_FRAMEWORK".to_owned());
    let link = ["fake_main", "fake_core"].map(|name| lib.join(file_name(name)).display().to_string());
    compile(&folder.join(file_name("test")), &["plugin.c"], &flags, &link);
    folder.to_path_buf()
}

/// Whether this process has a library of that folder open.
pub(crate) fn is_open(folder: &Path) -> bool {
    let maps = fs::read_to_string("/proc/self/maps").unwrap();
    maps.contains(&*folder.canonicalize().unwrap().to_string_lossy())
}

/// Runs a test again with variables that name folders.
pub(crate) fn again(test: &str, root: &Path, variables: &[(&'static str, &str)]) {
    let variables: Vec<_> = variables
        .iter()
        .map(|(name, paths)| {
            let paths = paths.split(':').map(|path| root.join(path));
            (*name, env::join_paths(paths).unwrap())
        })
        .collect();
    run_again(&format!("frameworks::{test}"), root, &variables);
}
