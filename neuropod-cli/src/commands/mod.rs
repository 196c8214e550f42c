//! The commands.

pub(crate) mod backends;
pub(crate) mod bench;
pub(crate) mod completions;
pub(crate) mod infer;
pub(crate) mod inspect;
pub(crate) mod pack;
pub(crate) mod test;
pub(crate) mod verify;
