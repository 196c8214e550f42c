//! What is handed to a model.

use std::collections::{BTreeMap, HashMap};

use ndarray::{ArrayBase, Data, Dimension};
use smallvec::SmallVec;

use crate::{DType, Element, Result, Tensor, TensorView};

/// One input: a tensor whose memory can be shared, or a view that is valid during the call.
///
/// A backend hands a shared tensor's memory to its framework without a copy by cloning the tensor
/// as the owner. What a framework could keep of a [`Input::View`] beyond the call must be copied.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Input<'a> {
    /// A tensor that can be cloned to keep its memory alive.
    Tensor(&'a Tensor),
    /// A tensor that the call owns.
    Owned(Box<Tensor>),
    /// Borrowed memory, valid during the call alone.
    View(TensorView<'a>),
}

impl Input<'_> {
    /// A view of the elements. Nothing is copied.
    pub fn view(&self) -> TensorView<'_> {
        match self {
            Input::Tensor(tensor) => tensor.view(),
            Input::Owned(tensor) => tensor.view(),
            Input::View(view) => *view,
        }
    }

    /// The tensor, if there is one to clone.
    pub fn as_tensor(&self) -> Option<&Tensor> {
        match self {
            Input::Tensor(tensor) => Some(tensor),
            Input::Owned(tensor) => Some(tensor),
            Input::View(_) => None,
        }
    }

    /// A tensor that outlives the call: a cheap clone, or a copy of a view.
    pub fn to_tensor(&self) -> Tensor {
        self.as_tensor().cloned().unwrap_or_else(|| self.view().to_tensor())
    }

    /// The element type.
    pub fn dtype(&self) -> DType {
        match self {
            Input::Tensor(tensor) => tensor.dtype(),
            Input::Owned(tensor) => tensor.dtype(),
            Input::View(view) => view.dtype(),
        }
    }

    /// The sizes of the axes, outermost first.
    pub fn dims(&self) -> &[usize] {
        match self {
            Input::Tensor(tensor) => tensor.dims(),
            Input::Owned(tensor) => tensor.dims(),
            Input::View(view) => view.dims(),
        }
    }
}

/// What can be an input: `&Tensor`, `Tensor`, [`TensorView`] and `&` any ndarray array.
pub trait IntoInput<'a> {
    /// The input. An array that is not contiguous in row-major order is copied, nothing else is.
    ///
    /// # Errors
    ///
    /// As for [`Tensor::copy_array`].
    fn into_input(self) -> Result<Input<'a>>;
}

impl<'a> IntoInput<'a> for Input<'a> {
    fn into_input(self) -> Result<Input<'a>> {
        Ok(self)
    }
}

impl<'a> IntoInput<'a> for &'a Tensor {
    fn into_input(self) -> Result<Input<'a>> {
        Ok(Input::Tensor(self))
    }
}

impl<'a> IntoInput<'a> for Tensor {
    fn into_input(self) -> Result<Input<'a>> {
        Ok(Input::Owned(Box::new(self)))
    }
}

impl<'a> IntoInput<'a> for TensorView<'a> {
    fn into_input(self) -> Result<Input<'a>> {
        Ok(Input::View(self))
    }
}

impl<'a, T: Element, S: Data<Elem = T>, D: Dimension> IntoInput<'a> for &'a ArrayBase<S, D, T> {
    fn into_input(self) -> Result<Input<'a>> {
        match self.as_slice() {
            Some(values) => TensorView::from_slice(self.shape(), values).map(Input::View),
            None => Tensor::copy_array(self)?.into_input(),
        }
    }
}

/// The named inputs of one call, in the order they were given.
///
/// ```
/// use ndarray::array;
/// use neuropod_core::{Inputs, Tensor};
///
/// let (x, y) = (Tensor::scalar(1.0f32), array![2.0f32]);
/// let mut inputs = Inputs::new();
/// inputs.push("x", &x)?;
/// inputs.push("y", &y)?; // each input may be of another kind
/// assert_eq!(inputs.get("y").unwrap().dims(), [1]);
/// # Ok::<(), neuropod_core::Error>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct Inputs<'a> {
    entries: SmallVec<[(&'a str, Input<'a>); 4]>,
}

impl<'a> Inputs<'a> {
    /// No inputs.
    pub fn new() -> Self {
        Inputs::default()
    }

    /// No inputs, and room for so many. Up to four need no allocation, more need one.
    pub fn with_capacity(capacity: usize) -> Self {
        Inputs { entries: SmallVec::with_capacity(capacity) }
    }

    /// Adds an input; a name that is there already is reported when the call is validated.
    ///
    /// # Errors
    ///
    /// As for [`IntoInput::into_input`].
    pub fn push(&mut self, name: &'a str, input: impl IntoInput<'a>) -> Result<()> {
        self.entries.push((name, input.into_input()?));
        Ok(())
    }

    /// The first input of that name.
    pub fn get(&self, name: &str) -> Option<&Input<'a>> {
        self.iter().find(|(candidate, _)| *candidate == name).map(|(_, input)| input)
    }

    /// The names and inputs, in the order they were given.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&'a str, &Input<'a>)> {
        self.entries.iter().map(|(name, input)| (*name, input))
    }

    /// The number of inputs.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// True if there is no input.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }
}

/// What can be all inputs of a call: [`Inputs`], an array or vector of pairs, or a map of tensors.
pub trait IntoInputs<'a> {
    /// The inputs.
    ///
    /// # Errors
    ///
    /// As for [`IntoInput::into_input`].
    fn into_inputs(self) -> Result<Inputs<'a>>;
}

impl<'a> IntoInputs<'a> for Inputs<'a> {
    fn into_inputs(self) -> Result<Inputs<'a>> {
        Ok(self)
    }
}

impl<'a, V: IntoInput<'a>, const N: usize> IntoInputs<'a> for [(&'a str, V); N] {
    fn into_inputs(self) -> Result<Inputs<'a>> {
        collect(self)
    }
}

impl<'a, V: IntoInput<'a>> IntoInputs<'a> for Vec<(&'a str, V)> {
    fn into_inputs(self) -> Result<Inputs<'a>> {
        collect(self)
    }
}

impl<'a> IntoInputs<'a> for &'a BTreeMap<String, Tensor> {
    fn into_inputs(self) -> Result<Inputs<'a>> {
        collect(self.iter().map(|(name, tensor)| (name.as_str(), tensor)))
    }
}

impl<'a, S> IntoInputs<'a> for &'a HashMap<String, Tensor, S> {
    fn into_inputs(self) -> Result<Inputs<'a>> {
        collect(self.iter().map(|(name, tensor)| (name.as_str(), tensor)))
    }
}

fn collect<'a, V: IntoInput<'a>>(pairs: impl IntoIterator<Item = (&'a str, V)>) -> Result<Inputs<'a>> {
    let pairs = pairs.into_iter();
    let mut inputs = Inputs::with_capacity(pairs.size_hint().0);
    for (name, input) in pairs {
        inputs.push(name, input)?;
    }
    Ok(inputs)
}
