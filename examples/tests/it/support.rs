//! What the tests share: the environment that `cargo xtask test` provides.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

/// One of the examples' Python files.
pub(crate) fn code(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("python").join(name)
}

/// Runs one of the examples' Python scripts, and returns what it prints as raw float32.
pub(crate) fn python(script: &str, arguments: &[&Path]) -> Vec<f32> {
    let python = variable("VIRTUAL_ENV").join("bin/python");
    let output = Command::new(python).arg(code(script)).args(arguments).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    output.stdout.chunks_exact(4).map(|bytes| f32::from_le_bytes(bytes.try_into().unwrap())).collect()
}

pub(crate) fn variable(name: &str) -> PathBuf {
    env::var_os(name)
        .map(PathBuf::from)
        .unwrap_or_else(|| panic!("{name} is not set; run `cargo xtask test`"))
}

/// The largest difference between two numbers at the same place; there must be as many of both.
pub(crate) fn furthest(found: &[f32], expected: &[f32]) -> f32 {
    assert_eq!(found.len(), expected.len());
    let differences = found.iter().zip(expected).map(|(found, expected)| (found - expected).abs());
    // `f32::max` would pass over a NaN.
    differences.fold(0.0, |furthest, difference| if difference <= furthest { furthest } else { difference })
}
