//! Children of this process, for the tests of every backend. The kit itself has no unsafe code.
#![allow(unsafe_code)]

use std::io::Write;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::thread;
use std::time::{Duration, Instant};

/// How long a child may take that does what is not expected to take long.
const TIMEOUT: Duration = Duration::from_secs(120);

/// How a child ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    /// At once, as those of Python's `multiprocessing` do.
    AtOnce,
    /// As a program does, with all that it does then.
    AsAProgram,
}

/// Runs work in a forked child, which must succeed and end before long.
#[track_caller]
pub(crate) fn in_child(what: &str, end: End, work: impl FnOnce()) {
    // SAFETY: the test that calls this has a process to itself. Where other threads run, they are those of the
    // framework, and how the child deals with them is what is tested.
    let child = unsafe { libc::fork() };
    if child == 0 {
        let code = i32::from(catch_unwind(AssertUnwindSafe(work)).is_err());
        // What cannot be written is lost.
        let _ = std::io::stdout().flush();
        // SAFETY: the functions do not return, and nothing of this thread is used any more.
        unsafe { if end == End::AtOnce { libc::_exit(code) } else { libc::exit(code) } }
    }
    assert!(child > 0, "{what}: the process cannot be forked");
    let (start, mut status) = (Instant::now(), 0);
    // SAFETY: the child is ours, and `status` a place to write to.
    while unsafe { libc::waitpid(child, &raw mut status, libc::WNOHANG) } == 0 {
        if start.elapsed() > TIMEOUT {
            // SAFETY: as above; it is not waited for elsewhere, so the number is still its own.
            unsafe {
                libc::kill(child, libc::SIGKILL);
                libc::waitpid(child, &raw mut status, 0);
            }
            panic!("{what}: the child did not end within {TIMEOUT:?}");
        }
        thread::sleep(Duration::from_millis(5));
    }
    assert_eq!(status, 0, "{what}: the child failed");
}
