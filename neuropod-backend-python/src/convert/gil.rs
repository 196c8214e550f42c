//! The interpreter's lock.

use std::cell::{Cell, RefCell};
use std::ffi::c_int;
use std::marker::PhantomData;
use std::ptr;

use super::release;
use crate::c_api::{CApi, GIL_LOCKED, GIL_UNLOCKED, PyObject};

thread_local! {
    /// How many [`Gil`]s this thread has.
    static DEPTH: Cell<usize> = const { Cell::new(0) };
    static STATE: RefCell<Option<KeptState>> = const { RefCell::new(None) };
}

/// The interpreter's lock, held by this thread until the value is dropped.
///
/// What a function does with objects, it does with one of these in its hands.
#[derive(Debug)]
pub(crate) struct Gil {
    api: &'static CApi,
    previous: c_int,
    pending: Option<Pending>,
    /// It belongs to the thread that took it.
    _thread: PhantomData<*mut ()>,
}

impl Gil {
    /// Waits for the lock; a thread that holds it already gets it again.
    pub(crate) fn acquire(api: &'static CApi) -> Self {
        KeptState::ensure(api);
        release::enter();
        // SAFETY: the interpreter runs, as there is a table of its functions.
        let previous = unsafe { (api.PyGILState_Ensure)() };
        DEPTH.set(DEPTH.get() + 1);
        let pending = if previous == GIL_LOCKED { Pending::take(api) } else { None };
        let gil = Gil { api, previous, pending, _thread: PhantomData };
        // What others left must not keep alive what is to be freed now.
        release::drain(api);
        gil
    }

    pub(crate) fn api(&self) -> &'static CApi {
        self.api
    }

    /// Whether this thread holds the lock through a value of this type.
    pub(super) fn is_held(api: &CApi) -> bool {
        // A thread that ends has no depth any more, and no lock either. A model may have let go of the
        // lock, and called something that came here.
        DEPTH.try_with(Cell::get).unwrap_or(0) > 0 && has_lock(api)
    }

    /// Runs something that may wait for a thread that waits for the lock: without it, if this thread has it.
    pub(crate) fn without<T>(api: &CApi, run: impl FnOnce() -> T) -> T {
        if !has_lock(api) {
            return run();
        }
        // SAFETY: the interpreter runs; what this thread holds is given back to it afterwards.
        unsafe {
            let state = (api.PyEval_SaveThread)();
            let result = run();
            (api.PyEval_RestoreThread)(state);
            result
        }
    }
}

impl Drop for Gil {
    fn drop(&mut self) {
        release::drain(self.api);
        if let Some(pending) = self.pending.take() {
            pending.restore(self.api);
        }
        // SAFETY: this belongs to the `PyGILState_Ensure` above, on the same thread.
        unsafe { (self.api.PyGILState_Release)(self.previous) };
        // What the release itself frees is freed with the lock.
        DEPTH.set(DEPTH.get() - 1);
        release::leave(self.api);
    }
}

/// An exception that is on its way to whoever called, in a program of Python's: objects, a model among them, may be
/// freed meanwhile, and the code that this runs must not lose it.
#[derive(Debug)]
struct Pending([*mut PyObject; 3]);

impl Pending {
    fn take(api: &CApi) -> Option<Self> {
        let mut parts = [ptr::null_mut(); 3];
        // SAFETY: the lock is held. The references are this value's until `restore`.
        unsafe {
            if (api.PyErr_Occurred)().is_null() {
                return None;
            }
            let [class, value, traceback] = &mut parts;
            (api.PyErr_Fetch)(class, value, traceback);
        }
        Some(Pending(parts))
    }

    fn restore(self, api: &CApi) {
        let Pending([class, value, traceback]) = self;
        // SAFETY: the lock is held, and the references are handed over.
        unsafe { (api.PyErr_Restore)(class, value, traceback) };
    }
}

/// Whether this thread holds the lock. `PyGILState_Check` always says yes once a program has made a second
/// interpreter.
fn has_lock(api: &CApi) -> bool {
    // SAFETY: the interpreter runs; the functions take no lock.
    let (own, current) =
        unsafe { ((api.PyGILState_GetThisThreadState)(), (api.PyThreadState_GetUnchecked)()) };
    !own.is_null() && own == current
}

/// Python's state of a thread that Python did not make, kept between calls: making one for each call
/// would cost more than many a model, and lose what models keep for a thread.
#[derive(Debug)]
struct KeptState {
    api: &'static CApi,
}

impl KeptState {
    fn ensure(api: &'static CApi) {
        // A thread that ends can keep nothing any more: it gets a state for this use alone.
        let _ = STATE.try_with(|kept| {
            // SAFETY: the interpreter runs; the function takes no lock.
            if kept.borrow().is_some() || !unsafe { (api.PyGILState_GetThisThreadState)() }.is_null() {
                return; // it is ours, or the thread is Python's own
            }
            // SAFETY: the thread has no state, so `Ensure` makes one and counts one use, which stays
            // when `SaveThread` lets go of the lock.
            unsafe {
                (api.PyGILState_Ensure)();
                (api.PyEval_SaveThread)();
            }
            *kept.borrow_mut() = Some(KeptState { api });
        });
    }
}

impl Drop for KeptState {
    /// The thread ends. When the process ends with it nothing is done: another thread may hold the lock
    /// for as long as it likes.
    fn drop(&mut self) {
        if is_main_thread() || is_ending(self.api) {
            return;
        }
        // SAFETY: the interpreter runs. The second release ends the use that `ensure` counted, on the
        // same thread, with the lock that the first one leaves held. What Python keeps for the thread is
        // freed meanwhile, with the lock.
        unsafe {
            (self.api.PyGILState_Ensure)();
            DEPTH.set(DEPTH.get() + 1);
            (self.api.PyGILState_Release)(GIL_LOCKED);
            (self.api.PyGILState_Release)(GIL_UNLOCKED);
            DEPTH.set(DEPTH.get() - 1);
        }
    }
}

/// Whether the interpreter ends or has ended, as it does with a host of Python's: then nobody may ask
/// for its lock.
pub(crate) fn is_ending(api: &CApi) -> bool {
    // SAFETY: both functions can be called at any time.
    unsafe { (api.Py_IsInitialized)() == 0 || (api.Py_IsFinalizing)() != 0 }
}

#[cfg(target_os = "linux")]
fn is_main_thread() -> bool {
    rustix::thread::gettid() == rustix::process::getpid()
}

#[cfg(not(target_os = "linux"))]
fn is_main_thread() -> bool {
    std::thread::current().name() == Some("main")
}
