//! Sizes of a tensor's axes.

use std::fmt;
use std::ops::Deref;

use smallvec::SmallVec;

use crate::{Error, ErrorKind, Result};

/// So many axes are stored inline.
const INLINE: usize = 4;

/// The sizes of a tensor's axes, outermost first.
///
/// Up to four axes are stored inline. Rank 0 (a scalar, one element) and axes of size 0 (no
/// element) are valid. A shape's element count never overflows `isize`.
///
/// ```
/// use neuropod_core::Shape;
///
/// let shape = Shape::new(&[2, 3])?;
/// assert_eq!(shape.rank(), 2);
/// assert_eq!(shape.element_count(), 6);
/// assert_eq!(shape.to_string(), "[2, 3]");
/// assert!(Shape::new(&[usize::MAX, 2]).is_err());
/// # Ok::<(), neuropod_core::Error>(())
/// ```
#[derive(PartialEq, Eq, Hash)]
pub struct Shape {
    dims: SmallVec<[usize; INLINE]>,
}

impl Shape {
    /// A shape of these sizes.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::InvalidArgument`] if the number of elements exceeds `isize::MAX`. The axes of
    /// size 0 are left out of that product, so that a shape which is accepted can be permuted.
    #[inline]
    pub fn new(dims: &[usize]) -> Result<Self> {
        element_count(dims)?;
        Ok(Shape::from_checked(dims))
    }

    /// The shape of a scalar: no axes, one element.
    pub fn scalar() -> Self {
        Shape { dims: SmallVec::new() }
    }

    /// A shape whose element count was checked before.
    #[inline(always)]
    pub(crate) fn from_checked(dims: &[usize]) -> Self {
        Shape { dims: copy(dims) }
    }

    /// The sizes, outermost first.
    pub fn dims(&self) -> &[usize] {
        &self.dims
    }

    /// The number of axes.
    pub fn rank(&self) -> usize {
        self.dims.len()
    }

    /// The number of elements: the product of the sizes, 1 for a scalar.
    pub fn element_count(&self) -> usize {
        // It was checked that the product is small enough. It is not kept: a small tensor is moved without a call.
        self.dims.iter().product()
    }
}

/// Copies sizes: those of most tensors number by number, where a copy of any length would be two calls.
#[inline(always)]
fn copy(dims: &[usize]) -> SmallVec<[usize; INLINE]> {
    let few = match *dims {
        [] => [0; INLINE],
        [a] => [a, 0, 0, 0],
        [a, b] => [a, b, 0, 0],
        [a, b, c] => [a, b, c, 0],
        [a, b, c, d] => [a, b, c, d],
        _ => return SmallVec::from_slice(dims),
    };
    SmallVec::from_buf_and_len(few, dims.len())
}

/// The number of elements of a tensor with these sizes.
pub(crate) fn element_count(dims: &[usize]) -> Result<usize> {
    let mut product: usize = 1;
    let mut empty = false;
    for &dim in dims {
        if dim == 0 {
            empty = true;
            continue;
        }
        product = match product.checked_mul(dim) {
            Some(product) if product <= isize::MAX as usize => product,
            _ => return Err(overflow(dims)),
        };
    }
    Ok(if empty { 0 } else { product })
}

#[cold]
fn overflow(dims: &[usize]) -> Error {
    Error::new(
        ErrorKind::InvalidArgument,
        format!("the shape {dims:?} has more elements than memory can hold"),
    )
}

impl Clone for Shape {
    fn clone(&self) -> Self {
        Shape::from_checked(self.dims())
    }
}

impl Deref for Shape {
    type Target = [usize];

    fn deref(&self) -> &[usize] {
        &self.dims
    }
}

impl fmt::Debug for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.dims, f)
    }
}

impl fmt::Display for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.dims, f)
    }
}

impl PartialEq<[usize]> for Shape {
    fn eq(&self, other: &[usize]) -> bool {
        self.dims() == other
    }
}

impl<const N: usize> PartialEq<[usize; N]> for Shape {
    fn eq(&self, other: &[usize; N]) -> bool {
        self.dims() == other
    }
}

/// What constructors take for a shape: `&[2, 3]`, `[2, 3]`, a `Vec`, or a [`Shape`] that is
/// checked already.
pub trait IntoShape {
    /// The shape.
    ///
    /// # Errors
    ///
    /// As for [`Shape::new`].
    fn into_shape(self) -> Result<Shape>;
}

impl IntoShape for Shape {
    fn into_shape(self) -> Result<Shape> {
        Ok(self)
    }
}

impl IntoShape for &Shape {
    fn into_shape(self) -> Result<Shape> {
        Ok(self.clone())
    }
}

impl IntoShape for &[usize] {
    fn into_shape(self) -> Result<Shape> {
        Shape::new(self)
    }
}

impl IntoShape for &Vec<usize> {
    fn into_shape(self) -> Result<Shape> {
        Shape::new(self)
    }
}

impl IntoShape for Vec<usize> {
    fn into_shape(self) -> Result<Shape> {
        Shape::new(&self)
    }
}

impl<const N: usize> IntoShape for [usize; N] {
    fn into_shape(self) -> Result<Shape> {
        Shape::new(&self)
    }
}

impl<const N: usize> IntoShape for &[usize; N] {
    fn into_shape(self) -> Result<Shape> {
        Shape::new(self)
    }
}
