//! The facade over a backend without a framework.

mod graph_def;
mod infer;
mod load;
mod package;
mod support;
