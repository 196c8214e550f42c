//! The counts as results of a benchmark, which the report shows.

use std::fs::File;
use std::io::Write;
use std::path::Path;

use serde_json::{Value, json};

use crate::Result;
use crate::baseline::Count;

/// Adds the counts to the end of a file, which is made if it is not there: one JSON object a line, as
/// `neuropod-bench-report` reads them.
pub(crate) fn append(path: &Path, counts: &[Count]) -> Result<()> {
    let lines: String = counts.iter().map(|count| format!("{}\n", record(count))).collect();
    let written = File::options().create(true).append(true).open(path);
    let written = written.and_then(|mut file| file.write_all(lines.as_bytes()));
    Ok(written.map_err(|error| format!("cannot write {}: {error}", path.display()))?)
}

fn record(count: &Count) -> Value {
    let (case, value) = (&count.case, count.instructions as f64);
    json!({
        "group": "instructions",
        "case": case,
        "unit": "instructions",
        "value": {"lower": value, "median": value, "upper": value},
        "samples": 1,
    })
}

#[cfg(test)]
mod tests {
    use neuropod_bench_report::{Quartiles, Unit, read};

    use super::*;

    #[test]
    fn the_report_reads_the_records() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("results.jsonl");
        let count = |case: &str| Count { case: case.to_owned(), instructions: 70, allocations: 0, bytes: 0 };
        append(&path, &[count("infer")]).unwrap();
        append(&path, &[count("clone")]).unwrap();
        let records = read(&path).unwrap();
        let ids: Vec<_> = records.iter().map(|record| record.id()).collect();
        assert_eq!(ids, ["instructions/infer", "instructions/clone"]);
        assert_eq!((records[0].unit, records[0].value), (Unit::Instructions, Quartiles::once(70.0)));
    }
}
