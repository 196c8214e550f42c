//! What a forked child knows of its parent. A program of its own, whose only test forks.
#![cfg(unix)]

use std::sync::mpsc;
use std::thread;

use neuropod_core::ForkWatch;

static EARLY: ForkWatch = ForkWatch::new();
static LATE: ForkWatch = ForkWatch::new();
static UNUSED: ForkWatch = ForkWatch::new();

/// Whether something holds in a forked child.
fn in_child(holds: impl FnOnce() -> bool) -> bool {
    // SAFETY: the child calls functions that neither lock nor allocate, and ends at once.
    unsafe {
        match libc::fork() {
            0 => libc::_exit(i32::from(!holds())),
            child => {
                let mut status = 0;
                assert_eq!(libc::waitpid(child, &raw mut status, 0), child);
                status == 0
            }
        }
    }
}

#[test]
fn a_child_knows_how_often_it_was_forked_and_what_was_interrupted() {
    EARLY.watch();
    EARLY.watch(); // once more changes nothing
    assert!(in_child(|| EARLY.count() == 1 && LATE.count() == 0));
    LATE.watch();
    assert!(in_child(|| {
        let forked_once = EARLY.count() == 1 && LATE.count() == 1 && UNUSED.count() == 0;
        forked_once && in_child(|| EARLY.count() == 2 && LATE.count() == 2)
    }));
    assert_eq!((EARLY.count(), EARLY.interrupted()), (0, false), "the parent was not forked");

    drop(EARLY.enter());
    assert!(in_child(|| !EARLY.interrupted()));
    let (stop, stopped) = mpsc::channel::<()>();
    let (started, start) = mpsc::channel();
    thread::scope(|scope| {
        scope.spawn(move || {
            let _running = EARLY.enter();
            started.send(()).unwrap();
            stopped.recv().unwrap();
        });
        start.recv().unwrap();
        assert!(in_child(|| EARLY.interrupted() && !LATE.interrupted()));
        assert!(in_child(|| in_child(|| EARLY.interrupted())), "what is locked stays so");
        stop.send(()).unwrap();
    });
    assert!(in_child(|| !EARLY.interrupted()));
}
