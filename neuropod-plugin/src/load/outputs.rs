//! The outputs of a call, as a plugin gives them.
#![allow(unsafe_code)]

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use neuropod_core::{Error, ErrorKind, Outputs, Result};

use crate::abi::{NeuropodOutputs, NeuropodStr, NeuropodTensor};
use crate::marshal::errors::panicked;
use crate::marshal::tensor::take;
use crate::marshal::text::malformed;

/// Takes the outputs of one call.
#[derive(Debug)]
pub(super) struct Sink<'a> {
    /// The outputs of the spec.
    known: &'a [Arc<str>],
    requested: &'a [&'a str],
    taken: Outputs,
    error: Option<Error>,
}

impl<'a> Sink<'a> {
    pub(super) fn new(known: &'a [Arc<str>], requested: &'a [&'a str]) -> Self {
        let expected = if requested.is_empty() { known.len() } else { requested.len() };
        Sink { known, requested, taken: Outputs::with_capacity(expected), error: None }
    }

    /// The table, to be used while this value is neither used nor moved.
    pub(super) fn table(&mut self) -> NeuropodOutputs {
        NeuropodOutputs { context: std::ptr::from_mut(self).cast(), push: Some(push) }
    }

    /// What came, once the call has returned.
    pub(super) fn finish(self, result: Result<()>) -> Result<Outputs> {
        // What is wrong with an output says more than that the plugin failed for it.
        if let Some(error) = self.error {
            return Err(error);
        }
        result?;
        match self.expected(self.taken.len()) {
            Some(name) => {
                let message = format!("the plugin's model did not return the output `{name}`");
                Err(Error::new(ErrorKind::InvalidOutput, message))
            }
            None => Ok(self.taken),
        }
    }

    /// The name of an output that is to come, by its place.
    fn expected(&self, index: usize) -> Option<&'a str> {
        match self.requested {
            [] => self.known.get(index).map(|name| &**name),
            requested => requested.get(index).copied(),
        }
    }

    /// # Safety
    ///
    /// The plugin hands the tensor over now, with a name that is valid during the call.
    unsafe fn take(&mut self, name: NeuropodStr, tensor: *const NeuropodTensor) -> Result<()> {
        // SAFETY: the caller's promise.
        let raw =
            unsafe { tensor.as_ref() }.ok_or_else(|| malformed("an output's `NeuropodTensor` is null"))?;
        // SAFETY: the caller's promise. It is taken first, so that it is released whatever is wrong.
        let tensor = unsafe { take(raw) };
        // SAFETY: the caller's promise.
        let name = unsafe { name.text() }?;
        let name = self.place(name)?;
        let tensor = tensor.map_err(|error| {
            let message = format!("the plugin returned a malformed tensor: {}", error.message());
            Error::new(ErrorKind::InvalidOutput, message).with("output", &*name).with_source(error)
        })?;
        self.taken.push(name, tensor);
        Ok(())
    }

    /// The name as the spec has it, if it is this output's turn.
    fn place(&self, name: &str) -> Result<Arc<str>> {
        let index = self.taken.len();
        let expected = self.expected(index);
        if expected != Some(name) {
            let expected = expected.map_or("no more".to_owned(), |name| format!("`{name}`"));
            let message = format!("the plugin returned the output `{name}` where {expected} was expected");
            return Err(Error::new(ErrorKind::InvalidOutput, message));
        }
        let in_order = self.known.get(index).filter(|known| &***known == name);
        let known = in_order.or_else(|| self.known.iter().find(|known| &***known == name));
        Ok(known.map_or_else(|| Arc::from(name), Arc::clone))
    }
}

unsafe extern "C" fn push(
    outputs: *mut NeuropodOutputs,
    name: NeuropodStr,
    tensor: *const NeuropodTensor,
) -> i32 {
    // SAFETY: the plugin hands back the table of a sink that waits for the call to return.
    let Some(sink) = (unsafe { outputs.as_ref().and_then(|table| table.context.cast::<Sink<'_>>().as_mut()) })
    else {
        return 1;
    };
    // SAFETY: the plugin hands the tensor over.
    let taken = catch_unwind(AssertUnwindSafe(|| unsafe { sink.take(name, tensor) }));
    match taken.unwrap_or_else(|panic| Err(panicked(&*panic))) {
        Ok(()) => 0,
        Err(error) => {
            sink.error.get_or_insert(error);
            1
        }
    }
}
