//! Processes that are forked.
//!
//! A child goes on with the interpreter of its parent. Python's own `os.fork` sees to that; where a program of Rust's
//! forks, it goes well as long as no other thread is in Python.

use std::sync::atomic::{AtomicBool, Ordering};

use libloading::os::unix::{Library, RTLD_LAZY, RTLD_LOCAL, Symbol};
use neuropod_core::{ForkWatch, RunningCall};

use crate::PythonError;

/// `RTLD_NOLOAD`: open a library only if the process has it already.
const RTLD_NOLOAD: i32 = if cfg!(target_os = "macos") { 0x10 } else { 0x4 };

const LIBTORCH: &str = if cfg!(target_os = "macos") { "libtorch_cpu.dylib" } else { "libtorch_cpu.so" };

static FORKS: ForkWatch = ForkWatch::new();

/// Takes notice of forks from now on: Python is about to be used.
pub(crate) fn watch() {
    static WATCHING: AtomicBool = AtomicBool::new(false);
    FORKS.watch();
    if !WATCHING.swap(true, Ordering::SeqCst) {
        // It fails without memory alone; then children have no threads for PyTorch's operators.
        // SAFETY: the function can be called by any thread that forks.
        unsafe { libc::pthread_atfork(Some(end_threads_of_torch), None, None) };
    }
}

/// How many forks lie between the process that began to watch and this one.
pub(super) fn count() -> u32 {
    FORKS.count()
}

/// Counts a use of Python as under way, if it can be used here.
pub(crate) fn enter() -> Result<RunningCall<'static>, PythonError> {
    if FORKS.interrupted() {
        return Err(PythonError::Forked(
            "Python was at work in another thread when this process was forked, so that it cannot be used here; fork \
             before models are loaded, or start processes with `spawn` instead of `fork`"
                .to_owned(),
        ));
    }
    Ok(FORKS.enter())
}

/// The threads that PyTorch's operators share end before the process is forked, and start again when they are needed:
/// a child, which has none of its parent's threads, would wait for them.
extern "C" fn end_threads_of_torch() {
    /// `omp_pause_hard`.
    const HARD: i32 = 2;
    // SAFETY: with RTLD_NOLOAD nothing is loaded, so no code of a library runs.
    let libtorch = unsafe { Library::open(Some(LIBTORCH), RTLD_LAZY | RTLD_LOCAL | RTLD_NOLOAD) };
    let Ok(libtorch) = libtorch else { return };
    // SAFETY: OpenMP declares the function so, and it can be called at any time. The library stays open meanwhile.
    unsafe {
        let pause: Result<Symbol<unsafe extern "C" fn(i32) -> i32>, _> =
            libtorch.get(b"omp_pause_resource_all\0");
        pause.map(|pause| pause(HARD)).ok();
    }
}
