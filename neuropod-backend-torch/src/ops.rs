//! Custom operators.

use std::collections::HashSet;
use std::io::{self, Read, Write};
use std::sync::{Mutex, PoisonError};

use neuropod_core::{Error, ErrorKind, ModelOptions, ModelSource};
use sha2::{Digest, Sha256};

use crate::TorchError;
use crate::convert::{open_library, promote_libtorch};

type Hash = [u8; 32];

/// Loads the shared libraries that a package carries, each distinct one once in a process: torch
/// ends the process when an operator is registered twice.
pub(crate) fn load(source: &ModelSource, options: &ModelOptions) -> Result<(), Error> {
    if source.custom_ops.is_empty() {
        return Ok(());
    }
    if !options.allow_custom_ops {
        return Err(TorchError::CustomOpsForbidden(source.custom_ops.join(", ")).into());
    }
    static LOADED: Mutex<Option<HashSet<Hash>>> = Mutex::new(None);
    let mut loaded = LOADED.lock().unwrap_or_else(PoisonError::into_inner);
    if loaded.is_none() {
        promote_libtorch()?;
    }
    let loaded = loaded.get_or_insert_with(HashSet::new);
    source.custom_ops.iter().try_for_each(|name| load_one(source, name, loaded))
}

fn load_one(source: &ModelSource, name: &str, loaded: &mut HashSet<Hash>) -> Result<(), Error> {
    let path = format!("0/ops/{name}");
    let hash = hash(source, &path)?;
    if loaded.contains(&hash) {
        return Ok(());
    }
    open_library(&source.files.path(&path)?)
        .map_err(|error| TorchError::CustomOp { name: name.to_owned(), reason: reason(error) })?;
    loaded.insert(hash);
    Ok(())
}

fn hash(source: &ModelSource, path: &str) -> Result<Hash, Error> {
    let mut hasher = Hasher(Sha256::new());
    let mut file: Box<dyn Read + Send> = source.files.open(path)?;
    io::copy(&mut file, &mut hasher).map_err(|error| {
        Error::new(ErrorKind::Io, "the custom operator cannot be read").with("file", path).with_source(error)
    })?;
    Ok(hasher.0.finalize().into())
}

fn reason(error: TorchError) -> String {
    match error {
        TorchError::Load(reason) => reason,
        other => other.to_string(),
    }
}

/// Lets `io::copy` feed a hash.
struct Hasher(Sha256);

impl Write for Hasher {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
