//! Calls measured in turns, so that whatever else the machine does meets all of them.

use std::time::{Duration, Instant};

use criterion::{Bencher, Criterion, SamplingMode};
use neuropod_bench_report::{Quartiles, Record, Reference, Unit};

use crate::settings::{measurement_time, warm_up_time};
use crate::{Pause, Subject, save};

/// How long one of them runs until it is the next one's turn, unless a single call takes longer: short enough that
/// all of them meet the same disturbances.
const TURN: Duration = Duration::from_micros(500);

/// How many samples Criterion takes of each: few, as each holds many turns, and calls may take long.
const SAMPLES: usize = 10;

/// After so long Criterion is content with what it has measured of one: the others ran as often in turns with it.
const LONG: Duration = Duration::from_secs(2);

/// Several ways to do the same, measured side by side.
///
/// Criterion measures each by itself, as functions of one group; but whenever it has one run, the others run as long in
/// turns with it. From neighbouring turns come the ratios.
///
/// ```no_run
/// # fn bare() {}
/// # fn ours() {}
/// use neuropod_benches::{Comparison, Subject, criterion};
///
/// Comparison::new(Subject::new("call", "small").of("torch"))
///     .reference("libtorch", bare)
///     .way("Rust", ours)
///     .run(&mut criterion());
/// ```
pub struct Comparison<'a> {
    subject: Subject,
    participants: Vec<Participant<'a>>,
    pause: Option<Pause>,
    /// The seconds of one call of each participant, turn by turn.
    turns: Vec<Vec<f64>>,
}

struct Participant<'a> {
    name: String,
    role: Role,
    call: Box<dyn FnMut() + 'a>,
    /// How many calls a turn has.
    calls: u64,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Role {
    Ours,
    Reference,
}

impl<'a> Comparison<'a> {
    /// Of nothing yet.
    pub fn new(subject: Subject) -> Self {
        Comparison { subject, participants: Vec::new(), pause: None, turns: Vec::new() }
    }

    /// With a pause before each call, which is not measured: then a turn is one call.
    #[must_use]
    pub fn pause(self, pause: Pause) -> Self {
        Comparison { pause: Some(pause), ..self }
    }

    /// Something to compare with. Each of our ways is compared with each reference.
    #[must_use]
    pub fn reference(self, name: impl Into<String>, call: impl FnMut() + 'a) -> Self {
        self.with(name.into(), Role::Reference, Box::new(call))
    }

    /// A way of ours to do it. With an empty name there is but one, which is not named.
    #[must_use]
    pub fn way(self, name: impl Into<String>, call: impl FnMut() + 'a) -> Self {
        self.with(name.into(), Role::Ours, Box::new(call))
    }

    fn with(mut self, name: String, role: Role, call: Box<dyn FnMut() + 'a>) -> Self {
        self.participants.push(Participant { name, role, call, calls: 1 });
        self
    }

    /// Measures, prints the ratios, and saves records. What the command line leaves out is not measured.
    ///
    /// # Panics
    ///
    /// If the records cannot be written.
    pub fn run(mut self, criterion: &mut Criterion) {
        let mut group = criterion.benchmark_group(self.subject.to_string());
        let mut is_prepared = false;
        group.warm_up_time(warm_up_time()).measurement_time(measurement_time());
        group.sampling_mode(SamplingMode::Flat).sample_size(SAMPLES);
        for index in 0..self.participants.len() {
            let name = match &*self.participants[index].name {
                "" => "neuropod".to_owned(),
                name => name.to_owned(),
            };
            let start = Instant::now();
            group.bench_function(name, |bencher: &mut Bencher<'_>| {
                if !is_prepared {
                    self.prepare();
                    is_prepared = true;
                }
                bencher.iter_custom(|calls| self.measure(index, calls));
            });
            if start.elapsed() > LONG {
                break;
            }
        }
        group.finish();
        for record in self.records() {
            save(&record);
        }
    }

    /// Warms everything up, and finds how many calls make a turn.
    fn prepare(&mut self) {
        for participant in &mut self.participants {
            participant.prepare(self.pause);
        }
    }

    /// Has one participant called so many times, and the others as long in turns with it. The answer is the time of
    /// that one.
    fn measure(&mut self, index: usize, calls: u64) -> Duration {
        let turn = self.participants[index].calls;
        let mut total = Duration::ZERO;
        for start in (0..calls).step_by(usize::try_from(turn).unwrap_or(usize::MAX)) {
            let calls = turn.min(calls - start);
            // Who goes first changes, so that none always finds the caches as a certain other left them.
            let first = self.turns.len() % self.participants.len();
            let mut seconds = vec![0.0; self.participants.len()];
            for offset in 0..self.participants.len() {
                let current = (first + offset) % self.participants.len();
                let participant = &mut self.participants[current];
                let calls = if current == index { calls } else { participant.calls };
                let elapsed = participant.time(calls, self.pause);
                seconds[current] = elapsed.as_secs_f64() / calls as f64;
                if current == index {
                    total += elapsed;
                }
            }
            // A much shorter turn is less certain than the others.
            if 2 * calls >= turn {
                self.turns.push(seconds);
            }
        }
        total
    }

    /// Each of our ways beside each reference, or alone if there is none.
    fn records(&self) -> Vec<Record> {
        if self.turns.is_empty() {
            return Vec::new();
        }
        let of = |role| {
            let all = self.participants.iter().enumerate();
            all.filter(move |(_, participant)| participant.role == role).map(|(index, _)| index)
        };
        let mut records = Vec::new();
        for ours in of(Role::Ours) {
            let references: Vec<_> =
                of(Role::Reference).map(|other| self.reference_to(ours, other)).collect();
            let alone = references.is_empty().then_some(None);
            for reference in references.into_iter().map(Some).chain(alone) {
                let name = &self.participants[ours].name;
                let record = self.subject.record(Unit::Seconds, self.seconds(ours), self.turns.len());
                let way = (!name.is_empty()).then(|| name.clone());
                records.push(Record { way, reference, ..record });
            }
        }
        records
    }

    fn seconds(&self, index: usize) -> Quartiles {
        Quartiles::of(self.turns.iter().map(|seconds| seconds[index]))
    }

    fn reference_to(&self, ours: usize, other: usize) -> Reference {
        Reference {
            name: self.participants[other].name.clone(),
            value: self.seconds(other),
            ratio: Quartiles::of(self.turns.iter().map(|seconds| seconds[ours] / seconds[other])),
        }
    }
}

impl Participant<'_> {
    fn prepare(&mut self, pause: Option<Pause>) {
        // The first call may take many times as long as the others, and says nothing about how many make a turn.
        (self.call)();
        let start = Instant::now();
        let mut calls = 1;
        loop {
            let elapsed = self.time(calls, pause);
            let is_warm = start.elapsed() >= warm_up_time();
            if pause.is_some() {
                if is_warm {
                    return;
                }
            } else if elapsed < TURN && calls < 1 << 24 {
                calls *= 2;
            } else if is_warm {
                let fitting = TURN.as_secs_f64() / (elapsed.as_secs_f64() / calls as f64);
                self.calls = (fitting as u64).max(1);
                return;
            }
        }
    }

    /// How long so many calls take, without the pauses.
    fn time(&mut self, calls: u64, pause: Option<Pause>) -> Duration {
        let Some(pause) = pause else {
            let start = Instant::now();
            for _ in 0..calls {
                (self.call)();
            }
            return start.elapsed();
        };
        let one = |_| {
            pause.take();
            let start = Instant::now();
            (self.call)();
            start.elapsed()
        };
        (0..calls).map(one).sum()
    }
}
