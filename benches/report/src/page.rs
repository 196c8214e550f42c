//! The report as one page of HTML, with nothing outside it.

mod sections;

use anyhow::Result;
use minijinja::Environment;
use minijinja::value::Serde;
use serde::Serialize;

use crate::baseline::{Change, Verdict, changes};
use crate::targets::{TARGETS, Target};
use crate::{Header, Run, format};

const TEMPLATE: &str = include_str!("../templates/report.html");

/// What the template shows.
#[derive(Debug, Serialize)]
struct Page<'a> {
    header: &'a Header,
    memory: String,
    minutes: String,
    /// The number of records.
    count: usize,
    targets: Table,
    sections: Vec<Section>,
    /// What changed, if there is something to compare with.
    changes: Option<Table>,
    baseline: Option<&'a Header>,
}

/// What stands under a heading.
#[derive(Debug, Serialize)]
struct Section {
    id: String,
    title: String,
    about: String,
    /// SVG.
    plots: Vec<Plot>,
    tables: Vec<Table>,
}

#[derive(Debug, Serialize)]
struct Plot {
    title: String,
    svg: String,
}

#[derive(Debug, Serialize)]
struct Table {
    title: String,
    columns: Vec<String>,
    rows: Vec<Vec<Cell>>,
}

/// A text in a table.
#[derive(Debug, Default, Serialize)]
struct Cell {
    text: String,
    /// What the style sheet calls it.
    class: &'static str,
    /// How long the bar behind it is, of 100. A ratio of 1 is in the middle.
    bar: Option<u32>,
}

impl Cell {
    fn text(text: impl Into<String>) -> Self {
        Cell { text: text.into(), ..Cell::default() }
    }

    fn number(text: impl Into<String>) -> Self {
        Cell { text: text.into(), class: "number", bar: None }
    }

    /// Of a ratio to a reference: the bar grows with its logarithm, and a factor of 4 either way fills it.
    fn ratio(text: impl Into<String>, ratio: f64) -> Self {
        let part = 50.0 + 50.0 * ratio.max(f64::MIN_POSITIVE).log(4.0);
        let class = if ratio <= 1.0 { "number bar less" } else { "number bar more" };
        Cell { text: text.into(), class, bar: Some(part.clamp(1.0, 100.0) as u32) }
    }
}

/// The page for a run, with what changed since a saved one.
///
/// # Errors
///
/// If a plot cannot be drawn.
pub fn html(run: &Run, baseline: Option<&Run>) -> Result<String> {
    let mut environment = Environment::new();
    environment.add_template("report.html", TEMPLATE)?;
    let machine = &run.header.machine;
    let page = Page {
        header: &run.header,
        memory: format::bytes(machine.memory as f64),
        minutes: format!("{:.1}", run.header.seconds as f64 / 60.0),
        count: run.records.len(),
        targets: targets(run),
        sections: sections::all(run)?,
        changes: baseline.map(|baseline| since(baseline, run)),
        baseline: baseline.map(|baseline| &baseline.header),
    };
    Ok(environment.get_template("report.html")?.render(Serde(page))?)
}

fn targets(run: &Run) -> Table {
    let row = |target: &Target| {
        let what = Cell::text(target.what.replace('`', ""));
        let Some(outcome) = target.outcome(run) else {
            return vec![what, Cell::default(), Cell::default(), Cell::text("not measured")];
        };
        let (text, class) = if outcome.is_met { ("met", "better") } else { ("missed", "worse") };
        let verdict = Cell { text: text.into(), class, bar: None };
        vec![what, Cell::number(outcome.target), Cell::number(outcome.measured), verdict]
    };
    let columns = ["What", "Target", "Measured", ""].map(str::to_owned).into();
    Table { title: String::new(), columns, rows: TARGETS.iter().map(row).collect() }
}

/// What is better or worse than before, the worst first.
fn since(before: &Run, after: &Run) -> Table {
    let mut changed: Vec<_> =
        changes(before, after).into_iter().filter(|change| change.verdict != Verdict::Same).collect();
    changed.sort_by(|one, other| other.factor().total_cmp(&one.factor()));
    let columns = ["What", "Before", "Now", "Change"].map(str::to_owned).into();
    Table {
        title: String::new(),
        columns,
        rows: changed.iter().map(|change| changed_row(change, after)).collect(),
    }
}

fn changed_row(change: &Change, run: &Run) -> Vec<Cell> {
    let show = |quartiles: &crate::Quartiles| match run.find(&change.id) {
        Some(record) if record.reference.is_none() => format::value(quartiles.median, record.unit),
        _ => format::ratio_and_spread(quartiles),
    };
    let class = if change.verdict == Verdict::Worse { "number worse" } else { "number better" };
    vec![
        Cell::text(&change.id),
        Cell::number(show(&change.before)),
        Cell::number(show(&change.after)),
        Cell { text: format::percent(change.factor()), class, bar: None },
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Record;
    use crate::run::tests::{record, run};

    #[test]
    fn a_page_has_everything_and_needs_nothing() {
        let call = |seconds| record("torch", "Rust", "small", "libtorch", seconds);
        let at = |bytes| Record { group: "payload".into(), parameter: Some(bytes), ..call(2e-6) };
        let before = run(vec![call(1e-6)]);
        let page = html(&run(vec![call(2e-6), at(4.0), at(1024.0)]), Some(&before)).unwrap();
        for text in ["<svg", "2.00 × (1.96–2.04)", "missed", "+100 %", "a processor", "PyTorch", "libtorch"]
        {
            assert!(page.contains(text), "{text} is missing");
        }
        let outside = |text: &&str| ["<script src", "<link", "@import", "url("].contains(text);
        assert!(!page.split_inclusive(char::is_whitespace).any(|word| outside(&word)));
        assert_eq!(page.matches("src=").count(), 0);
    }

    #[test]
    fn names_are_escaped() {
        let page = html(&run(vec![record("<b>", "Rust", "a & b", "c", 1e-6)]), None).unwrap();
        assert!(page.contains("a &amp; b") && !page.contains("<b>:"), "{page}");
    }

    #[test]
    fn a_bar_is_half_full_at_one() {
        assert_eq!(Cell::ratio("", 1.0).bar, Some(50));
        assert_eq!(Cell::ratio("", 2.0).bar, Some(75));
        assert_eq!(Cell::ratio("", 0.001).bar, Some(1));
    }
}
