//! What looks for leaks is shown to find one of the library's: what is silently off passes every test.

use std::ffi::OsString;

use anyhow::{Result, ensure};

use super::{Kit, SANITIZERS, VALGRIND, pkg_config};
use crate::process::Process;

/// What frameworks keep for the life of the process, for LeakSanitizer.
const SUPPRESSIONS: &str = "xtask/src/steps/cpp/leaks.supp";

/// The variable for LeakSanitizer, which comes with AddressSanitizer.
pub(super) fn options(kit: &Kit<'_>) -> (&'static str, OsString) {
    let mut value = OsString::from("print_suppressions=0:suppressions=");
    value.push(kit.workspace.root.join(SUPPRESSIONS));
    ("LSAN_OPTIONS", value)
}

/// valgrind finds the leak, and the sanitizer does.
pub(super) fn are_found(kit: &Kit<'_>) -> Result<()> {
    let program = kit.folder.join("c/smoke");
    let valgrind = kit.program(VALGRIND[0].as_ref()).args(&VALGRIND[1..]).arg(program).arg("leak");
    is_found(valgrind, "are definitely lost")?;
    let (name, value) = options(kit);
    let flags: Vec<_> = SANITIZERS.split(' ').collect();
    let program = pkg_config::compile(kit, "smoke-sanitized", &flags)?;
    is_found(kit.program(&program).env(name, value).arg("leak"), "LeakSanitizer: detected memory leaks")
}

/// The program leaks an output; the report says so.
fn is_found(program: Process, report: &str) -> Result<()> {
    let line = program.line();
    let finished = program.finish()?;
    let found = !finished.status.success() && finished.stderr.contains(report);
    ensure!(found, "a leak was missed:\n{}\n  {line}", finished.stderr.trim_end());
    Ok(())
}
