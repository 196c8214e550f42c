//! Borrowed tensors.

use std::fmt;

use bytemuck::checked;
use ndarray::{ArrayView, ArrayViewD, Dimension, IxDyn};

use crate::shape::element_count;
use crate::{DType, Element, Error, ErrorKind, Result, Tensor};

/// A tensor whose memory is borrowed: dense and row-major.
///
/// Strings are one run of bytes and `element_count + 1` offsets into it.
#[derive(Clone, Copy)]
pub struct TensorView<'a> {
    dtype: DType,
    dims: &'a [usize],
    bytes: &'a [u8],
    offsets: &'a [u64],
}

impl<'a> TensorView<'a> {
    /// A view of a slice of numbers. Nothing is copied.
    ///
    /// ```
    /// use neuropod_core::TensorView;
    ///
    /// let view = TensorView::from_slice(&[2, 2], &[1.0f32, 2.0, 3.0, 4.0])?;
    /// assert_eq!(view.as_slice::<f32>()?, [1.0, 2.0, 3.0, 4.0]);
    /// # Ok::<(), neuropod_core::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`ErrorKind::InvalidArgument`] if the slice's length is not the shape's element count.
    pub fn from_slice<T: Element>(dims: &'a [usize], values: &'a [T]) -> Result<Self> {
        check_count(dims, values.len())?;
        let bytes = bytemuck::cast_slice(values);
        Ok(TensorView { dtype: T::DTYPE, dims, bytes, offsets: &[] })
    }

    /// A view of the raw bytes of numbers in the machine's byte order. Nothing is copied.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::InvalidArgument`] if `dtype` is [`DType::String`], the length in bytes does
    /// not fit the shape, the memory is not aligned to the element's size, or a `bool` is neither
    /// 0 nor 1.
    pub fn from_bytes(dtype: DType, dims: &'a [usize], bytes: &'a [u8]) -> Result<Self> {
        check_bytes(dtype, dims, element_count(dims)?, bytes)?;
        Ok(TensorView { dtype, dims, bytes, offsets: &[] })
    }

    /// A view of packed strings: element `i` is `bytes[offsets[i]..offsets[i + 1]]`. Nothing is
    /// copied. The bytes need not be UTF-8.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::InvalidArgument`] if there are not `element_count + 1` offsets, or they
    /// decrease, or leave `bytes`.
    pub fn from_packed_strings(dims: &'a [usize], bytes: &'a [u8], offsets: &'a [u64]) -> Result<Self> {
        check_offsets(dims, bytes, offsets)?;
        Ok(TensorView { dtype: DType::String, dims, bytes, offsets })
    }

    /// A view of an ndarray view in row-major order. Nothing is copied.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::InvalidArgument`] if the array is not contiguous in row-major order;
    /// [`Tensor::from_array`] copies such arrays.
    pub fn from_array<T: Element, D: Dimension>(array: &'a ArrayView<'_, T, D>) -> Result<Self> {
        let values = array.as_slice().ok_or_else(|| {
            Error::new(
                ErrorKind::InvalidArgument,
                format!(
                    "the array of shape {:?} and strides {:?} is not contiguous in row-major order; use \
                     `Tensor::from_array`, which copies it",
                    array.shape(),
                    array.strides()
                ),
            )
        })?;
        TensorView::from_slice(array.shape(), values)
    }

    /// A view whose parts were checked when its tensor was made.
    pub(crate) fn from_parts(dtype: DType, dims: &'a [usize], bytes: &'a [u8], offsets: &'a [u64]) -> Self {
        TensorView { dtype, dims, bytes, offsets }
    }

    /// The element type.
    pub fn dtype(&self) -> DType {
        self.dtype
    }

    /// The sizes of the axes, outermost first.
    pub fn dims(&self) -> &'a [usize] {
        self.dims
    }

    /// The number of axes.
    pub fn rank(&self) -> usize {
        self.dims.len()
    }

    /// The number of elements.
    pub fn element_count(&self) -> usize {
        match self.dtype.size() {
            Some(size) => self.bytes.len() / size,
            None => self.offsets.len() - 1,
        }
    }

    /// The raw memory: numbers in the machine's byte order, or the strings' packed bytes.
    pub fn bytes(&self) -> &'a [u8] {
        self.bytes
    }

    /// Where each string starts in [`TensorView::bytes`], and where the last one ends; empty for
    /// numbers.
    pub fn offsets(&self) -> &'a [u64] {
        self.offsets
    }

    /// The numbers, in row-major order. Nothing is copied.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::InvalidArgument`] if `T` is not the element type.
    pub fn as_slice<T: Element>(&self) -> Result<&'a [T]> {
        self.check_dtype(T::DTYPE)?;
        cast(self.bytes).map_err(|error| not_castable(T::DTYPE, error))
    }

    /// The numbers as an ndarray view of any rank. Nothing is copied.
    ///
    /// # Errors
    ///
    /// As for [`TensorView::as_slice`].
    pub fn as_array<T: Element>(&self) -> Result<ArrayViewD<'a, T>> {
        let values = self.as_slice()?;
        ArrayViewD::from_shape(IxDyn(self.dims), values).map_err(|error| {
            Error::new(
                ErrorKind::InvalidArgument,
                format!("ndarray cannot view the shape {:?}: {error}", self.dims),
            )
        })
    }

    /// The only element of a tensor that has one, of any rank.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::InvalidArgument`] if `T` is not the element type or there is not one element.
    pub fn as_scalar<T: Element>(&self) -> Result<T> {
        match self.as_slice()? {
            [value] => Ok(*value),
            values => Err(Error::new(
                ErrorKind::InvalidArgument,
                format!("expected one element, found {} in the shape {:?}", values.len(), self.dims),
            )),
        }
    }

    /// The strings as bytes, in row-major order. Nothing is copied.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::InvalidArgument`] if the elements are numbers.
    pub fn as_byte_strings(&self) -> Result<StringIter<'a>> {
        self.check_dtype(DType::String)?;
        Ok(StringIter { bytes: self.bytes, offsets: self.offsets })
    }

    /// The strings, in row-major order. The vector is new; the text is borrowed.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::InvalidArgument`] if the elements are numbers or one is not UTF-8;
    /// [`TensorView::as_byte_strings`] reads those.
    pub fn as_strings(&self) -> Result<Vec<&'a str>> {
        let strings = self.as_byte_strings()?;
        let texts = strings.enumerate().map(|(index, bytes)| {
            std::str::from_utf8(bytes).map_err(|error| {
                Error::new(ErrorKind::InvalidArgument, format!("the string at index {index} is not UTF-8"))
                    .with_source(error)
            })
        });
        texts.collect()
    }

    /// Copies the view into a tensor with memory of its own.
    pub fn to_tensor(&self) -> Tensor {
        Tensor::copy_of(self)
    }

    fn check_dtype(&self, wanted: DType) -> Result<()> {
        if self.dtype == wanted { Ok(()) } else { Err(wrong_dtype(wanted, self.dtype)) }
    }
}

impl PartialEq for TensorView<'_> {
    /// Equal element types, shapes and elements; floating-point numbers compare by value, so that
    /// a NaN equals nothing.
    fn eq(&self, other: &Self) -> bool {
        if self.dtype != other.dtype || self.dims != other.dims {
            return false;
        }
        with_element!(
            self.dtype,
            T => matches!((self.as_slice::<T>(), other.as_slice::<T>()), (Ok(a), Ok(b)) if a == b),
            string => StringIter { bytes: self.bytes, offsets: self.offsets }
                .eq(StringIter { bytes: other.bytes, offsets: other.offsets })
        )
    }
}

/// The elements of a string tensor as bytes.
#[derive(Clone)]
pub struct StringIter<'a> {
    bytes: &'a [u8],
    offsets: &'a [u64],
}

impl<'a> Iterator for StringIter<'a> {
    type Item = &'a [u8];

    fn next(&mut self) -> Option<&'a [u8]> {
        let &[start, end, ..] = self.offsets else { return None };
        self.offsets = &self.offsets[1..];
        Some(&self.bytes[start as usize..end as usize])
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let left = self.offsets.len().saturating_sub(1);
        (left, Some(left))
    }
}

impl ExactSizeIterator for StringIter<'_> {}

impl fmt::Debug for StringIter<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.clone().map(String::from_utf8_lossy)).finish()
    }
}

/// Checks that a shape has `found` elements.
pub(crate) fn check_count(dims: &[usize], found: usize) -> Result<()> {
    let expected = element_count(dims)?;
    if expected == found {
        return Ok(());
    }
    Err(Error::new(
        ErrorKind::InvalidArgument,
        format!("the shape {dims:?} has {expected} elements, but {found} were given"),
    ))
}

/// Checks that `bytes` can be read as so many numbers of `dtype`, the elements of a tensor of this shape.
pub(crate) fn check_bytes(dtype: DType, dims: &[usize], count: usize, bytes: &[u8]) -> Result<()> {
    let Some(size) = dtype.size() else {
        return Err(Error::new(
            ErrorKind::InvalidArgument,
            "strings have no fixed size; use the constructors for strings",
        ));
    };
    if count.checked_mul(size) != Some(bytes.len()) {
        return Err(Error::new(
            ErrorKind::InvalidArgument,
            format!(
                "the shape {dims:?} of {dtype} has {count} elements of {size} bytes, but {} bytes were given",
                bytes.len()
            ),
        ));
    }
    with_element!(
        dtype,
        T => cast::<T>(bytes).map(drop).map_err(|error| not_castable(dtype, error)),
        string => Ok(())
    )
}

/// The bytes as numbers. No bytes are no numbers at any address: that of an empty slice is not
/// aligned, and many libraries hand out null.
fn cast<T: Element>(bytes: &[u8]) -> Result<&[T], checked::CheckedCastError> {
    if bytes.is_empty() { Ok(&[]) } else { checked::try_cast_slice(bytes) }
}

/// Checks that `offsets` split `bytes` into the shape's elements.
pub(crate) fn check_offsets(dims: &[usize], bytes: &[u8], offsets: &[u64]) -> Result<()> {
    check_count(dims, offsets.len().wrapping_sub(1))?;
    let rising = offsets.windows(2).all(|pair| pair[0] <= pair[1]);
    if rising && offsets.last().is_some_and(|&end| end <= bytes.len() as u64) {
        return Ok(());
    }
    Err(Error::new(
        ErrorKind::InvalidArgument,
        format!("string offsets must rise and end within the {} bytes of text", bytes.len()),
    ))
}

#[cold]
fn wrong_dtype(wanted: DType, found: DType) -> Error {
    Error::new(
        ErrorKind::InvalidArgument,
        format!("the tensor's elements are {found}, but they were accessed as {wanted}"),
    )
}

#[cold]
fn not_castable(dtype: DType, error: checked::CheckedCastError) -> Error {
    let why = match error {
        checked::CheckedCastError::InvalidBitPattern => "an element is neither 0 nor 1".to_owned(),
        checked::CheckedCastError::PodCastError(error) => {
            format!("the memory is not aligned to its elements, copy it first ({error})")
        }
    };
    Error::new(ErrorKind::InvalidArgument, format!("these bytes cannot be read as {dtype}: {why}"))
}
