//! How a package is loaded, as `neuropod.loader` says it.

use std::collections::BTreeMap;
use std::path::PathBuf;

use neuropod::{Device, Error, ErrorKind, Integrity, LoadOptions, Neuropod};
use pyo3::prelude::*;

use crate::backends;
use crate::errors::OrRaise;

/// The keys are those of the dictionary that `neuropod.loader` makes of its arguments.
#[derive(FromPyObject)]
#[pyo3(from_item_all)]
pub(crate) struct Options {
    /// A device that is required, `cpu` or `cuda:0`.
    device: Option<String>,
    /// A GPU that is preferred; -1 stands for the CPU.
    visible_gpu: Option<i64>,
    intra_op_threads: Option<usize>,
    inter_op_threads: Option<usize>,
    load_custom_ops: bool,
    validate: bool,
    separate_symbols: bool,
    /// `verify`, `require` or `skip`.
    integrity: String,
    lazy: bool,
    version_range: Option<String>,
    backend_options: BTreeMap<String, String>,
    plugin_paths: Vec<PathBuf>,
}

impl Options {
    pub(crate) fn into_load_options(self, py: Python<'_>) -> PyResult<LoadOptions> {
        let mut options = Neuropod::options()
            .allow_custom_ops(self.load_custom_ops)
            .validate(self.validate)
            .separate_symbols(self.separate_symbols)
            .integrity(integrity(&self.integrity).or_raise(py)?)
            .lazy(self.lazy);
        if let Some(gpu) = self.visible_gpu {
            options = match u32::try_from(gpu) {
                Ok(index) => options.prefer_device(Device::Cuda(index)),
                Err(_) => options.device(Device::Cpu),
            };
        }
        if let Some(device) = self.device {
            options = options.device(device.parse().or_raise(py)?);
        }
        if let Some(threads) = self.intra_op_threads {
            options = options.intra_op_threads(threads);
        }
        if let Some(threads) = self.inter_op_threads {
            options = options.inter_op_threads(threads);
        }
        if let Some(range) = self.version_range {
            options = options.version_range(range);
        }
        for (name, value) in self.backend_options {
            options = options.backend_option(name, value);
        }
        backends::with_backends(py, options, self.plugin_paths)
    }
}

fn integrity(name: &str) -> Result<Integrity, Error> {
    match name {
        "verify" => Ok(Integrity::Verify),
        "require" => Ok(Integrity::Require),
        "skip" => Ok(Integrity::Skip),
        other => {
            let message = format!("`integrity` is {other:?}: expected \"verify\", \"require\" or \"skip\"");
            Err(Error::new(ErrorKind::InvalidArgument, message))
        }
    }
}
