//! Tensors of strings, of which single elements are set.

use neuropod::{Result, Tensor};

/// Strings as they were made or last changed.
#[derive(Debug)]
pub(crate) struct Strings {
    dims: Vec<usize>,
    /// What a model takes; none since an element was set.
    packed: Option<Tensor>,
    /// The elements, once one of them was set.
    edited: Option<Vec<Vec<u8>>>,
}

impl Strings {
    pub(crate) fn new(tensor: Tensor) -> Self {
        Strings { dims: tensor.dims().to_vec(), packed: Some(tensor), edited: None }
    }

    /// The tensor, which shares its memory with the one before if nothing was set since.
    ///
    /// What `get` returned stays valid.
    pub(crate) fn tensor(&mut self) -> Result<Tensor> {
        if let Some(tensor) = &self.packed {
            return Ok(tensor.clone());
        }
        let tensor = Tensor::from_strings(&self.dims[..], self.edited.as_deref().unwrap_or_default())?;
        self.packed = Some(tensor.clone());
        Ok(tensor)
    }

    /// One element, where it stays until the strings are changed. The index is in bounds.
    pub(crate) fn get(&self, index: usize) -> Result<&[u8]> {
        if let Some(edited) = &self.edited {
            return Ok(&edited[index]);
        }
        let Some(tensor) = &self.packed else { return Ok(&[]) };
        let (start, end) = (tensor.offsets()[index], tensor.offsets()[index + 1]);
        Ok(&tensor.bytes()[start as usize..end as usize])
    }

    /// Changes one element. The index is in bounds.
    pub(crate) fn set(&mut self, index: usize, value: &[u8]) -> Result<()> {
        if self.edited.is_none() {
            let tensor = self.tensor()?;
            self.edited = Some(tensor.as_byte_strings()?.map(<[u8]>::to_vec).collect());
        }
        if let Some(edited) = &mut self.edited {
            edited[index] = value.to_vec();
        }
        self.packed = None;
        Ok(())
    }

    /// Changes every element. There are as many values.
    pub(crate) fn set_all(&mut self, values: &[&[u8]]) -> Result<()> {
        *self = Strings::new(Tensor::from_strings(&self.dims[..], values)?);
        Ok(())
    }
}
