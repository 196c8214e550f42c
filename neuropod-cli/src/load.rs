//! How packages are loaded.

use std::path::PathBuf;
use std::sync::Arc;

use clap::Args;
use neuropod::{Device, Integrity, LoadOptions, Neuropod, PluginSearch, Registry};

use crate::values::{device, pair};

/// Options of every command that runs a model.
#[derive(Args, Debug)]
#[command(next_help_heading = "Loading")]
pub(crate) struct LoadArguments {
    /// Require a device, `cpu` or `cuda:0` for instance; the first GPU is preferred by default
    #[arg(long, value_name = "DEVICE", value_parser = device)]
    device: Option<Device>,

    /// Threads within one operator; the framework chooses by default
    #[arg(long, value_name = "COUNT")]
    intra_op_threads: Option<usize>,

    /// Threads for independent operators; the framework chooses by default
    #[arg(long, value_name = "COUNT")]
    inter_op_threads: Option<usize>,

    /// Set an option of the backend, by the name in its documentation (repeatable)
    #[arg(long = "backend-option", value_name = "NAME=VALUE", value_parser = pair)]
    backend_options: Vec<(String, String)>,

    /// Take a framework version in this range, `^2.0` for instance, instead of in the package's
    #[arg(long, value_name = "RANGE")]
    version_range: Option<String>,

    /// Refuse packages with custom operators, which are native code
    #[arg(long)]
    no_custom_ops: bool,

    /// Do not hold the files against the manifest: faster, but damage goes unnoticed
    #[arg(long)]
    skip_verification: bool,

    /// Refuse packages without a manifest
    #[arg(long, conflicts_with = "skip_verification")]
    require_manifest: bool,

    #[command(flatten)]
    plugins: PluginArguments,
}

/// Where backends are looked for.
#[derive(Args, Debug)]
pub(crate) struct PluginArguments {
    /// Look for backends here first: a plugin's folder, or a folder of such folders (repeatable)
    #[arg(long = "plugin-path", value_name = "DIR")]
    paths: Vec<PathBuf>,

    /// Find frameworks in this Python environment if none is active
    #[arg(long, value_name = "DIR")]
    environment: Option<PathBuf>,
}

impl PluginArguments {
    /// The search that the arguments stand for.
    pub(crate) fn search(&self) -> PluginSearch {
        let search = self.paths.iter().fold(PluginSearch::new(), PluginSearch::path);
        match &self.environment {
            Some(environment) => search.environment(environment),
            None => search,
        }
    }
}

/// The options that the arguments stand for.
pub(crate) fn load_options(arguments: &LoadArguments) -> LoadOptions {
    // Plugins alone: which framework runs a package depends on what is installed, not on how this program was built.
    let options = Neuropod::options().registry(Arc::new(Registry::new())).plugins(arguments.plugins.search());
    let mut options = options.integrity(integrity(arguments));
    options = options.allow_custom_ops(!arguments.no_custom_ops);
    if let Some(device) = arguments.device {
        options = options.device(device);
    }
    if let Some(threads) = arguments.intra_op_threads {
        options = options.intra_op_threads(threads);
    }
    if let Some(threads) = arguments.inter_op_threads {
        options = options.inter_op_threads(threads);
    }
    if let Some(range) = &arguments.version_range {
        options = options.version_range(range);
    }
    for (name, value) in &arguments.backend_options {
        options = options.backend_option(name, value);
    }
    options
}

fn integrity(arguments: &LoadArguments) -> Integrity {
    match (arguments.skip_verification, arguments.require_manifest) {
        (true, _) => Integrity::Skip,
        (_, true) => Integrity::Require,
        _ => Integrity::Verify,
    }
}
