//! The parts of the page: a section for each group of measurements.

use anyhow::Result;

use super::{Cell, Plot, Section, Table};
use crate::plot::{self, Axis};
use crate::readme::{WAYS, rows};
use crate::series::{self, Series};
use crate::{Record, Run, format};

/// A group of measurements: its name in the records, its heading, and what it is.
struct Group(&'static str, &'static str, &'static str);

/// In the order in which they are shown. A group that is not here is shown at the end, under its own name.
const GROUPS: &[Group] = &[
    Group(
        "call",
        "Calls",
        "One call of each model through each API, against the bare framework called from the same language in the same \
         process, in turns. Below 1 ours is faster.",
    ),
    Group(
        "payload",
        "Growth with the size of a tensor",
        "An identity model in and out. Flat means that nothing is copied.",
    ),
    Group(
        "tensors",
        "Growth with the number of tensors",
        "A model that adds its first and last input of so many.",
    ),
    Group("threads", "Threads", "Threads that call one model at the same time."),
    Group("load", "Loading", "From the file to a model that is ready, against the framework's own loading."),
    Group("memory", "Memory", "The peak of a process that loads a model, in a process of its own."),
    Group(
        "pause",
        "Calls after a pause",
        "Threads that wait for work fall asleep meanwhile. The pause is not counted.",
    ),
    Group("facade", "The facade", "`Neuropod::infer` with a backend that does next to nothing."),
    Group("plugin", "Crossing the plugin interface", "The same with the backend in a shared library."),
    Group("validation", "Validation", "Holding a call against the problem definition."),
    Group("tensor", "Making tensors", "Every constructor, by the size of the tensor."),
    Group("package", "Packages", "Opening, verifying, reading and writing, by the size of the package."),
    Group("import", "Importing", "What the Python package takes to import."),
    Group(
        "instructions",
        "Instructions",
        "Processor instructions of one call, counted by callgrind: they do not vary.",
    ),
];

pub(super) fn all(run: &Run) -> Result<Vec<Section>> {
    let mut sections = Vec::new();
    for Group(name, title, about) in GROUPS {
        sections.extend(section(run, name, title, about)?);
    }
    let mut others: Vec<&str> = run.records.iter().map(|record| &*record.group).collect();
    others.retain(|name| GROUPS.iter().all(|Group(known, ..)| known != name));
    others.dedup();
    for name in others {
        sections.extend(section(run, name, name, "")?);
    }
    Ok(sections)
}

/// None if the run has no record of the group.
fn section(run: &Run, name: &str, title: &str, about: &str) -> Result<Option<Section>> {
    let records: Vec<&Record> = run.records.iter().filter(|record| record.group == name).collect();
    if records.is_empty() {
        return Ok(None);
    }
    let mut plots = Vec::new();
    let mut tables = Vec::new();
    if name == "call" {
        tables.push(matrix(run));
    }
    for (backend, axis, series) in families(run, &records) {
        let of = backend.map_or(String::new(), |backend| format!(" ({backend})"));
        plots.push(Plot { title: format!("{title}{of}"), svg: plot::growth(&series, axis)? });
        tables.push(growth(format!("Growth{of}"), axis, &series));
    }
    tables.push(details(&records));
    Ok(Some(Section { id: name.to_owned(), title: title.to_owned(), about: about.to_owned(), plots, tables }))
}

/// What belongs in one plot: the series of a backend that vary the same number.
fn families<'a>(run: &Run, records: &[&'a Record]) -> Vec<(Option<&'a str>, Axis, Vec<Series>)> {
    let mut backends: Vec<Option<&str>> = records.iter().map(|record| record.backend.as_deref()).collect();
    backends.dedup();
    let mut families: Vec<(Option<&str>, Axis, Vec<Series>)> = Vec::new();
    for backend in backends {
        for series in
            series::of(run, &records[0].group, backend).into_iter().filter(|series| series.points.len() > 1)
        {
            let axis = axis(&records[0].group, &series.label);
            let is_family = |(b, a, of): &&mut (_, _, Vec<Series>)| {
                (*b, *a) == (backend, axis) && of[0].unit == series.unit
            };
            match families.iter_mut().find(is_family) {
                Some((.., family)) => family.push(series),
                None => families.push((backend, axis, vec![series])),
            }
        }
    }
    families
}

fn axis(group: &str, label: &str) -> Axis {
    match group {
        "payload" | "tensor" | "package" => Axis::Bytes,
        "threads" => Axis::Count("threads"),
        "validation" if !label.starts_with("rank") => Axis::Count("rank"),
        _ => Axis::Count("tensors"),
    }
}

/// Ratios: a row for each case, a column for each API.
fn matrix(run: &Run) -> Table {
    let columns = ["Backend", "Case"].into_iter().chain(WAYS).map(str::to_owned).collect();
    let ratio = |record: &Option<&Record>| {
        let reference = record.and_then(|record| record.reference.as_ref());
        reference.map_or(Cell::number("–"), |reference| {
            Cell::ratio(format::ratio_and_spread(&reference.ratio), reference.ratio.median)
        })
    };
    let row = |row: crate::readme::Row<'_>| {
        let heads = [Cell::text(row.backend), Cell::text(row.case)];
        heads.into_iter().chain(row.cells.iter().map(ratio)).collect()
    };
    Table { title: "Ratios".into(), columns, rows: rows(run).into_iter().map(row).collect() }
}

/// A column for each number that was measured at, then how much the last is of the first, and what one more costs. Where
/// more is better, each has its own factor instead.
fn growth(title: String, axis: Axis, all: &[Series]) -> Table {
    let mut marks: Vec<f64> = all.iter().flat_map(|series| &series.points).map(|(at, _)| *at).collect();
    marks.sort_by(f64::total_cmp);
    marks.dedup();
    let is_cost = all.iter().all(|series| series.unit.is_cost());
    let ends: &[&str] = match (is_cost, axis) {
        (false, _) => &[],
        (true, Axis::Bytes) => &["Last ÷ first", "Each MiB more"],
        (true, Axis::Count(_)) => &["Last ÷ first", "Each one more"],
    };
    let heads = marks.iter().map(|mark| axis.label(*mark));
    let columns =
        ["Series".to_owned()].into_iter().chain(heads).chain(ends.iter().map(|end| (*end).to_owned()));
    let row = |series: &Series| {
        let mut row = vec![Cell::text(&series.label)];
        row.extend(marks.iter().map(|mark| at(series, *mark)));
        if is_cost {
            let step = if axis == Axis::Bytes { f64::from(1 << 20) } else { 1.0 };
            let slope = series.slope().map(|slope| format::value(slope * step, series.unit));
            row.extend(
                [series.growth().map(format::factor), slope]
                    .map(|text| Cell::number(text.unwrap_or_default())),
            );
        }
        row
    };
    Table { title, columns: columns.collect(), rows: all.iter().map(row).collect() }
}

/// What a series has at a number.
fn at(series: &Series, mark: f64) -> Cell {
    let Some((_, measured)) = series.points.iter().find(|(at, _)| *at == mark) else {
        return Cell::number("–");
    };
    let value = format::value(measured.median, series.unit);
    match series.unit.is_cost() {
        true => Cell::number(value),
        false => {
            Cell::number(format!("{value} ({})", format::factor(measured.median / series.points[0].1.median)))
        }
    }
}

fn details(records: &[&Record]) -> Table {
    let columns = ["Backend", "API", "Case", "At", "Measured", "Against", "Its value", "Ratio", "Samples"];
    let row = |record: &&Record| {
        let optional = |text: &Option<String>| Cell::text(text.clone().unwrap_or_default());
        let at = record.parameter.map_or(String::new(), |at| axis(&record.group, &record.case).label(at));
        let (against, value, ratio) = match &record.reference {
            Some(reference) => (
                Cell::text(&reference.name),
                Cell::number(format::value(reference.value.median, record.unit)),
                Cell::ratio(format::ratio_and_spread(&reference.ratio), reference.ratio.median),
            ),
            None => Default::default(),
        };
        let measured = Cell::number(format::value(record.value.median, record.unit));
        let samples = Cell::number(record.samples.to_string());
        let (backend, way) = (optional(&record.backend), optional(&record.way));
        vec![
            backend,
            way,
            Cell::text(&record.case),
            Cell::number(at),
            measured,
            against,
            value,
            ratio,
            samples,
        ]
    };
    let rows = records.iter().map(row).collect();
    without_empty_columns(Table { title: "All".into(), columns: columns.map(str::to_owned).into(), rows })
}

fn without_empty_columns(table: Table) -> Table {
    let is_kept: Vec<bool> = (0..table.columns.len())
        .map(|column| table.rows.iter().any(|row: &Vec<Cell>| !row[column].text.is_empty()))
        .collect();
    let kept = |index: &usize| is_kept[*index];
    let columns =
        table.columns.into_iter().enumerate().filter(|(index, _)| kept(index)).map(|(_, column)| column);
    let row = |row: Vec<Cell>| {
        row.into_iter().enumerate().filter(|(index, _)| kept(index)).map(|(_, cell)| cell).collect::<Vec<_>>()
    };
    Table { columns: columns.collect(), rows: table.rows.into_iter().map(row).collect(), title: table.title }
}
