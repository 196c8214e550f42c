//! Callgrind, and what it writes.

use std::collections::HashMap;
use std::env;
use std::ffi::OsString;
use std::fs;
use std::path::Path;
use std::process::Command;

use crate::Result;
use crate::measure::CALLS_COMMAND;

/// Each loop of calls is counted by itself, and nothing between them.
const OPTIONS: [&str; 5] = [
    "--tool=callgrind",
    "--collect-atstart=no",
    "--toggle-collect=neuropod_measured_calls",
    "--dump-after=neuropod_measured_calls",
    "--combine-dumps=yes",
];

/// Stands at the head of what was counted in one loop.
const LOOP: &str = "desc: Trigger: --dump-after=neuropod_measured_calls";

/// Runs this program under callgrind, and returns the instructions of each loop of calls.
///
/// Those of the C library are left out: how many it takes to copy, compare and allocate depends on its version, on the
/// processor, and on where memory happens to lie. What callgrind writes stays beside the program.
pub(crate) fn count() -> Result<Vec<u64>> {
    let program = env::current_exe()?;
    let counted = program.with_extension("callgrind");
    if counted.exists() {
        fs::remove_file(&counted)?; // callgrind would add to it
    }
    let (Some(folder), Some(name)) = (program.parent(), program.file_name()) else {
        return Err(format!("{} is no program", program.display()).into());
    };
    let mut valgrind = Command::new("valgrind");
    valgrind.args(OPTIONS).arg(joined("--callgrind-out-file=", &counted));
    // By a path that is as long in every checkout, because arguments take memory before the calls do.
    valgrind.current_dir(folder).arg(joined("./", Path::new(name))).arg(CALLS_COMMAND);
    let output = valgrind.output();
    let output =
        output.map_err(|error| format!("cannot start `valgrind`, which has to be installed: {error}"))?;
    if !output.status.success() {
        let messages = String::from_utf8_lossy(&output.stderr);
        return Err(format!("valgrind failed, {}:\n{}", output.status, messages.trim_end()).into());
    }
    totals(&fs::read_to_string(&counted)?, &name.to_string_lossy())
}

fn joined(start: &str, path: &Path) -> OsString {
    let mut text = OsString::from(start);
    text.push(path);
    text
}

/// The instructions that a program executed in each loop, without those of shared libraries.
fn totals(text: &str, program: &str) -> Result<Vec<u64>> {
    let mut totals = Vec::new();
    let mut objects = HashMap::new();
    // What is dumped when the program ends is no loop, and a line after one of calls is what these cost in all.
    let (mut is_loop, mut is_program, mut is_inclusive, mut total) = (false, false, false, 0);
    for line in text.lines() {
        if let Some(object) = line.strip_prefix("ob=").or(line.strip_prefix("cob=")) {
            let named = is_named(object, program, &mut objects);
            is_program = if line.starts_with('o') { named } else { is_program };
        } else if line == LOOP {
            is_loop = true;
        } else if line.starts_with("calls=") {
            is_inclusive = true;
        } else if line.starts_with("totals:") {
            totals.extend(is_loop.then_some(total));
            (is_loop, is_program, total) = (false, false, 0);
        } else if line.starts_with(|first: char| first.is_ascii_digit() || "+-*".contains(first)) {
            if is_program && !is_inclusive {
                total += cost(line)?;
            }
            is_inclusive = false;
        }
    }
    Ok(totals)
}

/// Whether `(number) path`, or `(number)` of a path that was there before, is this program.
fn is_named<'a>(object: &'a str, program: &str, known: &mut HashMap<&'a str, bool>) -> bool {
    let (number, path) = object.split_once(' ').unwrap_or((object, ""));
    let is_program = || Path::new(path).file_name().is_some_and(|name| *name == *program);
    *known.entry(number).or_insert_with(is_program)
}

/// The cost of a line: `position cost`.
fn cost(line: &str) -> Result<u64> {
    let cost = line.split_once(' ').and_then(|(_, cost)| cost.parse().ok());
    cost.ok_or_else(|| format!("callgrind wrote an unexpected line: {line}").into())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What one loop writes: 7 instructions of the program, and 100 of the C library.
    const PART: &str = "\
        part: 1\n\ndesc: Trigger: --dump-after=neuropod_measured_calls\n\nevents: Ir\nsummary: 107\n\n\
        ob=(1) /lib/libc.so.6\nfn=(1) memcpy\n0 90\n+3 10\n\n\
        ob=(2) /target/release/bench\nfn=(2) f\n0 4\ncob=(1)\ncfn=(1)\ncalls=2 0\n0 100\n* 2\n\n\
        fn=(3) g\n-2 1\n\ntotals: 107\n";

    #[test]
    fn the_program_s_own_instructions_are_read() {
        let second =
            PART.replace(" /lib/libc.so.6", "").replace(" /target/release/bench", "").replace("0 4", "0 5");
        let end = "part: 3\ndesc: Trigger: Program termination\nob=(2)\nfn=(2)\n0 9\ntotals: 9\n";
        assert_eq!(totals(&format!("{PART}{second}{end}"), "bench").unwrap(), [7, 8]);
        assert_eq!(totals(&format!("{PART}{end}"), "other").unwrap(), [0]);
    }

    #[test]
    fn another_cost_is_an_error() {
        let message = totals(&PART.replace("0 4", "0 4 4"), "bench").unwrap_err().to_string();
        assert_eq!(message, "callgrind wrote an unexpected line: 0 4 4");
    }
}
