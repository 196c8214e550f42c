//! Custom operators.

use std::collections::HashSet;
use std::sync::{Mutex, PoisonError};

use neuropod_core::{Error, ModelOptions, ModelSource};
use sha2::{Digest, Sha256};

use crate::TensorFlowError;
use crate::c_api::CApi;
use crate::convert::load_library;

/// No library of operators is larger.
const MOST_BYTES: u64 = 4 << 30;

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
        let path = format!("0/ops/{name}");
        let content = source.files.read(&path, MOST_BYTES)?;
        let hash = Sha256::digest(&content).into();
        if !loaded.contains(&hash) {
            let failed = |reason| TensorFlowError::CustomOp { name: name.clone(), reason };
            if is_cut_off(&content) {
                return Err(failed("the file is cut off".to_owned()).into());
            }
            load_library(api, &source.files.path(&path)?).map_err(|failure| failed(failure.message))?;
            loaded.insert(hash);
        }
    }
    Ok(())
}

/// Whether the end of an ELF file is missing: the system's loader would map what is not there, and
/// the process would end as soon as it is touched. The table of sections comes last in such a file.
fn is_cut_off(content: &[u8]) -> bool {
    const MAGIC: &[u8] = b"\x7fELF\x02\x01"; // of 64 bits, in little-endian order
    let number = |at: usize, len: usize| {
        let bytes = content.get(at..at + len).unwrap_or_default();
        bytes.iter().rev().fold(0u64, |number, byte| number << 8 | u64::from(*byte))
    };
    // The table's offset, the size of an entry, and the number of them.
    let end = number(0x28, 8).saturating_add(number(0x3a, 2) * number(0x3c, 2));
    content.starts_with(MAGIC) && (content.len() < 0x40 || end > content.len() as u64)
}
