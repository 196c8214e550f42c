//! Custom operators.

use std::collections::HashSet;
use std::sync::{Mutex, PoisonError};

use neuropod_core::{Error, ModelOptions, ModelSource};
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
    let hash = Sha256::digest(source.read_custom_op(name)?).into();
    if loaded.contains(&hash) {
        return Ok(());
    }
    open_library(&source.files.path(&format!("0/ops/{name}"))?)
        .map_err(|error| TorchError::CustomOp { name: name.to_owned(), reason: reason(error) })?;
    loaded.insert(hash);
    Ok(())
}

fn reason(error: TorchError) -> String {
    match error {
        TorchError::Load(reason) => reason,
        other => other.to_string(),
    }
}
