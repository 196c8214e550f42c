//! The original Neuropod's words for calls that do not fit the spec: programs written for it look for them.

use neuropod_core::{Error, ErrorKind};

/// What the original says of the same, if it does.
pub(super) fn phrase(error: &Error) -> Option<String> {
    let spec = match error.kind() {
        ErrorKind::InvalidInput | ErrorKind::UnknownName => "input spec",
        ErrorKind::InvalidOutput => "output spec",
        _ => return None,
    };
    if error.message().starts_with("unknown ") {
        return Some(format!("tensor name(s) that are not found in the {spec}"));
    }
    let (tensor, expected, found) =
        (error.context("tensor")?, error.context("expected")?, error.context("found")?);
    Some(match (error.context("axis"), error.context("symbol")) {
        (Some(axis), Some(symbol)) => format!(
            "All dims with symbol '{symbol}' should be the same size. Dim {axis} of tensor '{tensor}' in the {spec} was \
             expected to be of size {expected}, but was of size {found}"
        ),
        (Some(axis), None) => format!(
            "Dim {axis} of tensor '{tensor}' in the {spec} is expected to be of size {expected}, but was of size {found}"
        ),
        // Only of the number of axes the spec is told.
        _ if error.context("spec").is_some() => format!(
            "Tensor '{tensor}' in the {spec} is expected to have {expected} dimensions, but had {found}"
        ),
        _ => {
            format!(
                "Tensor '{tensor}' in the {spec} is expected to be of type {expected}, but was of type {found}"
            )
        }
    })
}
