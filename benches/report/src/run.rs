//! All that one run measured, and what must be known to judge it.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};

use crate::{Machine, Quartiles, Record, Reference};

/// What must be known to judge a run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Header {
    /// The day, as `2026-11-27`.
    pub date: String,
    /// What was measured on.
    pub machine: Machine,
    /// Names and versions: of the project, the frameworks and the compilers.
    pub versions: Vec<(String, String)>,
    /// Whether it was only a quick look.
    pub is_quick: bool,
    /// How long everything took, in seconds.
    pub seconds: u64,
}

/// A run: a header, and records.
#[derive(Clone, Debug, PartialEq)]
pub struct Run {
    /// What must be known to judge it.
    pub header: Header,
    /// In the order in which they were measured.
    pub records: Vec<Record>,
}

impl Run {
    /// The record with this id.
    pub fn find(&self, id: &str) -> Option<&Record> {
        self.records.iter().find(|record| record.id() == id)
    }

    /// Reads what [`Run::save`] wrote.
    ///
    /// # Errors
    ///
    /// If the file cannot be read, or a line is not what it must be.
    pub fn read(path: &Path) -> Result<Self> {
        let text = fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
        let mut lines = text.lines();
        let parse = |what: &str, line: &str| format!("{} has no {what} in {line:?}", path.display());
        let header = lines.next().unwrap_or_default();
        let header = serde_json::from_str(header).with_context(|| parse("header", header))?;
        let records = lines.map(|line| serde_json::from_str(line).with_context(|| parse("record", line)));
        Ok(Run { header, records: records.collect::<Result<_>>()? })
    }

    /// Writes the header and the records, a JSON object a line, with four significant digits.
    ///
    /// # Errors
    ///
    /// If the file cannot be written.
    pub fn save(&self, path: &Path) -> Result<()> {
        let mut text = serde_json::to_string(&self.header)? + "\n";
        for record in &self.records {
            text += &serde_json::to_string(&rounded(record))?;
            text.push('\n');
        }
        fs::write(path, text).with_context(|| format!("cannot write {}", path.display()))
    }

    /// The same with four significant digits, as it is saved.
    #[must_use]
    pub fn rounded(&self) -> Self {
        Run { header: self.header.clone(), records: self.records.iter().map(rounded).collect() }
    }
}

fn rounded(record: &Record) -> Record {
    let round = |value: f64| format!("{value:.3e}").parse().unwrap_or(value);
    let all = |quartiles: &Quartiles| Quartiles {
        lower: round(quartiles.lower),
        median: round(quartiles.median),
        upper: round(quartiles.upper),
    };
    let reference = record.reference.as_ref().map(|reference| Reference {
        name: reference.name.clone(),
        value: all(&reference.value),
        ratio: all(&reference.ratio),
    });
    Record { value: all(&record.value), reference, ..record.clone() }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::Unit;

    pub(crate) fn run(records: Vec<Record>) -> Run {
        let machine = Machine {
            processor: "a processor".into(),
            cores: 2,
            memory: 24 << 30,
            system: "linux 6.1".into(),
        };
        let versions = vec![("PyTorch".into(), "2.13.0".into())];
        let header = Header { date: "2026-11-27".into(), machine, versions, is_quick: false, seconds: 600 };
        Run { header, records }
    }

    /// Of a call that takes `seconds`, beside one that takes a microsecond.
    pub(crate) fn record(backend: &str, way: &str, case: &str, reference: &str, seconds: f64) -> Record {
        let spread = |middle: f64| Quartiles { lower: middle * 0.98, median: middle, upper: middle * 1.02 };
        Record {
            group: "call".into(),
            backend: Some(backend.into()),
            way: Some(way.into()),
            case: case.into(),
            parameter: None,
            unit: Unit::Seconds,
            value: spread(seconds),
            samples: 100,
            reference: Some(Reference {
                name: reference.into(),
                value: spread(1e-6),
                ratio: spread(seconds / 1e-6),
            }),
        }
    }

    #[test]
    fn what_is_saved_is_read_again() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("baseline.jsonl");
        let saved = run(vec![record("torch", "Rust", "small", "libtorch", 0.123_456_789)]);
        saved.save(&path).unwrap();
        let read = Run::read(&path).unwrap();
        assert_eq!(read, saved.rounded());
        assert_eq!(read.find("call/torch/Rust/small/libtorch").unwrap().value.median, 0.1235);
    }

    #[test]
    fn a_line_that_is_no_record_is_shown() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("baseline.jsonl");
        run(Vec::new()).save(&path).unwrap();
        let text = fs::read_to_string(&path).unwrap() + "nonsense\n";
        fs::write(&path, text).unwrap();
        let message = Run::read(&path).unwrap_err().to_string();
        assert!(message.ends_with(r#"has no record in "nonsense""#), "{message}");
    }
}
