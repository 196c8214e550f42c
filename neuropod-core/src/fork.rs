//! What a framework must know about the forks of its process.
#![allow(unsafe_code)]

use std::cell::Cell;
use std::marker::PhantomData;
use std::ptr;
use std::sync::atomic::{AtomicBool, AtomicPtr, AtomicU32, AtomicUsize, Ordering};

/// Tells a backend whether its process is the child of one that used the framework before.
///
/// A child has the memory of its parent, but of its threads only the one that forked: pools of threads are empty
/// there, and what another thread had locked stays locked. A backend whose framework has such state keeps one of
/// these in a `static`, begins to [watch](ForkWatch::watch) before it uses the framework, and
/// [enters](ForkWatch::enter) whatever runs the framework's code.
///
/// ```
/// use neuropod_core::ForkWatch;
///
/// static FORKS: ForkWatch = ForkWatch::new();
///
/// FORKS.watch();
/// let running = FORKS.enter();
/// assert_eq!((FORKS.count(), FORKS.interrupted()), (0, false));
/// drop(running);
/// ```
#[derive(Debug)]
pub struct ForkWatch {
    count: AtomicU32,
    interrupted: AtomicBool,
    /// Calls that are under way. Threads count in different places, which they do not take from each other.
    running: [Place; PLACES],
    is_watching: AtomicBool,
    next: AtomicPtr<ForkWatch>,
}

const PLACES: usize = 16;

/// A number with a cache line to itself.
#[derive(Debug)]
#[repr(align(64))]
struct Place(AtomicUsize);

/// All that watch, the last one first.
static WATCHING: AtomicPtr<ForkWatch> = AtomicPtr::new(ptr::null_mut());

impl ForkWatch {
    /// Knows of no fork yet.
    pub const fn new() -> Self {
        ForkWatch {
            count: AtomicU32::new(0),
            interrupted: AtomicBool::new(false),
            running: [const { Place(AtomicUsize::new(0)) }; PLACES],
            is_watching: AtomicBool::new(false),
            next: AtomicPtr::new(ptr::null_mut()),
        }
    }

    /// Takes notice of every fork from now on.
    pub fn watch(&'static self) {
        if self.is_watching.swap(true, Ordering::SeqCst) {
            return;
        }
        let this = ptr::from_ref(self).cast_mut();
        let link = |last| {
            self.next.store(last, Ordering::SeqCst);
            Some(this)
        };
        let last = WATCHING.fetch_update(Ordering::SeqCst, Ordering::SeqCst, link);
        #[cfg(unix)] // other systems have no forks
        if last.is_ok_and(|last| last.is_null()) {
            // It fails without memory alone; then forks are not noticed.
            // SAFETY: the function can be called in a forked child: it takes no lock and allocates nothing.
            unsafe { libc::pthread_atfork(None, None, Some(note_fork)) };
        }
    }

    /// How many forks lie between the process that began to watch and this one: 0 if it is the same. What was made
    /// under another number was made in an ancestor of this process.
    #[inline]
    pub fn count(&self) -> u32 {
        self.count.load(Ordering::Relaxed)
    }

    /// Whether a call was under way when the process, or an ancestor of it, was forked: what that had locked is locked
    /// for ever.
    pub fn interrupted(&self) -> bool {
        self.interrupted.load(Ordering::Relaxed)
    }

    /// Counts a call as under way until the result is dropped.
    #[inline]
    pub fn enter(&self) -> RunningCall<'_> {
        let place = &self.running[place()].0;
        place.fetch_add(1, Ordering::Acquire);
        RunningCall { place, _thread: PhantomData }
    }

    #[cfg(unix)]
    fn note_fork(&self) {
        self.count.fetch_add(1, Ordering::Relaxed);
        if self.running.iter().any(|place| place.0.load(Ordering::Relaxed) != 0) {
            self.interrupted.store(true, Ordering::Relaxed);
        }
    }
}

impl Default for ForkWatch {
    fn default() -> Self {
        ForkWatch::new()
    }
}

/// A call that is under way; see [`ForkWatch::enter`].
#[derive(Debug)]
#[must_use = "the call counts as over when this is dropped"]
pub struct RunningCall<'a> {
    place: &'a AtomicUsize,
    /// A thread ends its own calls.
    _thread: PhantomData<*const ()>,
}

impl Drop for RunningCall<'_> {
    #[inline]
    fn drop(&mut self) {
        self.place.fetch_sub(1, Ordering::Release);
    }
}

/// Where this thread counts.
#[inline]
fn place() -> usize {
    static THREADS: AtomicUsize = AtomicUsize::new(0);
    thread_local!(static PLACE: Cell<usize> = const { Cell::new(usize::MAX) });
    let place = PLACE.get();
    if place < PLACES {
        return place;
    }
    let place = THREADS.fetch_add(1, Ordering::Relaxed) % PLACES;
    PLACE.set(place);
    place
}

/// Called in a forked child, before the fork returns.
#[cfg(unix)]
extern "C" fn note_fork() {
    let mut next = WATCHING.load(Ordering::SeqCst);
    // SAFETY: null, or a reference that lives for ever.
    while let Some(watch) = unsafe { next.as_ref() } {
        watch.note_fork();
        next = watch.next.load(Ordering::SeqCst);
    }
}
