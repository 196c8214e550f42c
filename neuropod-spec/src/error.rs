//! The ways in which a problem definition can be wrong.

use neuropod_core::{DType, Error, ErrorKind};

use crate::Side;

/// One way in which a problem definition can be wrong.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SpecError {
    // The text.
    /// The text is too long to be a problem definition.
    #[error("{size} bytes are more than the limit of {limit} bytes")]
    TooLarge {
        /// Its length in bytes.
        size: usize,
        /// [`MAX_CONFIG_BYTES`](crate::MAX_CONFIG_BYTES).
        limit: usize,
    },
    /// The text is not UTF-8.
    #[error("the text is not UTF-8 at byte {offset}")]
    NotUtf8 {
        /// Where the first wrong byte is, counted from 0.
        offset: usize,
    },
    /// A `/*` has no `*/`.
    #[error("the comment that starts in line {line} has no end")]
    UnterminatedComment {
        /// Its first line, counted from 1.
        line: usize,
    },
    /// The text is no JSON, or nested deeper than 127 levels.
    #[error("no valid JSON: {message}")]
    Syntax {
        /// What is wrong, with line and column.
        message: String,
    },
    /// A key occurs twice in one object; readers differ in which one they take.
    #[error("the key `{key}` occurs twice in one object, at line {line}, column {column}")]
    DuplicateKey {
        /// The key.
        key: String,
        /// The line of its second occurrence, counted from 1.
        line: usize,
        /// The column of its second occurrence, counted from 1.
        column: usize,
    },

    // Keys and their values.
    /// A key that must be there is not.
    #[error("`{path}` is missing")]
    MissingKey {
        /// Where it should be, `input_spec[0].dtype` for instance.
        path: String,
    },
    /// A value is of the wrong type.
    #[error("`{path}` should be {expected}, found {found}")]
    WrongType {
        /// Where it is, `input_spec[0].dtype` for instance.
        path: String,
        /// What it should be.
        expected: &'static str,
        /// What it is.
        found: String,
    },
    /// A name holds a NUL character, which no other language's API could pass on.
    #[error("`{path}` holds a NUL character")]
    Nul {
        /// Where it is.
        path: String,
    },
    /// The version range cannot be read.
    #[error(
        "`platform_version_semver` should be a version range as npm writes them, found `{range}`: {reason}"
    )]
    VersionRange {
        /// The range.
        range: String,
        /// What is wrong with it.
        reason: String,
    },

    // Tensors.
    /// The element type is no canonical name.
    #[error("the dtype of {side} `{tensor}` should be one of {}, found `{found}`", dtype_names())]
    UnknownDType {
        /// Whether it is an input or an output.
        side: Side,
        /// The tensor's name.
        tensor: String,
        /// What its dtype is.
        found: String,
    },
    /// Two inputs, or two outputs, have one name.
    #[error("two {side}s are called `{tensor}`")]
    DuplicateTensor {
        /// Whether they are inputs or outputs.
        side: Side,
        /// Their name.
        tensor: String,
    },
    /// An element of a shape is none.
    #[error("axis {axis} of {side} `{tensor}` should be a positive integer, a symbol or null, found {found}")]
    Dim {
        /// Whether it is an input or an output.
        side: Side,
        /// The tensor's name.
        tensor: String,
        /// The axis, counted from 0.
        axis: usize,
        /// What is there.
        found: String,
    },
    /// The fixed sizes of a shape ask for more bytes than memory can hold.
    #[error("the fixed sizes of {side} `{tensor}` ask for more bytes than memory can hold: {shape}")]
    TooManyElements {
        /// Whether it is an input or an output.
        side: Side,
        /// The tensor's name.
        tensor: String,
        /// Its shape.
        shape: String,
    },
    /// There are more tensors or axes than can be counted in 32 bits.
    #[error("there are more than 4294967295 tensors or axes")]
    TooMany,

    // Devices.
    /// A device is neither `"GPU"` nor `"CPU"`.
    #[error("the device of input `{input}` should be \"GPU\" or \"CPU\", found {found}")]
    UnknownDevice {
        /// The input's name.
        input: String,
        /// What is there.
        found: String,
    },
    /// A device is given for something that is no input.
    #[error("`input_tensor_device` names `{input}`, which is no input")]
    DeviceWithoutInput {
        /// The name.
        input: String,
    },
}

impl SpecError {
    /// The tensor that is wrong, if the error is about one.
    pub fn tensor(&self) -> Option<&str> {
        match self {
            SpecError::UnknownDType { tensor, .. }
            | SpecError::DuplicateTensor { tensor, .. }
            | SpecError::Dim { tensor, .. }
            | SpecError::TooManyElements { tensor, .. } => Some(tensor),
            SpecError::UnknownDevice { input, .. } | SpecError::DeviceWithoutInput { input } => Some(input),
            _ => None,
        }
    }
}

impl From<SpecError> for Error {
    /// An error of kind [`ErrorKind::InvalidSpec`] with the pairs `tensor` and `axis` where they
    /// are known, and the precise error as its source.
    fn from(error: SpecError) -> Self {
        let mut converted = Error::new(ErrorKind::InvalidSpec, error.to_string());
        if let Some(tensor) = error.tensor() {
            converted = converted.with("tensor", tensor);
        }
        if let SpecError::Dim { axis, .. } = &error {
            converted = converted.with("axis", axis.to_string());
        }
        converted.with_source(error)
    }
}

fn dtype_names() -> String {
    DType::ALL.map(DType::name).join(", ")
}

/// The start of a text of any length, to be shown in an error.
pub(crate) fn excerpt(text: &str) -> String {
    const SHOWN: usize = 80;
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}
