//! How many calls several threads make in a second.

use std::sync::Barrier;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use neuropod_bench_report::{Quartiles, Record, Reference, Unit};

use crate::{Subject, is_quick, save};

/// How many threads call at a time.
const THREADS: [usize; 4] = [1, 2, 4, 8];

/// What one thread calls again and again.
pub type Worker<'a> = Box<dyn FnMut() + 'a>;

/// Two ways to do the same on several threads, each measured in turns with the other.
///
/// A worker is made on the thread that it runs on, and is called until the turn is over.
pub struct Throughput<'a> {
    /// Ours.
    pub ours: &'a (dyn Fn() -> Worker<'a> + Sync),
    /// The name of what it is compared with.
    pub reference: &'static str,
    /// What it is compared with.
    pub theirs: &'a (dyn Fn() -> Worker<'a> + Sync),
}

impl Throughput<'_> {
    /// Measures with 1, 2, 4 and 8 threads, prints the ratios, and saves records of `way`.
    ///
    /// # Panics
    ///
    /// If the records cannot be written.
    pub fn run(&self, way: &str, subject: impl Fn(usize) -> Subject) {
        let (turn, turns) = match is_quick() {
            true => (Duration::from_millis(30), 5),
            false => (Duration::from_millis(100), 15),
        };
        for threads in THREADS {
            let pairs: Vec<_> = (0..turns)
                .map(|_| {
                    (calls_per_second(self.ours, threads, turn), calls_per_second(self.theirs, threads, turn))
                })
                .collect();
            let ours = Quartiles::of(pairs.iter().map(|pair| pair.0));
            let reference = Reference {
                name: self.reference.to_owned(),
                value: Quartiles::of(pairs.iter().map(|pair| pair.1)),
                ratio: Quartiles::of(pairs.iter().map(|pair| pair.0 / pair.1)),
            };
            let record = subject(threads).record(Unit::CallsPerSecond, ours, turns);
            save(&Record { way: Some(way.to_owned()), reference: Some(reference), ..record });
        }
    }
}

fn calls_per_second<'a>(make: &(dyn Fn() -> Worker<'a> + Sync), threads: usize, turn: Duration) -> f64 {
    let (start, is_over) = (Barrier::new(threads + 1), AtomicBool::new(false));
    thread::scope(|scope| {
        let work = || {
            let mut call = make();
            call();
            start.wait();
            let mut calls = 0_u64;
            while !is_over.load(Ordering::Relaxed) {
                call();
                calls += 1;
            }
            calls
        };
        let workers: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        start.wait();
        let began = Instant::now();
        thread::sleep(turn);
        is_over.store(true, Ordering::Relaxed);
        let elapsed = began.elapsed().as_secs_f64();
        let calls: u64 = workers.into_iter().map(|worker| worker.join().expect("a worker panicked")).sum();
        calls as f64 / elapsed
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_thread_is_counted() {
        let nap = Duration::from_millis(5);
        let make = || -> Worker<'static> { Box::new(move || thread::sleep(nap)) };
        let rate = |threads| calls_per_second(&make, threads, Duration::from_millis(100));
        let (one, four) = (rate(1), rate(4));
        assert!(four > 2.0 * one, "{four} calls a second with four threads, {one} with one");
    }
}
