//! The command line, as a user runs it. `bench`, `infer`, `pack` and `test` need Python and numpy, which
//! `cargo xtask test` sets up; without them they fail.

mod backends;
mod bench;
mod completions;
mod infer;
mod inspect;
mod numpy;
mod pack;
mod support;
mod test;
mod usage;
mod verify;
