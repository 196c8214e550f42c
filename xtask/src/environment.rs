//! What child processes see.

use std::env;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::data::Data;
use crate::process::Process;
use crate::venv;

/// Variables that would lead to another libtorch, TensorFlow, Keras or Python, or change what
/// TensorFlow prints.
const FOREIGN: [&str; 11] = [
    "LIBTORCH",
    "LIBTORCH_INCLUDE",
    "LIBTORCH_LIB",
    "LIBTORCH_STATIC",
    "LIBTORCH_CXX11_ABI",
    "TENSORFLOW_DIR",
    "TF_CPP_MIN_LOG_LEVEL",
    "TF_USE_LEGACY_KERAS",
    "KERAS_BACKEND",
    "PYTHONHOME",
    "PYTHONPATH",
];

/// The prepared environment: frameworks and data.
#[derive(Debug, Clone)]
pub(crate) struct Environment {
    pub(crate) venv: PathBuf,
    pub(crate) data: Data,
    path: OsString,
}

impl Environment {
    pub(crate) fn new(venv: PathBuf, data: Data) -> Result<Self> {
        let path = env::var_os("PATH").unwrap_or_default();
        let entries = [venv::programs(&venv)].into_iter().chain(env::split_paths(&path));
        let path = env::join_paths(entries)
            .context("the cache folder's path cannot stand in PATH: name another in NEUROPOD_CACHE")?;
        Ok(Self { venv, data, path })
    }

    /// The environment's own interpreter.
    pub(crate) fn python(&self) -> PathBuf {
        venv::programs(&self.venv).join("python")
    }

    /// Makes `process` see the frameworks and the data.
    pub(crate) fn apply(&self, process: Process) -> Process {
        let process = FOREIGN.into_iter().fold(process, |process, name| process.hidden_env(name, None));
        process
            .hidden_env("VIRTUAL_ENV", Some(self.venv.as_os_str()))
            .hidden_env("PATH", Some(&self.path))
            .hidden_env("LIBTORCH_USE_PYTORCH", Some("1".as_ref()))
            .hidden_env("PYTHONDONTWRITEBYTECODE", Some("1".as_ref()))
            .hidden_env("NEUROPOD_SILERO_MODEL", Some(self.data.silero_model.as_os_str()))
            .hidden_env("NEUROPOD_SPEECH_RECORDING", Some(self.data.recording.as_os_str()))
            .hidden_env("NEUROPOD_BASIC_PITCH_MODEL", Some(self.data.basic_pitch_model.as_os_str()))
            .hidden_env("NEUROPOD_SPEAKER_ENCODER", Some(self.data.speaker_encoder_weights.as_os_str()))
    }
}

/// Makes `process` see no Python environment, as on a machine without the frameworks.
pub(crate) fn without_frameworks(root: &Path, process: Process) -> Process {
    let path = env::var_os("PATH").unwrap_or_default();
    let active = env::var_os("VIRTUAL_ENV").map(PathBuf::from);
    let is_venv = |entry: &Path| {
        entry.starts_with(root.join(".venv")) || active.as_ref().is_some_and(|venv| entry.starts_with(venv))
    };
    let kept = env::split_paths(&path).filter(|entry| !is_venv(entry));
    // Entries that came out of a PATH go back into one.
    let path = env::join_paths(kept).unwrap_or(path.clone());
    FOREIGN
        .into_iter()
        .chain(["VIRTUAL_ENV"])
        .fold(process, |process, name| process.hidden_env(name, None))
        .hidden_env("PATH", Some(&path))
}
