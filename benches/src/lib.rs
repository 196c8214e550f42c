//! What the benchmarks share: making models, and comparing two calls side by side.
#![forbid(unsafe_code)]

use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use tempfile::TempDir;

/// How long one batch takes, unless a single call takes longer: short enough that both calls of a
/// pair meet the same disturbances.
const BATCH: Duration = Duration::from_micros(500);

/// How long all batches together take, about.
const TOTAL: Duration = Duration::from_secs(6);

/// How many pairs of batches are timed at least.
const LEAST_PAIRS: usize = 21;

/// A folder with the models that one of the scripts in `python/` writes.
///
/// # Panics
///
/// If no virtual environment is active, or the script fails.
pub fn make_models(script: &str) -> TempDir {
    let folder = tempfile::tempdir().expect("no temporary folder can be made");
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("python").join(script);
    let venv =
        std::env::var("VIRTUAL_ENV").expect("no virtual environment is active: use `cargo xtask exec`");
    let python = Path::new(&venv).join("bin/python");
    let status = Command::new(python).arg(script).arg(folder.path()).status();
    assert!(status.is_ok_and(|status| status.success()), "the models could not be made");
    folder
}

/// How many times as long one call takes as another, measured side by side.
#[derive(Clone, Copy, Debug)]
pub struct Ratio {
    /// The median of the ratios of neighbouring batches.
    pub median: f64,
    /// The lower quartile.
    pub lower: f64,
    /// The upper quartile.
    pub upper: f64,
    /// The median time of one call of ours.
    pub ours: Duration,
    /// The median time of one call of theirs.
    pub theirs: Duration,
}

/// Times two calls in short batches by turns, so that whatever else the machine does meets both, and
/// prints the ratio.
///
/// The benchmark's first argument, if there is one, is a part of the names of what is to be measured:
/// then the rest is left out, and gives `None`.
pub fn compare(name: &str, mut ours: impl FnMut(), mut theirs: impl FnMut()) -> Option<Ratio> {
    is_wanted(name).then(|| {
        let (our_calls, their_calls) = (calls_per_batch(&mut ours), calls_per_batch(&mut theirs));
        interleave(
            name,
            || seconds_per_call(&mut ours, our_calls),
            || seconds_per_call(&mut theirs, their_calls),
        )
    })
}

/// What the caller does between two calls. Threads that wait for work fall asleep meanwhile.
#[derive(Clone, Copy, Debug)]
pub enum Pause {
    /// The caller works on something else.
    Busy(Duration),
    /// The caller sleeps as well, and the processor with it: a call then takes the time in which the
    /// processor wakes up.
    Asleep(Duration),
}

impl Pause {
    fn take(self) {
        match self {
            Pause::Asleep(duration) => std::thread::sleep(duration),
            Pause::Busy(duration) => {
                let start = Instant::now();
                while start.elapsed() < duration {
                    std::hint::spin_loop();
                }
            }
        }
    }
}

/// Times single calls by turns, each after a pause, and prints the ratio. The pause is not counted. The
/// benchmark's first argument is heeded as by [`compare`].
pub fn compare_after_pauses(
    name: &str,
    pause: Pause,
    mut ours: impl FnMut(),
    mut theirs: impl FnMut(),
) -> Option<Ratio> {
    let rested = |call: &mut dyn FnMut()| {
        pause.take();
        seconds_per_call(&mut || call(), 1)
    };
    is_wanted(name).then(|| interleave(name, || rested(&mut ours), || rested(&mut theirs)))
}

fn is_wanted(name: &str) -> bool {
    let wanted = std::env::args().nth(1).filter(|argument| !argument.starts_with('-'));
    wanted.is_none_or(|part| name.contains(&part))
}

/// Calls two measurements by turns; each returns the seconds of one call.
fn interleave(name: &str, mut ours: impl FnMut() -> f64, mut theirs: impl FnMut() -> f64) -> Ratio {
    let start = Instant::now();
    let mut pairs = Vec::new();
    while pairs.len() < LEAST_PAIRS || start.elapsed() < TOTAL {
        // Who goes first changes, so that neither always finds the caches as the other left them.
        pairs.push(if pairs.len() % 2 == 0 {
            let ours = ours();
            (ours, theirs())
        } else {
            let theirs = theirs();
            (ours(), theirs)
        });
    }
    let ratio = summarise(&pairs);
    println!(
        "{name}: {:.2} × (quartiles {:.2} and {:.2} of {} pairs), ours {:?}, theirs {:?}",
        ratio.median,
        ratio.lower,
        ratio.upper,
        pairs.len(),
        ratio.ours,
        ratio.theirs
    );
    ratio
}

fn calls_per_batch(call: &mut impl FnMut()) -> u32 {
    let mut calls = 1;
    loop {
        let elapsed = seconds_per_call(call, calls) * f64::from(calls);
        if elapsed >= BATCH.as_secs_f64() || calls >= 1 << 24 {
            return calls;
        }
        calls *= 2;
    }
}

fn seconds_per_call(call: &mut impl FnMut(), calls: u32) -> f64 {
    let start = Instant::now();
    for _ in 0..calls {
        call();
    }
    start.elapsed().as_secs_f64() / f64::from(calls)
}

fn summarise(pairs: &[(f64, f64)]) -> Ratio {
    let sorted = |values: &mut dyn Iterator<Item = f64>| {
        let mut values: Vec<f64> = values.collect();
        values.sort_by(f64::total_cmp);
        values
    };
    let ratios = sorted(&mut pairs.iter().map(|(ours, theirs)| ours / theirs));
    let at = |values: &[f64], quarter: usize| values[(values.len() - 1) * quarter / 4];
    Ratio {
        median: at(&ratios, 2),
        lower: at(&ratios, 1),
        upper: at(&ratios, 3),
        ours: Duration::from_secs_f64(at(&sorted(&mut pairs.iter().map(|pair| pair.0)), 2)),
        theirs: Duration::from_secs_f64(at(&sorted(&mut pairs.iter().map(|pair| pair.1)), 2)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_ratio_of_neighbours_is_reported() {
        let ratio = summarise(&[(2.0, 1.0), (30.0, 10.0), (4.0, 1.0)]);
        assert_eq!((ratio.lower, ratio.median, ratio.upper), (2.0, 3.0, 3.0));
        assert_eq!(ratio.theirs, Duration::from_secs(1));
    }
}
