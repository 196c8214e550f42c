//! The benchmarks' yardstick.

use std::marker::PhantomData;
use std::path::Path;
use std::ptr::{self, NonNull};

use neuropod_core::{Error, Tensor};

use super::{Call, c_path, check};
use crate::{TorchError, shim};

/// A TorchScript module called as a C++ program would that knows nothing of Neuropod. What it is called with outlives
/// it, as a model can keep its inputs.
#[doc(hidden)]
#[derive(Debug)]
pub struct BareModule<'inputs> {
    bare: NonNull<shim::Bare>,
    inputs: PhantomData<fn(&'inputs Tensor)>,
}

// SAFETY: the shim's module is not tied to a thread: torch modules may be run and freed anywhere.
unsafe impl Send for BareModule<'_> {}
// SAFETY: a shared module is only run. Running is safe from several threads: torch's interpreter keeps a call's state to
// itself, and the shim takes a lock around models that change their own attributes.
unsafe impl Sync for BareModule<'_> {}

/// What a module is called with: addresses and sizes, as a C++ program would have them.
#[doc(hidden)]
pub struct BareArguments<'inputs>(Call<'inputs>);

impl<'inputs> BareArguments<'inputs> {
    /// In the order of the module's arguments. An int64 without axes is an `int`, and a vector of strings a `List[str]`.
    ///
    /// # Errors
    ///
    /// If torch has no such tensors.
    pub fn new(inputs: impl IntoIterator<Item = &'inputs Tensor>) -> Result<Self, Error> {
        let mut call = Call::default();
        for (index, input) in inputs.into_iter().enumerate() {
            call.push(index, input.view(), None)?;
        }
        Ok(BareArguments(call))
    }
}

impl<'inputs> BareModule<'inputs> {
    /// Loads a file as libtorch's documentation does.
    ///
    /// # Errors
    ///
    /// If torch refuses the file, or the module has no `forward`.
    pub fn load(path: &Path) -> Result<Self, Error> {
        let path = c_path(path)?;
        let mut bare = ptr::null_mut();
        // SAFETY: the path is null-terminated, and `bare` is a place to write to.
        check(unsafe { shim::npt_bare_load(path.as_ptr(), &mut bare) })?;
        let bare = NonNull::new(bare)
            .ok_or_else(|| TorchError::Internal("libtorch gave no module and no error".to_owned()))?;
        Ok(BareModule { bare, inputs: PhantomData })
    }

    /// Calls `forward`, and looks at the tensor or strings that it returns, alone or as `out` of a dict: the answer is
    /// the tensor's first byte, or the length of all strings.
    ///
    /// # Errors
    ///
    /// If the model fails, returns something else, writes to its inputs, or goes on after the call.
    pub fn run(&self, arguments: &BareArguments<'inputs>) -> Result<u64, Error> {
        self.call(arguments, false)
    }

    /// The same, but the answer is the sum of all bytes of the tensor or the strings.
    ///
    /// # Errors
    ///
    /// As for [`BareModule::run`].
    pub fn sum(&self, arguments: &BareArguments<'inputs>) -> Result<u64, Error> {
        self.call(arguments, true)
    }

    fn call(&self, BareArguments(arguments): &BareArguments<'inputs>, whole: bool) -> Result<u64, Error> {
        let (inputs, mut seen) = (arguments.inputs(), 0);
        // SAFETY: the module is live. `inputs` and all that they point to are borrowed for 'inputs, which outlives the
        // module. `seen` is a place to write to.
        check(unsafe {
            shim::npt_bare_run(self.bare.as_ptr(), inputs.as_ptr(), inputs.len(), u8::from(whole), &mut seen)
        })?;
        Ok(seen)
    }
}

/// From now on, weights are in memory that is new to the process, as in one that loads its model once. Otherwise it is
/// chance whether a model's weights are where those of an earlier one were, which takes half the time.
#[doc(hidden)]
pub fn use_fresh_memory() {
    // SAFETY: no conditions: it is a setting of the C library's allocator, which may be changed at any time.
    unsafe { shim::npt_bare_use_fresh_memory() }
}

impl Drop for BareModule<'_> {
    fn drop(&mut self) {
        // SAFETY: the module came from `npt_bare_load`, is freed nowhere else, and is not used again.
        unsafe { shim::npt_bare_free(self.bare.as_ptr()) }
    }
}
