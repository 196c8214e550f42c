//! The crates with `unsafe` memory handling, under AddressSanitizer.

use anyhow::{Context, Result, bail, ensure};

use super::Workspace;
use crate::process::Process;

/// Where the stable toolchain carries the sanitizer's runtime.
const HOSTS: [&str; 4] =
    ["x86_64-unknown-linux-gnu", "aarch64-unknown-linux-gnu", "x86_64-apple-darwin", "aarch64-apple-darwin"];

/// Where `unsafe` code handles memory, and the kit that works it hard through the fake backend.
const CRATES: [&str; 2] = ["neuropod-core", "neuropod-test-utils"];

/// Both sides of the plugin interface; the plugin in Rust that its tests load is an example.
const PLUGIN: [&str; 1] = ["neuropod-plugin"];

/// Backends that open their framework at run time, which needs no build of its own for that; the kit
/// works them as well.
const BACKENDS: [&str; 2] = ["neuropod-backend-python", "neuropod-backend-tf"];

/// On Linux the sanitizer is a part of the program: plugins must find it there.
const FLAGS: &str = if cfg!(target_os = "linux") {
    "-Zsanitizer=address -Clink-arg=-Wl,--export-dynamic-symbol=__asan_*"
} else {
    "-Zsanitizer=address"
};

pub(crate) fn run(workspace: &Workspace) -> Result<()> {
    let version = Process::new("rustc").arg("-vV").stdout()?;
    let host = host(&version).context("`rustc -vV` names no host")?;
    ensure!(
        HOSTS.contains(&host),
        "AddressSanitizer is not available on {host}; name the other steps to run them without it"
    );
    // Built first, where its progress can be seen.
    test(workspace, host, &CRATES, &["--lib", "--tests", "--no-run"]).run()?;
    shows_a_use_after_free(workspace, host)?;
    test(workspace, host, &CRATES, &["--lib", "--tests"]).run()?;
    // For a test by its name alone, cargo does not build the examples that it loads.
    cargo(workspace, host, "build", &PLUGIN, &["--examples"]).run()?;
    test(workspace, host, &PLUGIN, &["--lib", "--test", "it"]).run()?;
    test(workspace, host, &BACKENDS, &["--test", "conformance"])
        // What a framework keeps for the life of the process is no leak of ours, and nor is what the sanitizer
        // holds back of freed memory: with less of it, a case that watches the process's size can tell.
        .env("ASAN_OPTIONS", "allocator_may_return_null=1:detect_leaks=0:quarantine_size_mb=16")
        .run()
}

/// A sanitizer that is silently off passes every test: make sure that this one finds what is there.
fn shows_a_use_after_free(workspace: &Workspace, host: &str) -> Result<()> {
    let canary = ["--test", "sanitizer_canary", "--", "--ignored"];
    let process = test(workspace, host, &CRATES[..1], &canary);
    let line = process.line();
    let finished = process.finish()?;
    let found = finished.stderr.contains("AddressSanitizer: heap-use-after-free");
    if finished.status.success() || !found {
        bail!("the sanitizer missed a use after free:\n{}\n  {line}", finished.stderr.trim_end());
    }
    eprintln!("the sanitizer is on: it found the use after free that was put there for it");
    Ok(())
}

fn test(workspace: &Workspace, host: &str, crates: &[&str], arguments: &[&str]) -> Process {
    cargo(workspace, host, "test", crates, arguments)
}

/// A command of cargo's on crates that are built with the sanitizer.
fn cargo(workspace: &Workspace, host: &str, command: &str, crates: &[&str], arguments: &[&str]) -> Process {
    workspace
        .cargo([command, "--target", host])
        .args(crates.iter().flat_map(|name| ["--package", name]))
        .args(arguments)
        // The tests ask for more memory than there is, and expect an error rather than the end.
        .env("ASAN_OPTIONS", "allocator_may_return_null=1")
        .env("RUSTC_BOOTSTRAP", "1")
        .env("RUSTFLAGS", FLAGS)
        .env("CARGO_TARGET_DIR", "target/sanitizer")
}

pub(super) fn host(version: &str) -> Option<&str> {
    version.lines().find_map(|line| line.strip_prefix("host: "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_host_is_read() {
        let version = "rustc 1.95.0\nbinary: rustc\nhost: x86_64-unknown-linux-gnu\nrelease: 1.95.0\n";
        assert_eq!(host(version), Some("x86_64-unknown-linux-gnu"));
        assert_eq!(host("rustc 1.95.0"), None);
    }
}
