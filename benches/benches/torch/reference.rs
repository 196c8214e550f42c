//! libtorch alone.

use std::hint::black_box;

use neuropod::{DType, Outputs, Tensor};
use neuropod_backend_torch::bench::{BareArguments, BareModule};
use neuropod_benches::models::Models;

/// What a C++ program writes that uses libtorch and nothing else: `torch::from_blob` around each input, and a call of
/// `forward` in inference mode.
pub(crate) const LIBTORCH: &str = "libtorch";

/// A model's file, loaded.
pub(crate) fn module<'inputs>(models: &Models, name: &str) -> BareModule<'inputs> {
    BareModule::load(&models.file(name)).unwrap()
}

/// What a module is called with: the inputs in the order of its arguments.
pub(crate) fn arguments(inputs: &[(String, Tensor)]) -> BareArguments<'_> {
    BareArguments::new(inputs.iter().map(|(_, tensor)| tensor)).unwrap()
}

/// Calls a module, and looks at what it returns as `neuropod_benches::call` does.
pub(crate) fn run<'inputs>(module: &BareModule<'inputs>, arguments: &BareArguments<'inputs>) {
    black_box(module.run(arguments).unwrap());
}

/// Panics unless a module that has not been called before returns the same.
pub(crate) fn assert_same<'inputs>(
    module: &BareModule<'inputs>,
    arguments: &BareArguments<'inputs>,
    outputs: &Outputs,
) {
    let (_, tensor) = outputs.iter().next().unwrap();
    let sum = |bytes: &[u8]| bytes.iter().map(|byte| u64::from(*byte)).sum::<u64>();
    let ours: u64 = match tensor.dtype() {
        DType::String => tensor.as_byte_strings().unwrap().map(sum).sum(),
        _ => sum(tensor.bytes()),
    };
    assert_eq!(module.sum(arguments).unwrap(), ours, "the results differ");
}
