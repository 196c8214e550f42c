//! The smallest model, `out = x + y`, in two frameworks and in Python. What a framework has of its own
//! is left behind when the model is packaged: all packages have the same inputs and outputs, and [`add`]
//! runs any of them.

use std::path::Path;

#[cfg(feature = "python")]
use neuropod::PythonModel;
use neuropod::{DType, GraphDef, Neuropod, Packager, Result, Tensor, TensorSpec};

/// Packages the TorchScript file of a module whose `forward(x, y)` returns `{"out": x + y}`. The
/// package is tested before it appears at `package`.
///
/// # Errors
///
/// As for [`Packager::write`].
pub fn pack_torchscript(model: &Path, package: &Path) -> Result<()> {
    pack(Packager::torchscript("addition", model), package)
}

/// Packages the file of a TensorFlow graph whose nodes `x` and `y` are added into `out`. The package
/// is tested before it appears at `package`.
///
/// # Errors
///
/// As for [`Packager::write`].
pub fn pack_tensorflow(graph: &Path, package: &Path) -> Result<()> {
    let nodes = GraphDef::file(graph).node("x", "x").node("y", "y").node("out", "out");
    pack(Packager::tensorflow_graph("addition", nodes), package)
}

/// Packages a Python file whose function `get_model` returns a function of `x` and `y`, or a PyTorch
/// module with such a `forward`, that returns `{"out": x + y}`. The package is tested before it appears at
/// `package`.
///
/// # Errors
///
/// As for [`Packager::write`].
#[cfg(feature = "python")]
pub fn pack_python(code: &Path, package: &Path) -> Result<()> {
    let module = code.file_stem().unwrap_or_default().to_string_lossy();
    pack(Packager::python("addition", PythonModel::new(module, "get_model").module(code)), package)
}

fn pack(packager: Packager, package: &Path) -> Result<()> {
    packager
        .input(TensorSpec::new("x", DType::Float32, ["length"]))
        .input(TensorSpec::new("y", DType::Float32, ["length"]))
        .output(TensorSpec::new("out", DType::Float32, ["length"]))
        .test_input("x", Tensor::from_vec([2], vec![1.0f32, 2.0])?)
        .test_input("y", Tensor::from_vec([2], vec![3.0f32, 4.0])?)
        .test_output("out", Tensor::from_vec([2], vec![4.0f32, 6.0])?)
        .write(package)
}

/// Adds two vectors with a packaged model, whatever framework it was built in.
///
/// # Errors
///
/// As for [`Neuropod::infer`].
pub fn add(model: &Neuropod, x: &Tensor, y: &Tensor) -> Result<Tensor> {
    model.infer([("x", x), ("y", y)])?.take("out")
}
