//! Counts beside the baseline.

use std::fmt;

use crate::Result;
use crate::baseline::{Baseline, Count};

/// By how many percent the instructions of a case may differ from the baseline's, in either direction.
const TOLERANCE: u64 = 5;

/// How the baseline is written anew.
const WRITE: &str = "NEUROPOD_WRITE_BASELINE=1 cargo xtask test instructions";

/// The baseline and the counts of now, case by case. `Display` shows all of them.
pub(crate) struct Comparison<'a> {
    before: &'a Baseline,
    after: &'a Baseline,
    rows: Vec<Row<'a>>,
}

/// One case: as it was and as it is, if it was and is.
struct Row<'a> {
    before: Option<&'a Count>,
    after: Option<&'a Count>,
}

impl<'a> Comparison<'a> {
    /// The cases of now in their order, then those that are no more.
    pub(crate) fn new(before: &'a Baseline, after: &'a Baseline) -> Self {
        let find = |counts: &'a Baseline, name: &str| counts.cases.iter().find(|count| count.case == name);
        let now = after.cases.iter();
        let now = now.map(|count| Row { before: find(before, &count.case), after: Some(count) });
        let gone = before.cases.iter().filter(|count| find(after, &count.case).is_none());
        let gone = gone.map(|count| Row { before: Some(count), after: None });
        Comparison { before, after, rows: now.chain(gone).collect() }
    }

    /// Whether all is as it was.
    ///
    /// # Errors
    ///
    /// A case is new or is no more, its allocations differ, or its instructions by more than the tolerance. With
    /// another toolchain than the baseline's, only cases and their allocations are judged.
    pub(crate) fn verdict(&self) -> Result<()> {
        let is_same = self.is_same_toolchain();
        let problems: Vec<_> = self.rows.iter().filter_map(|row| row.problem(is_same)).collect();
        if problems.is_empty() {
            return Ok(());
        }
        let problems = problems.join("\n  ");
        Err(format!("the counts differ from the baseline:\n  {problems}\nto write it anew:\n  {WRITE}")
            .into())
    }

    fn is_same_toolchain(&self) -> bool {
        self.before.toolchain == self.after.toolchain
    }
}

impl Row<'_> {
    fn name(&self) -> &str {
        self.after.or(self.before).map_or("", |count| &count.case)
    }

    fn problem(&self, is_same_toolchain: bool) -> Option<String> {
        let name = self.name();
        let (before, after) = match (self.before, self.after) {
            (Some(before), Some(after)) => (before, after),
            (None, _) => return Some(format!("{name}: is not in the baseline")),
            (_, None) => return Some(format!("{name}: is in the baseline and was not measured")),
        };
        if before.allocations != after.allocations {
            return Some(format!("{name}: {} allocations, then {}", before.allocations, after.allocations));
        }
        if is_same_toolchain && before.bytes != after.bytes {
            return Some(format!("{name}: {} bytes were allocated, then {}", before.bytes, after.bytes));
        }
        let (before, after) = (before.instructions, after.instructions);
        if is_same_toolchain && 100 * before.abs_diff(after) > TOLERANCE * before {
            return Some(format!("{name}: {before} instructions, then {after}: {}", change(before, after)));
        }
        None
    }
}

/// By how many percent a number changed.
fn change(before: u64, after: u64) -> String {
    let part = if before == after { 0.0 } else { after as f64 / before as f64 - 1.0 };
    format!("{:+.1} %", 100.0 * part)
}

impl fmt::Display for Comparison<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let header = ("case", "instructions", "before", "change", "allocations", "bytes");
        let (case, instructions, before, change, allocations, bytes) = header;
        writeln!(f, "{case:<42}{instructions:>12}{before:>10}{change:>10}{allocations:>14}{bytes:>16}")?;
        self.rows.iter().try_for_each(|row| writeln!(f, "{row}"))?;
        if !self.is_same_toolchain() {
            let (before, after) = (&self.before.toolchain, &self.after.toolchain);
            writeln!(f, "\nINSTRUCTIONS ARE NOT JUDGED: these are counts of\n  {after}")?;
            writeln!(f, "and the baseline has those of\n  {before}")?;
        }
        Ok(())
    }
}

impl fmt::Display for Row<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let of = |count: Option<&Count>, number: fn(&Count) -> u64| count.map(number);
        let shown = |number: Option<u64>| number.map_or("none".to_owned(), |number| number.to_string());
        let both = |number: fn(&Count) -> u64| match (of(self.before, number), of(self.after, number)) {
            (before, after) if before == after => shown(after),
            (before, after) => format!("{} -> {}", shown(before), shown(after)),
        };
        let instructions = |count: Option<&Count>| of(count, |count| count.instructions);
        let (before, after) = (instructions(self.before), instructions(self.after));
        let change = before.zip(after).map(|(before, after)| change(before, after));
        let allocations = both(|count| count.allocations as u64);
        let bytes = both(|count| count.bytes as u64);
        let (name, before, after) = (self.name(), shown(before), shown(after));
        let change = change.unwrap_or_default();
        write!(f, "{name:<42}{after:>12}{before:>10}{change:>10}{allocations:>14}{bytes:>16}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::toolchain::Toolchain;

    fn counts(cases: &[(&str, u64, usize)]) -> Baseline {
        let count = |&(case, instructions, allocations): &(&str, u64, usize)| Count {
            case: case.to_owned(),
            instructions,
            allocations,
            bytes: 64 * allocations,
        };
        let toolchain = Toolchain { compiler: "rustc 1".into(), target: "here".into() };
        Baseline { toolchain, cases: cases.iter().map(count).collect() }
    }

    fn problem(before: &Baseline, after: &Baseline) -> Option<String> {
        Comparison::new(before, after).verdict().err().map(|error| error.to_string())
    }

    #[test]
    fn instructions_may_differ_by_five_percent() {
        let before = counts(&[("infer", 1000, 1), ("clone", 10, 0)]);
        for instructions in [950, 960, 1000, 1040, 1050] {
            assert_eq!(problem(&before, &counts(&[("infer", instructions, 1), ("clone", 10, 0)])), None);
        }
        for (instructions, change) in [(1060, "+6.0 %"), (940, "-6.0 %")] {
            let message = problem(&before, &counts(&[("infer", instructions, 1), ("clone", 10, 0)])).unwrap();
            let line = format!("infer: 1000 instructions, then {instructions}: {change}\n");
            assert!(message.contains(&line) && !message.contains("clone"), "{message}");
            assert!(
                message.ends_with(
                    "to write it anew:\n  NEUROPOD_WRITE_BASELINE=1 cargo xtask test instructions"
                )
            );
        }
    }

    #[test]
    fn allocations_may_not_differ() {
        let message = problem(&counts(&[("infer", 1000, 1)]), &counts(&[("infer", 1000, 2)])).unwrap();
        assert!(message.contains("infer: 1 allocations, then 2\n"), "{message}");
        let mut larger = counts(&[("infer", 1000, 1)]);
        larger.cases[0].bytes = 65;
        let message = problem(&counts(&[("infer", 1000, 1)]), &larger).unwrap();
        assert!(message.contains("infer: 64 bytes were allocated, then 65\n"), "{message}");
    }

    #[test]
    fn the_cases_are_the_same() {
        let (one, two) = (counts(&[("infer", 1000, 1)]), counts(&[("infer", 1000, 1), ("clone", 10, 0)]));
        let message = problem(&one, &two).unwrap();
        assert!(message.contains("clone: is not in the baseline\n"), "{message}");
        let message = problem(&two, &one).unwrap();
        assert!(message.contains("clone: is in the baseline and was not measured\n"), "{message}");
    }

    #[test]
    fn with_another_compiler_allocations_alone_are_judged() {
        let before = counts(&[("infer", 1000, 1)]);
        let mut after = counts(&[("infer", 2000, 1)]);
        after.toolchain.compiler = "rustc 2".into();
        assert_eq!(problem(&before, &after), None);
        let table = Comparison::new(&before, &after).to_string();
        assert!(table.contains("INSTRUCTIONS ARE NOT JUDGED"), "{table}");
        assert!(table.contains("rustc 1, here") && table.contains("rustc 2, here"), "{table}");
        after.cases[0].allocations = 2;
        assert!(problem(&before, &after).is_some());
    }

    #[test]
    fn every_case_is_shown() {
        let before = counts(&[("infer", 1000, 1), ("gone", 5, 0)]);
        let table = Comparison::new(&before, &counts(&[("infer", 900, 2), ("clone", 10, 0)])).to_string();
        let rows: Vec<Vec<&str>> = table.lines().map(|line| line.split_whitespace().collect()).collect();
        assert_eq!(rows[1], ["infer", "900", "1000", "-10.0", "%", "1", "->", "2", "64", "->", "128"]);
        assert_eq!(rows[2], ["clone", "10", "none", "none", "->", "0", "none", "->", "0"]);
        assert_eq!(rows[3], ["gone", "none", "5", "0", "->", "none", "0", "->", "none"]);
        assert!(!table.contains("NOT JUDGED"), "{table}");
    }
}
