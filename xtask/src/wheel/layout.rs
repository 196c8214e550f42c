//! Which files the wheel has.

use std::collections::BTreeSet;
use std::path::Path;

use anyhow::{Result, ensure};

use super::content::{Content, MODULE, sources};
use crate::install::{LICENCES, on_this_system};
use crate::links;

/// What is installed with the package, in its folder.
const PLUGINS: [&str; 6] = [
    "neuropod/plugins-1/python/libneuropod_plugin_python.so",
    "neuropod/plugins-1/python/plugin.json",
    "neuropod/plugins-1/tensorflow/libneuropod_plugin_tf.so",
    "neuropod/plugins-1/tensorflow/plugin.json",
    "neuropod/plugins-1/torch-2.13.0/libneuropod_plugin_torch.so",
    "neuropod/plugins-1/torch-2.13.0/plugin.json",
];

/// Nothing is missing, nothing else is there, and what is native is linked to nothing that it must not be.
pub(super) fn check(root: &Path, content: &Content) -> Result<()> {
    let sources = sources(root)?;
    // Without it, type checkers would not look at the package's types.
    ensure!(sources.contains("neuropod/py.typed"), "the Python package has no file `py.typed`");
    let expected = expected(content, sources);
    let mut found = content.files()?;
    // The list of files is written anew when the wheel is packed.
    found.remove(&format!("{}.dist-info/RECORD", content.name));
    let missing: Vec<_> = expected.difference(&found).collect();
    let other: Vec<_> = found.difference(&expected).collect();
    ensure!(
        missing.is_empty() && other.is_empty(),
        "the wheel lacks {missing:?}, and has {other:?} besides what belongs there"
    );
    let native = native(content);
    links::check(&content.folder, &native.iter().map(String::as_str).collect::<Vec<_>>())
}

/// The files that are native code.
pub(super) fn native(content: &Content) -> Vec<String> {
    let libraries = PLUGINS.iter().filter(|path| path.ends_with(".so")).map(|path| on_this_system(path));
    libraries.chain([MODULE.to_owned(), content.command()]).collect()
}

fn expected(content: &Content, sources: BTreeSet<String>) -> BTreeSet<String> {
    let information = ["METADATA", "WHEEL"].map(str::to_owned).into_iter();
    let licences = LICENCES.iter().map(|licence| format!("licenses/{licence}"));
    let information = information.chain(licences).map(|name| format!("{}.dist-info/{name}", content.name));
    let plugins = PLUGINS.iter().map(|path| on_this_system(path));
    let files = sources.into_iter().chain(information).chain(plugins);
    files.chain([MODULE.to_owned(), content.command()]).collect()
}
