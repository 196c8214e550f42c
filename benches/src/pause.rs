//! What a caller does between two calls.

use std::hint::spin_loop;
use std::thread;
use std::time::{Duration, Instant};

/// What the caller does before each call. It is not measured, but what it does to the next call is: threads of a
/// framework's may have gone to sleep meanwhile, and clocks may have slowed down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pause {
    /// It works for so long.
    Work(Duration),
    /// It sleeps for so long.
    Sleep(Duration),
}

impl Pause {
    pub(crate) fn take(self) {
        match self {
            Pause::Sleep(duration) => thread::sleep(duration),
            Pause::Work(duration) => {
                let start = Instant::now();
                while start.elapsed() < duration {
                    spin_loop();
                }
            }
        }
    }
}
