//! Several frameworks in one process. Each case is a process of its own, because the order in which the
//! frameworks are first used matters, and how the process ends.

mod allocations;
#[cfg(feature = "python")]
mod python;
#[cfg(feature = "python")]
mod soak;
mod support;
mod two;
