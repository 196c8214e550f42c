//! Plugins as programs load them: real shared libraries, written in Rust and in C.

mod conformance;
mod support;
