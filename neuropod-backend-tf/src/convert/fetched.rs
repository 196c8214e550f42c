//! Results on their way from TensorFlow.

use std::slice;

use neuropod_core::{DType, Error, ErrorKind, Tensor, TensorView};
use smallvec::SmallVec;

use super::Feeds;
use crate::c_api::{CApi, TF_TString, TF_Tensor};
use crate::{TensorFlowError, dtype};

/// What is known of the memory of a model's results.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Results {
    /// TensorFlow knows all that leads to it: what nothing else leads to can be written.
    Counted,
    /// Something else may lead to it, an input's owner for instance: it is only read.
    Shared,
    /// The model may write to it later: it is copied.
    Changing,
}

/// A tensor of TensorFlow's.
pub(crate) struct Fetched {
    api: &'static CApi,
    raw: *mut TF_Tensor,
}

// SAFETY: TensorFlow counts references to a tensor's memory atomically; the tensor may be read and
// deleted on any thread.
unsafe impl Send for Fetched {}
// SAFETY: a shared one is only read.
unsafe impl Sync for Fetched {}

impl Fetched {
    /// # Safety
    ///
    /// `raw` must be null or a tensor that is handed over.
    pub(super) unsafe fn from_raw(api: &'static CApi, raw: *mut TF_Tensor) -> Self {
        Fetched { api, raw }
    }

    /// The tensor, in TensorFlow's memory. It is copied if it lies in memory that `feeds` only
    /// borrowed, or if the model may write to it later. Strings are copied.
    pub(crate) fn into_tensor(mut self, feeds: &Feeds<'_>, results: Results) -> Result<Tensor, Error> {
        if self.raw.is_null() {
            return Err(TensorFlowError::Internal("TensorFlow gave no tensor and no error".to_owned()).into());
        }
        let is_alone = self.claim() && results == Results::Counted;
        let dims = self.dims()?;
        // SAFETY: the tensor is live.
        let (code, data, len) = unsafe {
            let code = (self.api.TF_TensorType)(self.raw);
            let data = (self.api.TF_TensorData)(self.raw).cast::<u8>().cast_const();
            (code, data, (self.api.TF_TensorByteSize)(self.raw))
        };
        let dtype = dtype::from_code(code).ok_or_else(|| unsupported(code))?;
        if dtype == DType::String {
            return self.strings(&dims, data.cast::<TF_TString>(), len / size_of::<TF_TString>());
        }
        if len == 0 {
            return Tensor::zeros(dtype, &*dims); // TensorFlow has no memory for no elements
        }
        if results == Results::Changing || feeds.lends(data as usize) {
            // SAFETY: the tensor is live and has `len` bytes at `data`, which nobody writes to now.
            let bytes = unsafe { slice::from_raw_parts(data, len) };
            return Ok(TensorView::from_bytes(dtype, &dims, bytes)?.to_tensor());
        }
        if is_alone {
            // SAFETY: the tensor, which is the owner, keeps its memory alive: dense elements of that
            // dtype and these dims. It is TensorFlow's own, and no other reference to it is left.
            return unsafe { Tensor::from_raw_parts_mut(dtype, &*dims, data.cast_mut(), self) };
        }
        // SAFETY: as above. Nobody writes to it: TensorFlow changes memory in place only if it
        // holds the single reference to it, with the exception that `Changing` is for.
        unsafe { Tensor::from_raw_parts(dtype, &*dims, data, self) }
    }

    /// Whether nothing else refers to the memory, and it is TensorFlow's own. That is what it asks itself before it
    /// computes in place.
    fn claim(&mut self) -> bool {
        // SAFETY: the tensor is live; if another comes back, that has its content, and this one is deleted.
        let moved = unsafe { (self.api.TF_TensorMaybeMove)(self.raw) };
        if !moved.is_null() {
            self.raw = moved;
        }
        !moved.is_null()
    }

    fn dims(&self) -> Result<SmallVec<[usize; 8]>, Error> {
        // SAFETY: the tensor is live, and each index below its number of axes.
        let dims = unsafe {
            let rank = (self.api.TF_NumDims)(self.raw);
            (0..rank).map(|axis| (self.api.TF_Dim)(self.raw, axis))
        };
        let dims = dims.map(|dim| {
            usize::try_from(dim).map_err(|_| {
                Error::new(ErrorKind::Internal, format!("TensorFlow gave an axis of size {dim}"))
            })
        });
        dims.collect()
    }

    fn strings(&self, dims: &[usize], data: *const TF_TString, count: usize) -> Result<Tensor, Error> {
        let strings: Vec<&[u8]> = (0..count)
            // SAFETY: the tensor is live and has `count` initialised strings at `data`; each has so
            // many bytes at its pointer. They are copied before `self` is dropped.
            .map(|index| unsafe {
                let string = data.add(index);
                let len = (self.api.TF_StringGetSize)(string);
                let start = (self.api.TF_StringGetDataPointer)(string).cast::<u8>();
                if len == 0 { &[] } else { slice::from_raw_parts(start, len) }
            })
            .collect();
        Tensor::from_strings(dims, &strings)
    }
}

impl Drop for Fetched {
    fn drop(&mut self) {
        if !self.raw.is_null() {
            // SAFETY: the tensor is ours and is deleted once.
            unsafe { (self.api.TF_DeleteTensor)(self.raw) }
        }
    }
}

#[cold]
fn unsupported(code: i32) -> TensorFlowError {
    let dtype = dtype::describe(code);
    TensorFlowError::InvalidOutput(format!(
        "the model returned {dtype}, which Neuropod's tensors cannot hold"
    ))
}
