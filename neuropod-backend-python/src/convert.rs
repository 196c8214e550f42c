//! Between Neuropod and Python: the lock, objects, exceptions, and the memory that crosses.
#![allow(unsafe_code)]

mod arguments;
pub(crate) mod forks;
mod gil;
mod inputs;
mod numpy;
mod object;
mod outputs;
mod raise;
mod release;
mod strings;

pub(crate) use arguments::Arguments;
pub(crate) use gil::{Gil, is_ending};
pub(crate) use inputs::Lent;
pub(crate) use numpy::Numpy;
pub(crate) use object::Object;
pub(crate) use outputs::{Failure, Returned};
pub(crate) use raise::Raised;
