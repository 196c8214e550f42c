//! The C interface of Neuropod: `include/neuropod/neuropod.h` is generated from this crate.
//!
//! Every function of the header is in the file of what it is about. `call` is what they have in common: panics and
//! errors become codes, and pointers are checked as far as they can be. `handle` holds what C programs hold.
#![allow(non_camel_case_types, non_snake_case, unsafe_code)]

pub mod allocator;
mod call;
mod failure;
mod handle;
pub mod infer;
pub mod load_options;
pub mod model;
mod plugins;
pub mod runtime_options;
pub mod serialize;
pub mod spec;
pub mod status;
mod string_tensor;
pub mod tensor;
pub mod tensor_type;
pub mod text;
pub mod value_map;
pub mod version;

// A shape's sizes are shown as C's `int64_t`.
const _: () = assert!(size_of::<usize>() == size_of::<i64>(), "Neuropod's C library is for 64-bit systems");
