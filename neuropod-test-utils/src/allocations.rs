//! How much memory is asked for.
#![allow(unsafe_code)]

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

/// What was asked of the allocator.
///
/// Memory that grows or shrinks counts as new memory of that size; what is freed is not subtracted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Allocations {
    /// How often memory was asked for.
    pub count: usize,
    /// How many bytes were asked for.
    pub bytes: usize,
}

impl Allocations {
    /// What the calling thread asks of the [`CountingAllocator`] during `action`: nothing if the program has another
    /// allocator.
    pub fn during(action: impl FnOnce()) -> Self {
        let before = SO_FAR.get();
        action();
        let after = SO_FAR.get();
        Allocations { count: after.count - before.count, bytes: after.bytes - before.bytes }
    }
}

/// The system's allocator, which counts what each thread asks of it.
///
/// ```
/// use neuropod_test_utils::{Allocations, CountingAllocator};
///
/// #[global_allocator]
/// static ALLOCATOR: CountingAllocator = CountingAllocator;
///
/// let allocations = Allocations::during(|| drop(std::hint::black_box(vec![1u8, 2, 3])));
/// assert_eq!(allocations, Allocations { count: 1, bytes: 3 });
/// ```
#[derive(Clone, Copy, Debug)]
pub struct CountingAllocator;

thread_local! {
    static SO_FAR: Cell<Allocations> = const { Cell::new(Allocations { count: 0, bytes: 0 }) };
}

fn count(bytes: usize) {
    let Allocations { count, bytes: earlier } = SO_FAR.get();
    // Bytes that are asked for in vain may be any number.
    SO_FAR.set(Allocations { count: count + 1, bytes: earlier.wrapping_add(bytes) });
}

// SAFETY: every call is handed on to the system's allocator unchanged; counting does not allocate,
// because the counter is a constant-initialised thread local without a destructor.
unsafe impl GlobalAlloc for CountingAllocator {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count(layout.size());
        // SAFETY: the caller's promise is that of this function.
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        count(layout.size());
        // SAFETY: as above.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        count(size);
        // SAFETY: as above.
        unsafe { System.realloc(pointer, layout, size) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: as above.
        unsafe { System.dealloc(pointer, layout) }
    }
}
