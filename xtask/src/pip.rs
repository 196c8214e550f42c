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
    let status = process.logged(log, progress)?;
    if status.success() {
        return Ok(());
    }
    let output = fs::read_to_string(log).with_context(|| format!("cannot read {}", log.display()))?;
    let (advice, tail) = (advice(&output), tail(&output));
    bail!("{advice}\npip's last words:\n{tail}\nIts whole output: {}\nTo repeat it:\n  {line}", log.display())
}

/// Keeps a user's settings from sending packages elsewhere or Python to another library.
pub(crate) fn clean(process: Process) -> Process {
    ["PYTHONHOME", "PYTHONPATH", "PIP_TARGET", "PIP_PREFIX"]
        .into_iter()
        .fold(process, |process, name| process.hidden_env(name, None))
        // Set rather than removed: a pip.conf can ask for it too.
        .hidden_env("PIP_USER", Some("0".as_ref()))
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
        "the index has no wheel of a pinned version for this Python and platform: Python 3.10 to 3.13 on Linux or macOS is expected"
    } else {
        "pip failed"
    }
}

/// What is worth a line on the terminal: the downloads that take time, and the installation.
fn progress(line: &str) -> Option<String> {
    if let Some(packages) = line.strip_prefix("Installing collected packages: ") {
        return Some(format!("installing {} packages", packages.split(',').count()));
    }
    let (file, size) = line.strip_prefix("Downloading ")?.split_once(" (")?;
    let size = size.strip_suffix(')').filter(|size| size.ends_with("MB"))?;
    let name: Vec<&str> = file.splitn(3, '-').take(2).collect();
    Some(format!("{:>9}  {}", size, name.join("-").trim_end_matches(".tar.gz")))
}

/// The last lines, without the attempts that came before the failure.
fn tail(output: &str) -> String {
    let telling = |line: &&str| !line.trim().is_empty() && !line.contains("Retrying");
    let lines: Vec<&str> = output.lines().filter(telling).collect();
    let last = lines[lines.len().saturating_sub(6)..].iter();
    let shown = last.map(|line| format!("  {}", line.chars().take(160).collect::<String>()));
    shown.collect::<Vec<_>>().join("\n")
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
        assert!(advice(exotic).contains("Python 3.10 to 3.13"));
        let tampered = "ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE.";
        assert!(advice(tampered).contains("nothing was installed"));
        assert_eq!(advice("Segmentation fault"), "pip failed");
    }

    #[test]
    fn long_downloads_are_shown() {
        let wheel = "Downloading torch-2.13.0-cp311-cp311-manylinux_2_28_x86_64.whl (526.6 MB)";
        assert_eq!(progress(wheel).unwrap(), " 526.6 MB  torch-2.13.0");
        let archive = "Downloading silero_vad-6.2.3.tar.gz (29.3 MB)";
        assert_eq!(progress(archive).unwrap(), "  29.3 MB  silero_vad-6.2.3");
        assert_eq!(progress("Downloading filelock-4.1.0-py3-none-any.whl (133 kB)"), None);
        let installing = "Installing collected packages: numpy, torch";
        assert_eq!(progress(installing).unwrap(), "installing 2 packages");
        assert_eq!(progress("Collecting torch==2.13.0"), None);
    }

    #[test]
    fn the_tail_is_short() {
        let output: String = (0..50).map(|line| format!("line {line}\n\n")).collect();
        assert_eq!(tail(&output).lines().count(), 6);
        assert!(tail(&output).ends_with("line 49"));
    }
}
