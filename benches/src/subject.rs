//! What is measured, and its records.

use std::fmt;

use neuropod_bench_report::{Quartiles, Record, Reference, Unit, append};

use crate::settings::results;

/// What is measured: the parts of a [`Record`] that are known before.
#[derive(Clone, Debug)]
pub struct Subject {
    group: &'static str,
    backend: Option<&'static str>,
    case: String,
    parameter: Option<f64>,
}

impl Subject {
    /// Of a group of measurements, `call` or `load` for instance, and one case in it.
    pub fn new(group: &'static str, case: impl Into<String>) -> Self {
        Subject { group, backend: None, case: case.into(), parameter: None }
    }

    /// With a backend: `torch`, `tf` or `python`.
    #[must_use]
    pub fn of(self, backend: &'static str) -> Self {
        Subject { backend: Some(backend), ..self }
    }

    /// One of a series that varies this number: bytes, tensors or threads.
    #[must_use]
    pub fn at(self, parameter: usize) -> Self {
        Subject { parameter: Some(parameter as f64), ..self }
    }

    /// A record of it, through no particular API and compared with nothing.
    pub fn record(&self, unit: Unit, value: Quartiles, samples: usize) -> Record {
        Record {
            group: self.group.to_owned(),
            backend: self.backend.map(str::to_owned),
            way: None,
            case: self.case.clone(),
            parameter: self.parameter,
            unit,
            value,
            samples,
            reference: None,
        }
    }
}

/// A name for Criterion: `torch/call/small`, for instance.
impl fmt::Display for Subject {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(backend) = self.backend {
            write!(formatter, "{backend}/")?;
        }
        write!(formatter, "{}/{}", self.group, self.case)?;
        match self.parameter {
            Some(parameter) => write!(formatter, "/{parameter}"),
            None => Ok(()),
        }
    }
}

/// Prints a record, and adds it to the file of results, if there is one.
///
/// # Panics
///
/// If the file cannot be written.
pub fn save(record: &Record) {
    let what = record.id();
    match &record.reference {
        Some(Reference { ratio, .. }) => println!(
            "{what}: {:.3} × ({:.3}–{:.3}), {} pairs",
            ratio.median, ratio.lower, ratio.upper, record.samples
        ),
        None => println!("{what}: {:e} {:?}", record.value.median, record.unit),
    }
    if let Some(path) = results() {
        append(&path, record).expect("the file of results can be written");
    }
}
