//! Graphs.

use std::ffi::{CString, c_void};
use std::ptr;
use std::slice;

use super::{Failure, INVALID_ARGUMENT, Status};
use crate::c_api::{CApi, TF_Buffer, TF_Graph, TF_Operation, TF_Output};

/// An imported graph.
pub(crate) struct Graph {
    pub(super) api: &'static CApi,
    pub(super) raw: *mut TF_Graph,
}

// SAFETY: a graph guards itself with a mutex, and may be used and deleted on any thread.
unsafe impl Send for Graph {}
// SAFETY: as above.
unsafe impl Sync for Graph {}

/// An operation of a graph, valid as long as it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Operation(pub(super) *mut TF_Operation);

/// One output of an operation, valid as long as its graph.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(transparent)]
pub(crate) struct Endpoint(pub(super) TF_Output);

// SAFETY: these are addresses, which are followed only together with their graph.
unsafe impl Send for Endpoint {}
// SAFETY: as above.
unsafe impl Sync for Endpoint {}

impl Graph {
    /// Imports a serialised `GraphDef`, whose nodes go to `device` unless they name one.
    pub(crate) fn import(
        api: &'static CApi,
        graph_def: &[u8],
        device: Option<&str>,
    ) -> Result<Self, Failure> {
        // SAFETY: no conditions.
        let graph = Graph { api, raw: unsafe { (api.TF_NewGraph)() } };
        let device = device.map(c_string).transpose()?;
        let buffer = TF_Buffer {
            data: graph_def.as_ptr().cast::<c_void>(),
            length: graph_def.len(),
            data_deallocator: None,
        };
        let status = Status::new(api);
        // SAFETY: the graph and the status are live; the buffer and the device's name outlive the
        // calls, which copy what they keep; the options are deleted once, after their last use.
        unsafe {
            if let Some(set_require_shape_inference_fns) = api.TF_SetRequireShapeInferenceFns {
                set_require_shape_inference_fns(graph.raw, false);
            }
            let options = (api.TF_NewImportGraphDefOptions)();
            if let Some(device) = &device {
                (api.TF_ImportGraphDefOptionsSetDefaultDevice)(options, device.as_ptr());
            }
            (api.TF_GraphImportGraphDef)(graph.raw, &buffer, options, status.raw);
            (api.TF_DeleteImportGraphDefOptions)(options);
        }
        status.check().map(|()| graph)
    }

    /// The operation of that name.
    pub(crate) fn operation(&self, name: &str) -> Option<Operation> {
        let name = CString::new(name).ok()?;
        // SAFETY: the graph is live and the name null-terminated.
        let operation = unsafe { (self.api.TF_GraphOperationByName)(self.raw, name.as_ptr()) };
        (!operation.is_null()).then_some(Operation(operation))
    }

    /// The output of that index, if there are so many, with its data type's number.
    pub(crate) fn endpoint(&self, operation: Operation, index: usize) -> Option<(Endpoint, i32)> {
        if index >= self.output_count(operation) {
            return None;
        }
        let output = TF_Output { oper: operation.0, index: i32::try_from(index).ok()? };
        // SAFETY: the operation is this graph's, and has so many outputs.
        let dtype = unsafe { (self.api.TF_OperationOutputType)(output) };
        Some((Endpoint(output), dtype))
    }

    /// The number of outputs of an operation of this graph.
    pub(crate) fn output_count(&self, operation: Operation) -> usize {
        // SAFETY: the operation is live as long as this graph.
        usize::try_from(unsafe { (self.api.TF_OperationNumOutputs)(operation.0) }).unwrap_or(0)
    }

    /// The serialised `OpDef` of an operator, or `None` if TensorFlow knows none of that name.
    pub(crate) fn op_def(&self, op: &str) -> Option<Vec<u8>> {
        let op = CString::new(op).ok()?;
        let status = Status::new(self.api);
        // SAFETY: the graph, the buffer and the status are live. After a success the buffer holds
        // `length` bytes, which are copied before it is deleted.
        unsafe {
            let buffer = (self.api.TF_NewBuffer)();
            (self.api.TF_GraphGetOpDef)(self.raw, op.as_ptr(), buffer, status.raw);
            let found = status.check().is_ok() && !(*buffer).data.is_null();
            let bytes =
                found.then(|| slice::from_raw_parts((*buffer).data.cast(), (*buffer).length).to_vec());
            (self.api.TF_DeleteBuffer)(buffer);
            bytes
        }
    }
}

impl Drop for Graph {
    fn drop(&mut self) {
        // SAFETY: the graph is live; sessions hold references of their own.
        unsafe { (self.api.TF_DeleteGraph)(self.raw) }
        self.raw = ptr::null_mut();
    }
}

pub(super) fn c_string(text: &str) -> Result<CString, Failure> {
    CString::new(text).map_err(|_| Failure {
        code: INVALID_ARGUMENT,
        message: format!("the name {text:?} holds a NUL byte"),
    })
}
