//! Builds backends as plugins, with the optimisation of the benchmarks.

use std::env::{self, consts};
use std::path::PathBuf;
use std::process::Command;
use std::sync::Arc;

use neuropod_core::Backend;

use crate::models::Framework;
use crate::settings::root;

/// Builds a package's shared library as `cargo rustc --release` does, and says where it is: `library`, without prefix
/// and extension, in a folder of `target/release`, which is an empty text for that folder itself.
///
/// # Panics
///
/// If it cannot be built, or the program is no benchmark of Cargo's.
pub fn build(package: &str, cargo_arguments: &[&str], folder: &str, library: &str) -> PathBuf {
    let status = Command::new(env!("CARGO"))
        .args(["rustc", "--quiet", "--release", "--package", package])
        .args(cargo_arguments)
        .current_dir(root())
        .status();
    assert!(status.is_ok_and(|status| status.success()), "the plugin could not be built");
    let program = env::current_exe().expect("this program has a path");
    let release = program.ancestors().nth(2).expect("the program is in target/release/deps");
    release.join(folder).join(format!("{}{library}{}", consts::DLL_PREFIX, consts::DLL_SUFFIX))
}

/// The backend of a framework, built and loaded as a plugin. That for torch opens no libtorch: the program is linked to
/// it, or finds it through the system.
///
/// # Panics
///
/// If it cannot be built or loaded.
pub fn of_framework(framework: Framework) -> Arc<dyn Backend> {
    let name = framework.name();
    let package = format!("neuropod-plugin-{name}");
    let built = build(&package, &["--lib", "--crate-type", "cdylib"], "", &format!("neuropod_plugin_{name}"));
    neuropod_plugin::load(&built, None).expect("the plugin loads")
}
