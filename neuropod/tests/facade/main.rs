//! The facade over a backend without a framework.

mod graph_def;
mod infer;
mod load;
mod package;
#[cfg(all(unix, feature = "plugins"))]
mod plugins;
mod support;
