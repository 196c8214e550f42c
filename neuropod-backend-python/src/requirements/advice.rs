//! What to do when pip fails, by what it printed.

use std::process::Output;

use crate::library::Interpreter;

/// How many of pip's lines an error shows, and how much of each.
const LINES: usize = 8;
const WIDTH: usize = 200;

/// What pip prints, and the remedy. In this order: pip ends a failure of the network with "no matching
/// distribution" as well, and a build may fail for any reason.
const REMEDIES: [(&[&str], &str); 10] = [
    (
        &["No module named pip"],
        "this Python has no pip: `PYTHON -m ensurepip` installs it; where the system forbids that, use a \
         virtual environment, which has one",
    ),
    (
        &["no such option"],
        "its pip is too old, and 22.2 or later is needed: `PYTHON -m pip install --upgrade pip`",
    ),
    (
        &["No space left on device", "Errno 28", "Disk quota exceeded", "Errno 122"],
        "the disk is full: free some space, or name a folder on another disk in NEUROPOD_CACHE and TMPDIR",
    ),
    (
        &["SSLError", "CERTIFICATE_VERIFY_FAILED"],
        "pip does not trust the package index's certificate: name the one to trust in PIP_CERT",
    ),
    (
        &[
            "NewConnectionError",
            "NameResolutionError",
            "ConnectTimeoutError",
            "ReadTimeoutError",
            "ConnectionResetError",
            "ProtocolError",
            "ProxyError",
            "Connection refused",
            "Network is unreachable",
        ],
        "pip cannot reach the package index: check the network, the proxy in HTTPS_PROXY and the index in \
         PIP_INDEX_URL, and try again; what is installed already is kept",
    ),
    (
        &["DO NOT MATCH THE HASHES"],
        "a download is not what the package pins by its hash, so it was not installed: ask the package's \
         author",
    ),
    (
        &["subprocess-exited-with-error", "metadata-generation-failed", "Failed building", "Failed to build"],
        "there is no wheel for Python VERSION on PLATFORM, and building it from source failed: install what \
         the build asks for, or pin a version that has a wheel",
    ),
    (
        &["No matching distribution found"],
        "pip finds no such version for Python VERSION on PLATFORM: use the Python that the package was made \
         with, pin another version, or name the index that has it in PIP_INDEX_URL or PIP_FIND_LINKS",
    ),
    (
        &["Invalid requirement", "Invalid marker"],
        "pip cannot read this, and a requirement as PEP 508 has it is expected, for instance \
         `numpy>=1.26; python_version < '3.13'`",
    ),
    (
        &["is invalid", "has an invalid wheel", "BadZipFile", "inconsistent", "Invalid wheel"],
        "the file that pip found is damaged, or not what its name says: replace it where it came from",
    ),
];

/// A failure of pip: the remedy, and pip's last lines below.
pub(super) fn failure(python: &Interpreter, output: &Output) -> String {
    let said = [&output.stdout, &output.stderr].map(|part| String::from_utf8_lossy(part)).concat();
    format!("{}\n{}, and pip's last lines are:\n{}", remedy(python, &said), output.status, tail(&said))
}

fn remedy(python: &Interpreter, said: &str) -> String {
    let known = REMEDIES.iter().find(|(signs, _)| signs.iter().any(|sign| said.contains(sign)));
    let remedy = known.map_or("pip failed", |(_, remedy)| remedy);
    remedy
        .replace("PYTHON ", &format!("{} ", python.executable.display()))
        .replace("VERSION", &python.minor())
        .replace("PLATFORM", &python.platform)
}

/// The last lines, without the attempts that came before the failure.
fn tail(said: &str) -> String {
    let telling = |line: &&str| !line.trim().is_empty() && !line.contains("Retrying");
    let lines: Vec<&str> = said.lines().filter(telling).collect();
    let last = lines[lines.len().saturating_sub(LINES)..].iter();
    let shown = last.map(|line| format!("  {}", line.chars().take(WIDTH).collect::<String>()));
    shown.collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_failures_get_their_remedy() {
        let python = crate::library::find(crate::library::Request::default()).unwrap();
        let remedy = |said| remedy(&python, said);
        let network = "WARNING: Retrying after connection broken by 'NewConnectionError(...)'\n\
                       ERROR: No matching distribution found for torch==2.13.0";
        assert!(remedy(network).contains("check the network"));
        let full =
            "ERROR: Could not install packages due to an OSError: [Errno 28] Auf dem Gerät ist kein Platz";
        assert!(remedy(full).contains("NEUROPOD_CACHE"));
        let missing = remedy("ERROR: No matching distribution found for torch==2.13.0");
        let here = format!("for Python {} on {}: ", python.minor(), python.platform);
        assert!(missing.contains(&here), "{missing}");
        let tampered = "ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE.";
        assert!(remedy(tampered).contains("was not installed"));
        let none = remedy("/usr/bin/python3: No module named pip");
        assert!(none.contains(&format!("`{} -m ensurepip`", python.executable.display())), "{none}");
        let old = "Usage:\n  pip install [options]\n\nno such option: --dry-run";
        assert!(remedy(old).contains("22.2 or later"));
        assert_eq!(remedy("Segmentation fault"), "pip failed");
    }

    #[test]
    fn the_tail_is_short() {
        let said: String = (0..50).map(|line| format!("line {line}\n\n")).collect();
        assert_eq!(tail(&said).lines().count(), LINES);
        assert!(tail(&said).ends_with("  line 49"));
    }
}
