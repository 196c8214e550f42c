//! Owned tensors.

mod array;
mod construct;
mod print;

use bytemuck::checked;
use ndarray::ArrayViewD;

use crate::{Buffer, DType, Element, Error, ErrorKind, Result, Shape, TensorView};

/// A dense, row-major tensor: a cheap clone that shares its memory.
///
/// The memory can be of any origin: allocated here (aligned to [`ALIGNMENT`](crate::ALIGNMENT)
/// bytes), a `Vec`, a memory map, another library's tensor. Strings are one run of bytes and
/// `element_count + 1` offsets into it.
///
/// ```
/// use neuropod_core::Tensor;
///
/// let tensor = Tensor::from_vec([2, 2], vec![1.0f32, 2.0, 3.0, 4.0])?;
/// assert_eq!(tensor.dims(), [2, 2]);
/// assert_eq!(tensor.as_slice::<f32>()?, [1.0, 2.0, 3.0, 4.0]);
/// assert!(tensor.as_slice::<f64>().is_err());
/// # Ok::<(), neuropod_core::Error>(())
/// ```
#[derive(Clone)]
pub struct Tensor {
    dtype: DType,
    shape: Shape,
    data: Buffer,
    /// The strings' offsets, as aligned bytes of `u64`. Behind a pointer, so that a tensor of numbers is small
    /// enough to be moved without a call.
    offsets: Option<Box<Buffer>>,
}

impl Tensor {
    /// The element type.
    pub fn dtype(&self) -> DType {
        self.dtype
    }

    /// The shape.
    pub fn shape(&self) -> &Shape {
        &self.shape
    }

    /// The sizes of the axes, outermost first.
    pub fn dims(&self) -> &[usize] {
        self.shape.dims()
    }

    /// The number of axes.
    pub fn rank(&self) -> usize {
        self.shape.rank()
    }

    /// The number of elements.
    pub fn element_count(&self) -> usize {
        self.shape.element_count()
    }

    /// A view of the whole tensor. Nothing is copied.
    pub fn view(&self) -> TensorView<'_> {
        TensorView::from_parts(self.dtype, self.shape.dims(), &self.data, self.offsets())
    }

    /// The raw memory: numbers in the machine's byte order, or the strings' packed bytes.
    pub fn bytes(&self) -> &[u8] {
        &self.data
    }

    /// Where each string starts in [`Tensor::bytes`], and where the last one ends; empty for
    /// numbers.
    pub fn offsets(&self) -> &[u64] {
        self.offsets.as_deref().map_or(&[], |offsets| bytemuck::cast_slice(offsets))
    }

    /// The shared memory behind [`Tensor::bytes`].
    pub fn buffer(&self) -> &Buffer {
        &self.data
    }

    /// The shared memory behind [`Tensor::bytes`], without the tensor.
    pub fn into_buffer(self) -> Buffer {
        self.data
    }

    /// The numbers, in row-major order. Nothing is copied.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::InvalidArgument`] if `T` is not the element type.
    pub fn as_slice<T: Element>(&self) -> Result<&[T]> {
        self.view().as_slice()
    }

    /// The numbers, to write, in row-major order. Nothing is copied.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::InvalidArgument`] if `T` is not the element type, if clones of the tensor
    /// share its memory, or if the memory is read-only; [`Tensor::to_owned_memory`] copies it.
    pub fn as_mut_slice<T: Element>(&mut self) -> Result<&mut [T]> {
        self.view().as_slice::<T>()?;
        let bytes = self.data.as_mut_slice().ok_or_else(not_writable)?;
        if bytes.is_empty() {
            return Ok(&mut []); // whose address need not be aligned
        }
        checked::try_cast_slice_mut(bytes).map_err(|error| {
            Error::new(ErrorKind::Internal, format!("checked memory is misaligned: {error}"))
        })
    }

    /// The bytes of a tensor of numbers, to write. Nothing is copied. What is written to a tensor of
    /// bools must be 0 or 1: with other values, access and backends fail; `as_mut_slice::<bool>`
    /// cannot write them.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::InvalidArgument`] for strings, if clones share the memory, or if it is
    /// read-only.
    pub fn as_mut_bytes(&mut self) -> Result<&mut [u8]> {
        if self.dtype == DType::String {
            return Err(Error::new(ErrorKind::InvalidArgument, "strings cannot be written in place"));
        }
        self.data.as_mut_slice().ok_or_else(not_writable)
    }

    /// The numbers as an ndarray view of any rank. Nothing is copied.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::InvalidArgument`] if `T` is not the element type.
    pub fn as_array<T: Element>(&self) -> Result<ArrayViewD<'_, T>> {
        self.view().as_array()
    }

    /// The only element of a tensor that has one, of any rank.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::InvalidArgument`] if `T` is not the element type or there is not one element.
    pub fn as_scalar<T: Element>(&self) -> Result<T> {
        self.view().as_scalar()
    }

    /// The strings, in row-major order. The vector is new; the text is borrowed.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::InvalidArgument`] if the elements are numbers or one is not UTF-8.
    pub fn as_strings(&self) -> Result<Vec<&str>> {
        self.view().as_strings()
    }

    /// The strings as bytes, in row-major order. Nothing is copied.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::InvalidArgument`] if the elements are numbers.
    pub fn as_byte_strings(&self) -> Result<crate::StringIter<'_>> {
        self.view().as_byte_strings()
    }

    /// A copy with aligned, writable memory that nothing else shares.
    #[must_use]
    pub fn to_owned_memory(&self) -> Tensor {
        Tensor::copy_of(&self.view())
    }

    /// The same elements under another shape. Nothing is copied.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::InvalidArgument`] if the element counts differ.
    pub fn reshape(&self, shape: impl crate::IntoShape) -> Result<Tensor> {
        let shape = shape.into_shape()?;
        crate::view::check_count(shape.dims(), self.element_count())?;
        Ok(Tensor { shape, ..self.clone() })
    }
}

#[cold]
fn not_writable() -> Error {
    Error::new(
        ErrorKind::InvalidArgument,
        "the tensor's memory is shared or read-only; write to a copy made by `to_owned_memory`",
    )
}

impl PartialEq for Tensor {
    /// As for [`TensorView`]: floating-point numbers compare by value, so that a NaN equals nothing.
    fn eq(&self, other: &Self) -> bool {
        self.view() == other.view()
    }
}
