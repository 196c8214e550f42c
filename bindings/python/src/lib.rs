//! The native module of the Python package `neuropod`: what is not specific to a framework is Rust.
//!
//! It is private: `neuropod` documents what users call, and `_native.pyi` what is here.

mod backends;
mod convert;
mod errors;
mod interpreter;
mod model;
mod options;
mod package;
mod packager;
mod serialize;
mod spec;

use pyo3::prelude::*;

#[pymodule]
fn _native(module: &Bound<'_, PyModule>) -> PyResult<()> {
    interpreter::check(module.py())?;
    module.add("__version__", env!("CARGO_PKG_VERSION"))?;
    backends::register(module)?;
    model::register(module)?;
    package::register(module)?;
    packager::register(module)?;
    serialize::register(module)
}
