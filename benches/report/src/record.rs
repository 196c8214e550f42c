//! One thing that was measured.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::Quartiles;

/// One thing that was measured, alone or beside what it is compared with.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Record {
    /// What kind of measurement it is: `call`, `payload` or `load`, for instance.
    pub group: String,
    /// Which backend: `torch`, `tf`, `python`; none for what needs none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub backend: Option<String>,
    /// Through which API: `Rust`, `Rust, plugin`, `C++` or `Python`; none for what has but one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub way: Option<String>,
    /// What was done: `small` or `silero-vad`, for instance.
    pub case: String,
    /// The number that a series varies: bytes, tensors or threads.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parameter: Option<f64>,
    /// Of what the values are.
    pub unit: Unit,
    /// What was measured.
    pub value: Quartiles,
    /// How often it was measured.
    pub samples: usize,
    /// What it is compared with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reference: Option<Reference>,
}

/// What something is compared with, measured in turns with it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reference {
    /// What it is: `libtorch`, for instance.
    pub name: String,
    /// What was measured of it.
    pub value: Quartiles,
    /// The record's value divided by this one, neighbour by neighbour.
    pub ratio: Quartiles,
}

/// Of what a value is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Unit {
    /// Seconds for one call.
    Seconds,
    /// Bytes of memory.
    Bytes,
    /// Calls in a second.
    CallsPerSecond,
    /// Processor instructions for one call.
    Instructions,
}

impl Unit {
    /// Whether less is better.
    pub fn is_cost(self) -> bool {
        self != Unit::CallsPerSecond
    }
}

impl Record {
    /// What distinguishes the record from the others of a run: `call/torch/Rust/small/libtorch`, for instance.
    pub fn id(&self) -> String {
        let parameter = self.parameter.map(|parameter| parameter.to_string());
        let reference = self.reference.as_ref().map(|reference| &*reference.name);
        let parts = [
            Some(&*self.group),
            self.backend.as_deref(),
            self.way.as_deref(),
            Some(&*self.case),
            parameter.as_deref(),
            reference,
        ];
        parts.into_iter().flatten().collect::<Vec<_>>().join("/")
    }
}

/// Adds a record to the end of a file, which is made if it is not there.
///
/// # Errors
///
/// If the file cannot be written.
pub fn append(path: &Path, record: &Record) -> io::Result<()> {
    let mut line = serde_json::to_vec(record)?;
    line.push(b'\n');
    File::options().create(true).append(true).open(path)?.write_all(&line)
}

/// The records of a file, in order. Of those with the same id the last counts.
///
/// # Errors
///
/// If the file cannot be read, or a line is no record; the error says which.
pub fn read(path: &Path) -> io::Result<Vec<Record>> {
    let text = fs::read_to_string(path)?;
    let mut records: Vec<Record> = Vec::new();
    for (index, line) in text.lines().enumerate() {
        let record: Record = serde_json::from_str(line).map_err(|error| {
            let problem = format!("line {} of {} is no record: {error}", index + 1, path.display());
            io::Error::new(io::ErrorKind::InvalidData, problem)
        })?;
        let id = record.id();
        records.retain(|earlier| earlier.id() != id);
        records.push(record);
    }
    Ok(records)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record() -> Record {
        Record {
            group: "call".into(),
            backend: Some("torch".into()),
            way: Some("C++".into()),
            case: "small".into(),
            parameter: None,
            unit: Unit::Seconds,
            value: Quartiles::once(2e-6),
            samples: 1,
            reference: Some(Reference {
                name: "libtorch".into(),
                value: Quartiles::once(1e-6),
                ratio: Quartiles::once(2.0),
            }),
        }
    }

    #[test]
    fn a_record_has_an_id() {
        assert_eq!(record().id(), "call/torch/C++/small/libtorch");
        let alone = Record { backend: None, way: None, parameter: Some(100.0), reference: None, ..record() };
        assert_eq!(alone.id(), "call/small/100");
    }

    #[test]
    fn the_last_of_equal_records_counts() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("results.jsonl");
        let later = Record { samples: 5, ..record() };
        for record in [&record(), &later] {
            append(&path, record).unwrap();
        }
        assert_eq!(read(&path).unwrap(), [later]);
    }

    #[test]
    fn a_line_that_is_no_record_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("results.jsonl");
        append(&path, &record()).unwrap();
        File::options().append(true).open(&path).unwrap().write_all(b"{}\n").unwrap();
        let message = read(&path).unwrap_err().to_string();
        assert!(message.starts_with("line 2 of ") && message.contains("missing field"), "{message}");
    }
}
