//! Problem definitions as plain data; `neuropod-spec` parses and applies them.

use std::fmt;
use std::sync::Arc;

use crate::DType;

/// What one axis of a tensor may measure.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Dim {
    /// Any size: `null` in `config.json`.
    Any,
    /// This size, at least 1.
    Fixed(usize),
    /// Any size, but the same wherever the symbol stands in one call.
    Symbol(Arc<str>),
}

impl From<usize> for Dim {
    fn from(size: usize) -> Self {
        Dim::Fixed(size)
    }
}

impl From<&str> for Dim {
    fn from(symbol: &str) -> Self {
        Dim::Symbol(symbol.into())
    }
}

impl From<Option<usize>> for Dim {
    /// `None` is any size.
    fn from(size: Option<usize>) -> Self {
        size.map_or(Dim::Any, Dim::Fixed)
    }
}

impl fmt::Display for Dim {
    /// As in `config.json`: `null`, `3`, `"batch_size"`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Dim::Any => f.write_str("null"),
            Dim::Fixed(size) => write!(f, "{size}"),
            Dim::Symbol(symbol) => write!(f, "{symbol:?}"),
        }
    }
}

/// Name, element type and shape of one input or output of a model.
///
/// ```
/// use neuropod_core::{DType, Dim, TensorSpec};
///
/// let spec = TensorSpec::new("image", DType::UInt8, [Dim::from("batch"), 224.into(), Dim::Any]);
/// assert_eq!(spec.to_string(), r#"image: uint8["batch", 224, null]"#);
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct TensorSpec {
    /// The name, unique among a model's inputs or its outputs.
    pub name: Arc<str>,
    /// The element type.
    pub dtype: DType,
    /// The axes, outermost first.
    pub dims: Vec<Dim>,
}

impl TensorSpec {
    /// A spec of these parts; `neuropod_spec::check` tells whether they make sense.
    pub fn new(
        name: impl Into<Arc<str>>,
        dtype: DType,
        dims: impl IntoIterator<Item = impl Into<Dim>>,
    ) -> Self {
        TensorSpec { name: name.into(), dtype, dims: dims.into_iter().map(Into::into).collect() }
    }

    /// A spec of rank 0.
    pub fn scalar(name: impl Into<Arc<str>>, dtype: DType) -> Self {
        TensorSpec { name: name.into(), dtype, dims: Vec::new() }
    }
}

impl fmt::Display for TensorSpec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}[", self.name, self.dtype)?;
        for (axis, dim) in self.dims.iter().enumerate() {
            let separator = if axis == 0 { "" } else { ", " };
            write!(f, "{separator}{dim}")?;
        }
        f.write_str("]")
    }
}
