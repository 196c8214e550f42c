//! Running pip, and turning its failures into advice.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};

use crate::process::Process;

/// Runs `python -m pip <arguments>`; its whole output goes to `log`, its progress to the terminal.
///
/// # Errors
///
/// pip failed; the error says what to do about it where that is known, and where the log is.
pub(crate) fn run(python: &Path, arguments: &[&str], log: &Path) -> Result<()> {
    let process = clean(Process::new(python))
        .args(["-m", "pip", "--disable-pip-version-check", "--no-input"])
        .args(arguments);
    let line = process.line();
    let status = process
        .logged(log, |line| line.starts_with("Downloading ") || line.starts_with("Installing collected"))?;
    if status.success() {
        return Ok(());
    }
    let output = fs::read_to_string(log).with_context(|| format!("cannot read {}", log.display()))?;
    let (advice, tail) = (advice(&output), tail(&output));
    bail!("{advice}\npip's last words:\n{tail}\nIts whole output: {}\nTo repeat it:\n  {line}", log.display())
}

/// Keeps a user's settings from sending packages elsewhere or Python to another library.
pub(crate) fn clean(process: Process) -> Process {
    ["PYTHONHOME", "PYTHONPATH", "PIP_TARGET", "PIP_PREFIX", "PIP_USER"]
        .into_iter()
        .fold(process, |process, name| process.hidden_env(name, None))
}

/// What to do about a failure of pip, by what it printed.
fn advice(output: &str) -> &'static str {
    let any = |signs: &[&str]| signs.iter().any(|sign| output.contains(sign));
    // In this order: pip ends a network failure with "no matching distribution" as well.
    if any(&["No space left on device", "Errno 28", "Disk quota exceeded"]) {
        "the disk is full: free some space, or name a folder on another disk in NEUROPOD_CACHE (and in TMPDIR)"
    } else if any(&[
        "NewConnectionError",
        "NameResolutionError",
        "ConnectTimeoutError",
        "ReadTimeoutError",
        "ProxyError",
        "Connection refused",
        "Connection reset",
        "Temporary failure in name resolution",
        "Network is unreachable",
    ]) {
        "pip cannot reach the package index: check the network, or the proxy in HTTPS_PROXY, and try again"
    } else if any(&["SSLError", "CERTIFICATE_VERIFY_FAILED"]) {
        "pip does not trust the package index's certificate: behind a company proxy, name its certificate in PIP_CERT"
    } else if any(&["DO NOT MATCH THE HASHES"]) {
        "a download differs from what is pinned: the index or the network changed it, so nothing was installed"
    } else if any(&["No matching distribution found"]) {
        "the index has no wheel of a pinned version for this Python and platform: Python 3.10 to 3.14 on Linux or macOS is expected"
    } else {
        "pip failed"
    }
}

fn tail(output: &str) -> String {
    let lines: Vec<&str> = output.lines().filter(|line| !line.trim().is_empty()).collect();
    let last = &lines[lines.len().saturating_sub(8)..];
    last.iter().map(|line| format!("  {line}")).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_failures_get_their_remedy() {
        let offline = "WARNING: Retrying after connection broken by 'NewConnectionError(...)'\n\
                       ERROR: No matching distribution found for torch==2.13.0";
        assert!(advice(offline).contains("check the network"));
        let full = "ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device";
        assert!(advice(full).contains("NEUROPOD_CACHE"));
        let exotic = "ERROR: No matching distribution found for torch==2.13.0";
        assert!(advice(exotic).contains("Python 3.10 to 3.14"));
        let tampered = "ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE.";
        assert!(advice(tampered).contains("nothing was installed"));
        assert_eq!(advice("Segmentation fault"), "pip failed");
    }

    #[test]
    fn the_tail_is_short() {
        let output: String = (0..50).map(|line| format!("line {line}\n\n")).collect();
        assert_eq!(tail(&output).lines().count(), 8);
        assert!(tail(&output).ends_with("line 49"));
    }
}
