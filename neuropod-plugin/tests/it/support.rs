//! The libraries that the tests load.

use std::env::{self, consts};
use std::path::PathBuf;
use std::sync::Arc;

use neuropod_core::Backend;

/// The library of an example of this crate, which `cargo test` builds before the tests run.
pub(crate) fn example(name: &str) -> PathBuf {
    let test = env::current_exe().unwrap();
    let folder = test.ancestors().nth(2).unwrap().join("examples");
    let library = folder.join(format!("{}{name}{}", consts::DLL_PREFIX, consts::DLL_SUFFIX));
    let name = library.display();
    assert!(
        library.is_file(),
        "{name} is missing: `cargo test -p neuropod-plugin` builds it, `--test` does not"
    );
    library
}

pub(crate) fn fake_plugin() -> Arc<dyn Backend> {
    neuropod_plugin::load(&example("fake_plugin"), None).unwrap()
}
