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
        let name = self.place(unsafe { name.bytes() }?)?;
        match tensor {
            Ok(tensor) => self.taken.push(name, tensor),
            Err(error) => return Err(malformed_tensor(&name, error)),
        }
        Ok(())
    }

    /// The name as the spec has it, if it is this output's turn.
    fn place(&self, name: &[u8]) -> Result<Arc<str>> {
        let index = self.taken.len();
        let expected = self.expected(index).filter(|expected| expected.as_bytes() == name);
        let expected = expected.ok_or_else(|| self.misplaced(name))?;
        let in_order = self.known.get(index).filter(|known| &***known == expected);
        let known = in_order.or_else(|| self.known.iter().find(|known| &***known == expected));
        Ok(known.map_or_else(|| Arc::from(expected), Arc::clone))
    }

    #[cold]
    fn misplaced(&self, name: &[u8]) -> Error {
        let expected =
            self.expected(self.taken.len()).map_or("no more".to_owned(), |name| format!("`{name}`"));
        let name = String::from_utf8_lossy(name);
        let message = format!("the plugin returned the output `{name}` where {expected} was expected");
        Error::new(ErrorKind::InvalidOutput, message)
    }
}

#[cold]
fn malformed_tensor(name: &str, error: Error) -> Error {
    let message = format!("the plugin returned a malformed tensor: {}", error.message());
    Error::new(ErrorKind::InvalidOutput, message).with("output", name).with_source(error)
}

unsafe extern "C" fn push(
    outputs: *mut NeuropodOutputs,
    name: NeuropodStr,
    tensor: *const NeuropodTensor,
) -> i32 {
    // SAFETY: the plugin hands back the table of a sink that waits for the call to return.
    let Some(sink) =
        (unsafe { outputs.as_ref().and_then(|table| table.context.cast::<Sink<'_>>().as_mut()) })
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
