//! Plugins as programs load them: real shared libraries, written in Rust, C and C++.

mod c_backend;
mod compile;
mod conformance;
mod cpp_backend;
mod header;
mod libraries;
mod misbehaving;
mod support;
mod writable;
