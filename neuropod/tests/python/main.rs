//! The facade over Python.

mod contents;
mod original;
mod refused;
mod run;
mod support;
mod verified;
