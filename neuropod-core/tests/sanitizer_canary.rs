//! Proof that the sanitizer is on when the tests are said to run under it.

use std::hint::black_box;

/// Commits the mistake that AddressSanitizer is there to find. Under it, the process ends with a
/// report; without it, the test fails, because then nothing in this crate is being watched.
#[test]
#[ignore = "ends the process by design; `cargo xtask test sanitizer` runs it"]
fn reads_freed_memory() {
    let freed = Box::into_raw(Box::new(black_box(7_u64)));
    // SAFETY: `freed` comes from `Box::into_raw` above and is dropped here alone.
    drop(unsafe { Box::from_raw(freed) });
    // SAFETY: none, on purpose: the memory is gone, and the sanitizer must say so.
    let value = unsafe { black_box(freed).read_volatile() };
    panic!("AddressSanitizer is off: it let a use after free read {value}");
}
