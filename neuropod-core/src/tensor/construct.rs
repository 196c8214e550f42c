//! Ways to make a tensor.

use std::any::Any;

use crate::shape::IntoShape;
use crate::view::{check_bytes, check_count, check_offsets};
use crate::{
    Buffer, DType, Element, Error, ErrorKind, ForeignOwner, Owner, Result, Shape, Tensor, TensorView,
};

impl Tensor {
    /// A tensor of zeros, `false` or empty strings. Allocates aligned memory.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::InvalidArgument`] if the shape has more bytes than memory can hold.
    pub fn zeros(dtype: DType, shape: impl IntoShape) -> Result<Self> {
        let shape = shape.into_shape()?;
        if dtype == DType::String {
            byte_len(DType::UInt64, &shape)?;
            let offsets = Buffer::zeroed((shape.element_count() + 1) * size_of::<u64>())?;
            return Ok(Tensor { dtype, shape, data: Buffer::zeroed(0)?, offsets: Some(Box::new(offsets)) });
        }
        let data = Buffer::zeroed(byte_len(dtype, &shape)?)?;
        Ok(Tensor { dtype, shape, data, offsets: None })
    }

    /// A tensor of equal elements. Allocates.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::InvalidArgument`] if the shape has more bytes than memory can hold.
    pub fn full<T: Element>(shape: impl IntoShape, value: T) -> Result<Self> {
        let shape = shape.into_shape()?;
        byte_len(T::DTYPE, &shape)?;
        let mut values = Vec::new();
        values.try_reserve_exact(shape.element_count()).map_err(|error| {
            Error::new(ErrorKind::InvalidArgument, format!("there is no memory for the shape {shape}"))
                .with_source(error)
        })?;
        values.resize(shape.element_count(), value);
        Tensor::from_vec(shape, values)
    }

    /// A tensor of rank 0 that holds one number. Allocates.
    ///
    /// ```
    /// use neuropod_core::Tensor;
    ///
    /// let tensor = Tensor::scalar(16_000i64);
    /// assert_eq!(tensor.rank(), 0);
    /// assert_eq!(tensor.as_scalar::<i64>()?, 16_000);
    /// # Ok::<(), neuropod_core::Error>(())
    /// ```
    pub fn scalar<T: Element>(value: T) -> Self {
        let data = Buffer::copy_from(bytemuck::bytes_of(&value));
        Tensor { dtype: T::DTYPE, shape: Shape::scalar(), data, offsets: None }
    }

    /// A tensor that takes over the vector's memory. Nothing is copied; the alignment is that of
    /// the vector.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::InvalidArgument`] if the vector's length is not the shape's element count.
    pub fn from_vec<T: Element>(shape: impl IntoShape, values: Vec<T>) -> Result<Self> {
        let shape = shape.into_shape()?;
        check_count(shape.dims(), values.len())?;
        Ok(Tensor { dtype: T::DTYPE, shape, data: Buffer::from_vec(values), offsets: None })
    }

    /// A tensor with a copy of the numbers, in aligned memory.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::InvalidArgument`] if the slice's length is not the shape's element count.
    pub fn from_slice<T: Element>(shape: impl IntoShape, values: &[T]) -> Result<Self> {
        let shape = shape.into_shape()?;
        check_count(shape.dims(), values.len())?;
        let data = Buffer::copy_from(bytemuck::cast_slice(values));
        Ok(Tensor { dtype: T::DTYPE, shape, data, offsets: None })
    }

    /// A tensor with a copy of the strings, which may be any bytes.
    ///
    /// ```
    /// use neuropod_core::Tensor;
    ///
    /// let tensor = Tensor::from_strings([2], &["one", "two"])?;
    /// assert_eq!(tensor.as_strings()?, ["one", "two"]);
    /// # Ok::<(), neuropod_core::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`ErrorKind::InvalidArgument`] if the number of strings is not the shape's element count.
    pub fn from_strings<S: AsRef<[u8]>>(shape: impl IntoShape, strings: &[S]) -> Result<Self> {
        let shape = shape.into_shape()?;
        check_count(shape.dims(), strings.len())?;
        let (bytes, offsets) = pack(strings.iter().map(AsRef::as_ref));
        Ok(Tensor::from_packed(shape, bytes, offsets))
    }

    /// A tensor that takes over packed strings: element `i` is `bytes[offsets[i]..offsets[i + 1]]`.
    /// Nothing is copied.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::InvalidArgument`] if there are not `element_count + 1` offsets, or they
    /// decrease, or leave `bytes`.
    pub fn from_packed_strings(shape: impl IntoShape, bytes: Vec<u8>, offsets: Vec<u64>) -> Result<Self> {
        let shape = shape.into_shape()?;
        check_offsets(shape.dims(), &bytes, &offsets)?;
        Ok(Tensor::from_packed(shape, bytes, offsets))
    }

    /// A tensor over shared memory that holds packed strings, as [`Tensor::from_packed_strings`] takes
    /// them; the offsets are `u64`s in the machine's byte order. Nothing is copied.
    ///
    /// # Errors
    ///
    /// As for [`Tensor::from_packed_strings`], and if the offsets are not aligned.
    pub fn from_string_buffers(shape: impl IntoShape, bytes: Buffer, offsets: Buffer) -> Result<Self> {
        let shape = shape.into_shape()?;
        let numbers = bytemuck::try_cast_slice(&offsets).map_err(|error| {
            Error::new(ErrorKind::InvalidArgument, format!("the offsets cannot be read as u64: {error}"))
        })?;
        check_offsets(shape.dims(), &bytes, numbers)?;
        Ok(Tensor { dtype: DType::String, shape, data: bytes, offsets: Some(Box::new(offsets)) })
    }

    /// A tensor over shared memory that holds numbers in the machine's byte order. Nothing is
    /// copied.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::InvalidArgument`] if `dtype` is [`DType::String`], the length in bytes does
    /// not fit the shape, the memory is not aligned to the element's size, or a `bool` is neither
    /// 0 nor 1.
    #[inline]
    pub fn from_buffer(dtype: DType, shape: impl IntoShape, data: Buffer) -> Result<Self> {
        let shape = shape.into_shape()?;
        check_bytes(dtype, shape.dims(), shape.element_count(), &data)?;
        Ok(Tensor { dtype, shape, data, offsets: None })
    }

    /// A tensor over memory of any library, which `owner` keeps alive. Nothing is copied; the
    /// owner is dropped with the last tensor that shares the memory, on any thread.
    ///
    /// # Errors
    ///
    /// As for [`Tensor::from_buffer`]; the owner is dropped.
    ///
    /// # Safety
    ///
    /// From `start`, as many bytes as `dtype` and `shape` ask for must be readable, initialised,
    /// and written by nobody until `owner` is dropped.
    #[allow(unsafe_code)]
    pub unsafe fn from_raw_parts<O: Any + Send + Sync>(
        dtype: DType,
        shape: impl IntoShape,
        start: *const u8,
        owner: O,
    ) -> Result<Self> {
        let shape = shape.into_shape()?;
        let len = byte_len(dtype, &shape)?;
        // SAFETY: the caller's promise covers `len` bytes, which `dtype` and `shape` ask for.
        let data = unsafe { Buffer::from_raw_parts(start, len, owner) };
        Tensor::from_buffer(dtype, shape, data)
    }

    /// Like [`Tensor::from_raw_parts`], for memory that may be written through this tensor, as
    /// [`Tensor::as_mut_bytes`] does.
    ///
    /// # Errors
    ///
    /// As for [`Tensor::from_buffer`]; the owner is dropped.
    ///
    /// # Safety
    ///
    /// From `start`, as many bytes as `dtype` and `shape` ask for must be readable, writable, initialised, and neither
    /// read nor written except through this tensor and its clones until `owner` is dropped.
    #[allow(unsafe_code)]
    pub unsafe fn from_raw_parts_mut<O: Any + Send + Sync>(
        dtype: DType,
        shape: impl IntoShape,
        start: *mut u8,
        owner: O,
    ) -> Result<Self> {
        let shape = shape.into_shape()?;
        let len = byte_len(dtype, &shape)?;
        // SAFETY: the caller's promise covers `len` bytes, which `dtype` and `shape` ask for.
        let data = unsafe { Buffer::from_raw_parts_mut(start, len, owner) };
        Tensor::from_buffer(dtype, shape, data)
    }

    /// Numbers in another library's memory, as [`Tensor::from_buffer`] takes them of [`Buffer::with_owner`], or of
    /// [`Buffer::with_owner_mut`] if they are `writable`: without any check, and without moving what it is made of.
    ///
    /// # Safety
    ///
    /// That function may be called with `start`, `len` and `owner`, and [`Tensor::from_buffer`] succeeds with the
    /// result.
    #[allow(unsafe_code)]
    #[inline(always)]
    pub unsafe fn from_foreign_unchecked(
        dtype: DType,
        dims: &[usize],
        start: *const u8,
        len: usize,
        writable: bool,
        owner: ForeignOwner,
    ) -> Self {
        let shape = Shape::from_checked(dims);
        let owner = Owner::Foreign(owner);
        // SAFETY: the caller's promise.
        let data = unsafe {
            match writable {
                true => Buffer::with_owner_mut(start.cast_mut(), len, owner),
                false => Buffer::with_owner(start, len, owner),
            }
        };
        Tensor { dtype, shape, data, offsets: None }
    }

    /// A copy of a view, in aligned memory.
    pub(crate) fn copy_of(view: &TensorView<'_>) -> Tensor {
        let shape = Shape::from_checked(view.dims());
        let offsets = match view.dtype() {
            DType::String => Some(Box::new(Buffer::copy_from(bytemuck::cast_slice(view.offsets())))),
            _ => None,
        };
        Tensor { dtype: view.dtype(), shape, data: Buffer::copy_from(view.bytes()), offsets }
    }

    fn from_packed(shape: Shape, bytes: Vec<u8>, offsets: Vec<u64>) -> Tensor {
        let offsets = Some(Box::new(Buffer::from_vec(offsets)));
        Tensor { dtype: DType::String, shape, data: Buffer::from_vec(bytes), offsets }
    }
}

/// The strings one behind the other, and where each starts and the last one ends.
fn pack<'a>(strings: impl ExactSizeIterator<Item = &'a [u8]> + Clone) -> (Vec<u8>, Vec<u64>) {
    let total = strings.clone().map(<[u8]>::len).sum();
    let mut bytes = Vec::with_capacity(total);
    let mut offsets = Vec::with_capacity(strings.len() + 1);
    offsets.push(0);
    for string in strings {
        bytes.extend_from_slice(string);
        offsets.push(bytes.len() as u64);
    }
    (bytes, offsets)
}

/// The size in bytes of a tensor of numbers, small enough to be allocated.
fn byte_len(dtype: DType, shape: &Shape) -> Result<usize> {
    let Some(size) = dtype.size() else {
        return Err(Error::new(
            ErrorKind::InvalidArgument,
            "strings have no fixed size; use the constructors for strings",
        ));
    };
    let limit = isize::MAX as usize - 2 * crate::ALIGNMENT;
    shape.element_count().checked_mul(size).filter(|len| *len <= limit).ok_or_else(|| {
        Error::new(
            ErrorKind::InvalidArgument,
            format!("a {dtype} tensor of shape {shape} has more bytes than memory can hold"),
        )
    })
}
