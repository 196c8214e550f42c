//! All frameworks for half a minute: models are loaded, called and dropped on several threads, and memory stays
//! what it is.

use std::fs;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use neuropod::Neuropod;

use crate::support::{assert_adds, in_own_process, load};

/// How long it goes on. What is measured after the first third is held against the end.
const DURATION: Duration = Duration::from_secs(30);
const THREADS: usize = 4;
const MODELS: [&str; 4] = ["torch", "tensorflow", "python", "python-torch"];

/// What may come on top: threads' caches and fragments. A leak of a kilobyte a call would be five times that.
const MOST_GROWTH: usize = 24 << 20;

#[test]
fn half_a_minute_of_every_framework_leaves_memory_as_it_is() {
    in_own_process("soak::half_a_minute_of_every_framework_leaves_memory_as_it_is", |packages| {
        let shared = MODELS.map(|name| load(packages, name));
        let (start, rounds) = (Instant::now(), AtomicU64::new(0));
        let (early, late) = thread::scope(|scope| {
            for thread in 0..THREADS {
                let (shared, rounds) = (&shared, &rounds);
                scope.spawn(move || {
                    while start.elapsed() < DURATION {
                        round(packages, shared, thread, rounds.fetch_add(1, Ordering::Relaxed));
                    }
                });
            }
            thread::sleep(DURATION / 3);
            let early = resident_bytes();
            thread::sleep((DURATION * 29 / 30).saturating_sub(start.elapsed()));
            (early, resident_bytes())
        });
        let rounds = rounds.into_inner();
        let grown = late.saturating_sub(early);
        println!("{rounds} rounds; {} MiB, then {} MiB", early >> 20, late >> 20);
        assert!(rounds > 50, "there were {rounds} rounds only");
        assert!(grown < MOST_GROWTH, "{rounds} rounds grew the process by {grown} bytes from {early}");
    });
}

/// Many calls of models that all threads share, and one model of the thread's own.
fn round(packages: &Path, shared: &[Neuropod], thread: usize, round: u64) {
    for call in 0..200 {
        assert_adds(&shared[(thread + call) % shared.len()], (round * 200 + call as u64) as f32 % 4096.0);
    }
    let name = MODELS[(round % MODELS.len() as u64) as usize];
    // Short-lived threads come and go in servers.
    thread::scope(|scope| {
        scope.spawn(|| assert_adds(&load(packages, name), 1.0));
    });
}

fn resident_bytes() -> usize {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    line.split_whitespace().next().unwrap().parse::<usize>().unwrap() * 1024
}
