//! TensorFlow models for the tests, of this crate and of the facade.
#![allow(dead_code, unused_imports, reason = "each test program uses a part of it")]

#[path = "written.rs"]
mod written;

use std::path::PathBuf;

pub(crate) use written::{python, read};

/// What `models.py` wrote under that name: a file or a folder.
pub(crate) fn path(name: &str) -> PathBuf {
    written::directory(|| neuropod_backend_tf::backend().info().version).join(name)
}

/// A written file's content.
pub(crate) fn file(name: &str) -> Vec<u8> {
    read(&path(name))
}
