//! The smallest model: `out = x + y`.

use std::path::Path;

use neuropod::{DType, Neuropod, Packager, Result, Tensor, TensorSpec};

/// Packages the TorchScript file of a module whose `forward(x, y)` returns `{"out": x + y}`. The
/// package is tested before it appears at `package`.
///
/// # Errors
///
/// As for [`Packager::write`].
pub fn pack(model: &Path, package: &Path) -> Result<()> {
    Packager::torchscript("addition", model)
        .input(TensorSpec::new("x", DType::Float32, ["length"]))
        .input(TensorSpec::new("y", DType::Float32, ["length"]))
        .output(TensorSpec::new("out", DType::Float32, ["length"]))
        .test_input("x", Tensor::from_vec([2], vec![1.0f32, 2.0])?)
        .test_input("y", Tensor::from_vec([2], vec![3.0f32, 4.0])?)
        .test_output("out", Tensor::from_vec([2], vec![4.0f32, 6.0])?)
        .write(package)
}

/// Adds two vectors with the packaged model.
///
/// # Errors
///
/// As for [`Neuropod::infer`].
pub fn add(model: &Neuropod, x: &Tensor, y: &Tensor) -> Result<Tensor> {
    model.infer([("x", x), ("y", y)])?.take("out")
}
