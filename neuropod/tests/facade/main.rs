//! The facade over a backend without a framework.

mod infer;
mod load;
mod package;
mod support;
