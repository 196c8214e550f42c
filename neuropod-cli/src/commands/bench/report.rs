//! Measurements, as text and as JSON.

use std::time::Duration;

use indicatif::HumanCount;
use neuropod::Neuropod;
use serde::Serialize;

use super::inputs::Inputs;
use super::measure::Measurement;
use crate::table;

/// Everything that was measured; also the schema of `neuropod bench --json`. Times are in seconds.
#[derive(Serialize)]
pub(super) struct Report {
    package: String,
    backend: Backend,
    load_seconds: f64,
    inputs_from: &'static str,
    inputs: Vec<Input>,
    runs: Vec<Run>,
}

#[derive(Serialize)]
struct Backend {
    name: String,
    platform: String,
    version: String,
}

#[derive(Serialize)]
struct Input {
    name: String,
    dtype: &'static str,
    shape: Vec<usize>,
}

#[derive(Serialize)]
struct Run {
    threads: u16,
    calls: usize,
    calls_per_second: f64,
    latency_seconds: Latency,
}

#[derive(Serialize)]
struct Latency {
    min: f64,
    mean: f64,
    p50: f64,
    p90: f64,
    p99: f64,
    max: f64,
}

impl Report {
    pub(super) fn new(package: String, model: &Neuropod, load: Duration, inputs: &Inputs) -> Self {
        let backend = model.backend();
        let tensors = inputs.tensors.iter().map(|(name, tensor)| Input {
            name: name.clone(),
            dtype: tensor.dtype().name(),
            shape: tensor.dims().to_vec(),
        });
        Report {
            package,
            backend: Backend { name: backend.name, platform: backend.platform, version: backend.version },
            load_seconds: load.as_secs_f64(),
            inputs_from: inputs.source,
            inputs: tensors.collect(),
            runs: Vec::new(),
        }
    }

    pub(super) fn add(&mut self, threads: u16, measured: Measurement) {
        let quantile = |part| measured.quantile(part).as_secs_f64();
        self.runs.push(Run {
            threads,
            calls: measured.latencies.len(),
            calls_per_second: measured.calls_per_second(),
            latency_seconds: Latency {
                min: quantile(0.0),
                mean: measured.mean().as_secs_f64(),
                p50: quantile(0.5),
                p90: quantile(0.9),
                p99: quantile(0.99),
                max: quantile(1.0),
            },
        });
    }

    pub(super) fn render(&self) -> String {
        let inputs: Vec<_> = self
            .inputs
            .iter()
            .map(|input| format!("{}: {} {:?}", input.name, input.dtype, input.shape))
            .collect();
        let properties = [
            ("backend", format!("{} {}", self.backend.name, self.backend.version)),
            ("inputs", format!("{} ({})", self.inputs_from, inputs.join(", "))),
            ("load", time(self.load_seconds)),
        ]
        .map(|(key, value)| [key.to_owned(), value]);
        let heads = ["threads", "calls", "min", "mean", "p50", "p90", "p99", "max", "calls/s"];
        let mut rows = vec![heads.map(str::to_owned)];
        rows.extend(self.runs.iter().map(Run::row));
        format!("{}\n{}", table::columns(&properties, 0), table::numbers(&rows, 0))
    }
}

impl Run {
    fn row(&self) -> [String; 9] {
        let Latency { min, mean, p50, p90, p99, max } = self.latency_seconds;
        let [min, mean, p50, p90, p99, max] = [min, mean, p50, p90, p99, max].map(time);
        let calls = HumanCount(self.calls as u64).to_string();
        let rate = match self.calls_per_second {
            rate if rate < 100.0 => format!("{rate:.1}"),
            rate => HumanCount(rate.round() as u64).to_string(),
        };
        [self.threads.to_string(), calls, min, mean, p50, p90, p99, max, rate]
    }
}

/// With its unit: `1.25 ms`.
fn time(seconds: f64) -> String {
    let (number, unit) = match seconds {
        s if s < 1e-6 => (s * 1e9, "ns"),
        s if s < 1e-3 => (s * 1e6, "µs"),
        s if s < 1.0 => (s * 1e3, "ms"),
        s => (s, "s"),
    };
    let decimals = if number < 10.0 {
        2
    } else if number < 100.0 {
        1
    } else {
        0
    };
    format!("{number:.decimals$} {unit}")
}
