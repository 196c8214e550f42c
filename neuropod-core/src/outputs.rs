//! What a model returns.

use std::collections::BTreeMap;
use std::ops::Index;
use std::sync::Arc;

use crate::{Error, ErrorKind, Result, Tensor};

/// The named outputs of one call, in the order of the spec or of the request.
///
/// ```
/// use neuropod_core::{Outputs, Tensor};
///
/// let mut outputs = Outputs::with_capacity(1);
/// outputs.push("out", Tensor::scalar(3.0f32));
/// assert_eq!(outputs["out"].as_scalar::<f32>()?, 3.0);
/// assert!(outputs.try_get("other").unwrap_err().to_string().contains("`out`"));
/// # Ok::<(), neuropod_core::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Outputs {
    entries: Vec<(Arc<str>, Tensor)>,
}

impl Outputs {
    /// No outputs.
    pub fn new() -> Self {
        Outputs::default()
    }

    /// No outputs, and room for so many.
    pub fn with_capacity(capacity: usize) -> Self {
        Outputs { entries: Vec::with_capacity(capacity) }
    }

    /// Adds an output.
    pub fn push(&mut self, name: impl Into<Arc<str>>, tensor: Tensor) {
        self.entries.push((name.into(), tensor));
    }

    /// The output of that name.
    pub fn get(&self, name: &str) -> Option<&Tensor> {
        self.iter().find(|(candidate, _)| *candidate == name).map(|(_, tensor)| tensor)
    }

    /// The output of that name.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::UnknownName`], naming the outputs that are there.
    pub fn try_get(&self, name: &str) -> Result<&Tensor> {
        self.get(name).ok_or_else(|| self.unknown(name))
    }

    /// Takes the output of that name out.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::UnknownName`], naming the outputs that are there.
    pub fn take(&mut self, name: &str) -> Result<Tensor> {
        match self.entries.iter().position(|(candidate, _)| **candidate == *name) {
            Some(position) => Ok(self.entries.remove(position).1),
            None => Err(self.unknown(name)),
        }
    }

    /// The names and outputs, in order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&str, &Tensor)> {
        self.entries.iter().map(|(name, tensor)| (&**name, tensor))
    }

    /// The number of outputs.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// True if there is no output.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    #[cold]
    fn unknown(&self, name: &str) -> Error {
        let known: Vec<_> = self.iter().map(|(name, _)| format!("`{name}`")).collect();
        let known = if known.is_empty() { "none".to_owned() } else { known.join(", ") };
        Error::new(ErrorKind::UnknownName, format!("there is no output `{name}`; the outputs are {known}"))
    }
}

impl Index<&str> for Outputs {
    type Output = Tensor;

    /// The output of that name.
    ///
    /// # Panics
    ///
    /// If there is none, like a map; [`Outputs::get`] and [`Outputs::try_get`] do not.
    fn index(&self, name: &str) -> &Tensor {
        match self.try_get(name) {
            Ok(tensor) => tensor,
            Err(error) => panic!("{error}"),
        }
    }
}

impl IntoIterator for Outputs {
    type Item = (Arc<str>, Tensor);
    type IntoIter = std::vec::IntoIter<Self::Item>;

    fn into_iter(self) -> Self::IntoIter {
        self.entries.into_iter()
    }
}

impl<N: Into<Arc<str>>> FromIterator<(N, Tensor)> for Outputs {
    fn from_iter<I: IntoIterator<Item = (N, Tensor)>>(pairs: I) -> Self {
        Outputs { entries: pairs.into_iter().map(|(name, tensor)| (name.into(), tensor)).collect() }
    }
}

impl From<Outputs> for BTreeMap<String, Tensor> {
    fn from(outputs: Outputs) -> Self {
        outputs.into_iter().map(|(name, tensor)| (name.to_string(), tensor)).collect()
    }
}
