//! The distributions that a package pins in its `requirements.lock`.
//!
//! A package names distributions of Python with one version each. What it pins is installed once for
//! every Python, by that Python's pip, into a folder of its own: two packages with different pins do
//! not disturb each other or the environment that runs them. The list is a stranger's text, so nothing
//! of it reaches pip that was not recognised.

mod advice;
mod cache;
mod compile;
mod install;
mod pin;
mod pip;
#[cfg(test)]
mod wheels;

pub(crate) use cache::cache_folder;
pub(crate) use compile::compile;
pub(crate) use install::install;
pub(crate) use pin::{Pin, parse};
