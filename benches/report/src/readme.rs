//! The tables in the project's README.

use std::fmt::Write;

use anyhow::{Context, Result};

use crate::targets::TARGETS;
use crate::{Record, Run, format};

const BEGIN: &str = "<!-- Written by `cargo xtask bench --save`. -->\n";
const END: &str = "<!-- The end of what it writes. -->";

/// The APIs, in the order of the columns.
pub(crate) const WAYS: [&str; 4] = ["Rust", "Rust, plugin", "C++", "Python"];

/// The targets, the calls of every backend through every API, and what they were measured with.
pub fn markdown(run: &Run) -> String {
    format!("{}\n\n{}\n{}", provenance(run), targets(run), calls(run))
}

/// A text with what stands between the two comments replaced.
///
/// # Errors
///
/// If the text does not have the comments.
pub fn replace(text: &str, tables: &str) -> Result<String> {
    let split = || text.split_once(BEGIN).and_then(|(head, rest)| Some((head, rest.split_once(END)?.1)));
    let (head, tail) = split().with_context(|| format!("the text has no place for tables: {BEGIN}{END}"))?;
    Ok(format!("{head}{BEGIN}\n{tables}\n{END}{tail}"))
}

fn provenance(run: &Run) -> String {
    let versions: Vec<_> =
        run.header.versions.iter().map(|(name, version)| format!("{name} {version}")).collect();
    let machine = &run.header.machine;
    format!(
        "Measured on {} ({} cores, {}) with {}. Medians of calls timed in turns in one process; in brackets the quartiles.",
        machine.processor,
        machine.cores,
        format::bytes(machine.memory as f64),
        versions.join(", ")
    )
}

fn targets(run: &Run) -> String {
    let mut table = "| What | Target | Measured |\n|---|---|---|\n".to_owned();
    for target in TARGETS {
        if let Some(outcome) = target.outcome(run) {
            let missed = if outcome.is_met { "" } else { ": missed" };
            let _ =
                writeln!(table, "| {} | {} | {}{missed} |", target.what, outcome.target, outcome.measured);
        }
    }
    table
}

/// A row for each case, and the ratio of every API to the bare framework called from the same language.
fn calls(run: &Run) -> String {
    let mut table = format!("| Call | {} |\n|---|{}\n", WAYS.join(" | "), "---|".repeat(WAYS.len()));
    for row in rows(run) {
        let cells: Vec<_> = row.cells.iter().map(|cell| cell.map_or("–".into(), ratio)).collect();
        let _ = writeln!(table, "| {}: {} | {} |", row.backend, row.case, cells.join(" | "));
    }
    table
}

fn ratio(record: &Record) -> String {
    record.reference.as_ref().map_or("–".into(), |reference| format::ratio_and_spread(&reference.ratio))
}

/// A case of a backend, and its record for each API.
pub(crate) struct Row<'a> {
    pub(crate) backend: &'a str,
    pub(crate) case: &'a str,
    pub(crate) cells: [Option<&'a Record>; WAYS.len()],
}

/// The calls in the order in which they were first measured. Of several references the first counts.
pub(crate) fn rows(run: &Run) -> Vec<Row<'_>> {
    let mut rows: Vec<Row<'_>> = Vec::new();
    for record in run.records.iter().filter(|record| record.group == "call") {
        let (Some(backend), Some(way)) = (&record.backend, &record.way) else { continue };
        let Some(column) = WAYS.iter().position(|known| known == way) else { continue };
        let is_row = |row: &Row<'_>| row.backend == backend && row.case == record.case;
        let index = rows.iter().position(is_row).unwrap_or_else(|| {
            rows.push(Row { backend, case: &record.case, cells: [None; WAYS.len()] });
            rows.len() - 1
        });
        rows[index].cells[column].get_or_insert(record);
    }
    rows
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::run::tests::{record, run};

    #[test]
    fn a_row_has_a_cell_for_each_way() {
        let call = |way, seconds| record("torch", way, "small", "libtorch", seconds);
        let run = run(vec![call("Rust", 0.9e-6), call("Python", 2e-6)]);
        let text = markdown(&run);
        assert!(
            text.contains("| torch: small | 0.90 × (0.88–0.92) | – | – | 2.00 × (1.96–2.04) |"),
            "{text}"
        );
        assert!(text.contains("| ≤ 1.30 × | 0.90 × (0.88–0.92) |"), "{text}");
        assert!(text.starts_with("Measured on a processor (2 cores, 24 GiB) with PyTorch 2.13.0."), "{text}");
    }

    #[test]
    fn only_the_marked_part_is_replaced() {
        let text = format!("before\n{BEGIN}old\n{END}\nafter\n");
        assert_eq!(replace(&text, "new").unwrap(), format!("before\n{BEGIN}\nnew\n{END}\nafter\n"));
        assert!(replace("nothing", "new").is_err());
    }

    #[test]
    fn the_projects_readme_shows_the_saved_run() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let run = Run::read(&root.join("benches/baseline.jsonl")).unwrap();
        let readme = std::fs::read_to_string(root.join("README.md")).unwrap();
        assert_eq!(
            replace(&readme, &markdown(&run)).unwrap(),
            readme,
            "`cargo xtask bench --save` writes it anew"
        );
    }
}
