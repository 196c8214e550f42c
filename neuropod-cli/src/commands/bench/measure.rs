//! Calls of a model, timed.

use std::sync::Barrier;
use std::thread;
use std::time::{Duration, Instant};

use neuropod::{Inputs, Neuropod, Result, Tensor};

/// How long calls took.
pub(super) struct Measurement {
    /// Of every call, the shortest first; there is at least one.
    pub(super) latencies: Vec<Duration>,
    /// From the first call's start to the last one's end.
    pub(super) elapsed: Duration,
}

impl Measurement {
    /// The latency that this part of the calls does not exceed.
    pub(super) fn quantile(&self, part: f64) -> Duration {
        let rank = (part * self.latencies.len() as f64).ceil() as usize;
        self.latencies[rank.clamp(1, self.latencies.len()) - 1]
    }

    pub(super) fn mean(&self) -> Duration {
        self.latencies.iter().sum::<Duration>().div_f64(self.latencies.len() as f64)
    }

    pub(super) fn calls_per_second(&self) -> f64 {
        self.latencies.len() as f64 / self.elapsed.as_secs_f64()
    }
}

/// Calls the model from every thread until the time is over, at least once.
pub(super) fn measure(
    model: &Neuropod,
    tensors: &[(String, Tensor)],
    threads: u16,
    duration: Duration,
) -> Result<Measurement> {
    let mut inputs = Inputs::with_capacity(tensors.len());
    for (name, tensor) in tensors {
        inputs.push(name, tensor)?;
    }
    let barrier = Barrier::new(usize::from(threads) + 1);
    let (results, elapsed) = thread::scope(|scope| {
        let call = || {
            barrier.wait();
            call_until_over(model, &inputs, duration)
        };
        let threads: Vec<_> = (0..threads).map(|_| scope.spawn(call)).collect();
        barrier.wait();
        let start = Instant::now();
        let results: Vec<_> = threads.into_iter().map(thread::ScopedJoinHandle::join).collect();
        (results, start.elapsed())
    });
    let mut latencies = Vec::new();
    for result in results {
        latencies.extend(result.unwrap_or_else(|panic| std::panic::resume_unwind(panic))?);
    }
    latencies.sort_unstable();
    Ok(Measurement { latencies, elapsed })
}

fn call_until_over(model: &Neuropod, inputs: &Inputs<'_>, duration: Duration) -> Result<Vec<Duration>> {
    let start = Instant::now();
    let mut latencies = Vec::new();
    while latencies.is_empty() || start.elapsed() < duration {
        let inputs = inputs.clone();
        let called = Instant::now();
        let outputs = model.infer(inputs)?;
        latencies.push(called.elapsed());
        drop(outputs);
    }
    Ok(latencies)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_calls_that_happened() {
        let latencies = (1..=10).map(Duration::from_millis).collect();
        let measurement = Measurement { latencies, elapsed: Duration::from_secs(2) };
        for (part, millis) in [(0.0, 1), (0.5, 5), (0.9, 9), (0.99, 10), (1.0, 10)] {
            assert_eq!(measurement.quantile(part), Duration::from_millis(millis), "{part}");
        }
        assert_eq!(measurement.mean(), Duration::from_micros(5500));
        assert_eq!(measurement.calls_per_second(), 5.0);
    }
}
