//! What is said of bytes that are no serialized tensors.

use std::borrow::Cow;

use super::format::{Kind, MAGIC, VERSION};
use crate::{DType, Error, ErrorKind, Shape};

/// How the archives of the Boost library start, after the length of a longer text in four bytes or eight.
const BOOST: &[u8; 16] = b"serialization::a";

/// An error about the bytes from `offset`.
#[cold]
pub(super) fn wrong_at(offset: u64, message: impl Into<Cow<'static, str>>) -> Error {
    Error::new(ErrorKind::InvalidArgument, message).with("offset", offset.to_string())
}

#[cold]
pub(super) fn cut_off(end: u64, part: &str, expected: u64, found: u64) -> Error {
    let message = format!(
        "the serialized tensors are cut off in {part}: expected {expected} bytes of it, found {found}"
    );
    wrong_at(end, message)
}

/// An error for what starts otherwise. The original Neuropod wrote archives of Boost.
#[cold]
pub(super) fn not_ours(start: &[u8]) -> Error {
    if [4, 8].iter().any(|length| start.get(*length..).is_some_and(|rest| rest.starts_with(BOOST))) {
        let message = "these tensors were serialized by the original Neuropod, as a Boost archive, which cannot be \
                       read: save them as .npy files there, and serialize them again";
        return wrong_at(0, message);
    }
    let found = &start[..start.len().min(MAGIC.len())];
    wrong_at(
        0,
        format!("these are no serialized tensors: expected the bytes {MAGIC:02x?} first, found {found:02x?}"),
    )
}

#[cold]
pub(super) fn version(found: u32) -> Error {
    let message = format!(
        "version {found} of serialized tensors is unknown, expected {VERSION}: read them with the Neuropod that wrote \
         them, or a newer one"
    );
    wrong_at(8, message)
}

#[cold]
pub(super) fn kind(wanted: Kind, code: u32, count: u64) -> Error {
    let message = match (Kind::from_code(code), wanted) {
        (None, _) => format!("the kind of content is {code}, expected 1 (one tensor) or 2 (named tensors)"),
        (Some(Kind::Named), Kind::One) => format!(
            "expected one tensor without a name, found {count} with names: use the function that reads named tensors"
        ),
        (Some(Kind::One), Kind::Named) => {
            "expected tensors with names, found one without: use the function that reads one tensor"
                .to_owned()
        }
        _ => format!("the number of tensors is {count}, expected 1"),
    };
    wrong_at(12, message)
}

#[cold]
pub(super) fn size(offset: u64, dtype: DType, shape: &Shape, expected: Option<usize>, found: u64) -> Error {
    let least = if dtype == DType::String { "at least " } else { "" };
    let message = match expected {
        Some(expected) => {
            format!("the shape {shape} of {dtype} asks for {least}{expected} bytes of data, found {found}")
        }
        None => format!("the shape {shape} of {dtype} asks for more bytes than memory can hold"),
    };
    wrong_at(offset, message)
}
