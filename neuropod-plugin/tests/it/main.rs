//! Plugins as programs load them: real shared libraries, written in Rust, C and C++.

mod conformance;
mod header;
mod support;
