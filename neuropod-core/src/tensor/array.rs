//! Conversions from and to `ndarray`.

use ndarray::{Array, ArrayBase, ArrayD, Data, Dimension};

use crate::{Element, Error, Result, Shape, Tensor};

impl Tensor {
    /// A tensor of an array's numbers. An owned array in row-major order gives up its memory and
    /// nothing is copied; any other is copied into that order.
    ///
    /// ```
    /// use ndarray::array;
    /// use neuropod_core::Tensor;
    ///
    /// let tensor = Tensor::from_array(array![[1i64, 2], [3, 4]])?;
    /// assert_eq!(tensor.as_array::<i64>()?, array![[1i64, 2], [3, 4]].into_dyn());
    /// # Ok::<(), neuropod_core::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`ErrorKind::InvalidArgument`](crate::ErrorKind::InvalidArgument) if a broadcast array has
    /// more elements than memory can hold.
    pub fn from_array<T, S, D>(array: ArrayBase<S, D, T>) -> Result<Self>
    where
        T: Element,
        S: ndarray::DataOwned<Elem = T>,
        D: Dimension,
    {
        let shape = Shape::new(array.shape())?;
        let array: Array<T, D> = array.into_owned();
        if !array.is_standard_layout() {
            return Tensor::from_vec(shape, array.iter().copied().collect());
        }
        match array.into_raw_vec_and_offset() {
            (values, None | Some(0)) if values.len() == shape.element_count() => {
                Tensor::from_vec(shape, values)
            }
            (values, offset) => {
                let start = offset.unwrap_or(0);
                Tensor::from_slice(shape.clone(), &values[start..start + shape.element_count()])
            }
        }
    }

    /// A tensor with a copy of the array's numbers, in row-major order.
    ///
    /// # Errors
    ///
    /// As for [`Tensor::from_array`].
    pub fn copy_array<T, S, D>(array: &ArrayBase<S, D, T>) -> Result<Self>
    where
        T: Element,
        S: Data<Elem = T>,
        D: Dimension,
    {
        let shape = Shape::new(array.shape())?;
        match array.as_slice() {
            Some(values) => Tensor::from_slice(shape, values),
            None => Tensor::from_vec(shape, array.iter().copied().collect()),
        }
    }
}

impl<T: Element, D: Dimension> TryFrom<Array<T, D>> for Tensor {
    type Error = Error;

    /// As [`Tensor::from_array`].
    fn try_from(array: Array<T, D>) -> Result<Self> {
        Tensor::from_array(array)
    }
}

impl<T: Element> TryFrom<&Tensor> for ArrayD<T> {
    type Error = Error;

    /// Copies the numbers.
    fn try_from(tensor: &Tensor) -> Result<Self> {
        tensor.as_array().map(|view| view.to_owned())
    }
}
