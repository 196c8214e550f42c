//! Custom operators.

use std::collections::HashSet;
use std::sync::{Mutex, PoisonError};

use neuropod_core::{Error, ModelOptions, ModelSource};
use sha2::{Digest, Sha256};

use crate::TensorFlowError;
use crate::c_api::CApi;
use crate::convert::load_library;

/// Loads the shared libraries that a package carries, each distinct one once in a process: an
/// operator cannot be registered twice.
pub(crate) fn load(api: &'static CApi, source: &ModelSource, options: &ModelOptions) -> Result<(), Error> {
    if source.custom_ops.is_empty() {
        return Ok(());
    }
    if !options.allow_custom_ops {
        return Err(TensorFlowError::CustomOpsForbidden(source.custom_ops.join(", ")).into());
    }
    static LOADED: Mutex<Option<HashSet<[u8; 32]>>> = Mutex::new(None);
    let mut loaded = LOADED.lock().unwrap_or_else(PoisonError::into_inner);
    let loaded = loaded.get_or_insert_default();
    for name in &source.custom_ops {
        let hash = Sha256::digest(source.read_custom_op(name)?).into();
        if !loaded.contains(&hash) {
            load_library(api, &source.files.path(&format!("0/ops/{name}"))?).map_err(|failure| {
                TensorFlowError::CustomOp { name: name.clone(), reason: failure.message }
            })?;
            loaded.insert(hash);
        }
    }
    Ok(())
}
