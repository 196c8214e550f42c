//! The libraries that the tests load.

use std::env::{self, consts};
use std::path::PathBuf;
use std::sync::Arc;

use neuropod_core::{
    Backend, DType, Inputs, Model, ModelOptions, ModelSource, Outputs, Result, Tensor, TensorSpec,
};
use neuropod_test_utils::MemoryFiles;

/// The library of an example of this crate, which `cargo test` builds before the tests run.
pub(crate) fn example(name: &str) -> PathBuf {
    let test = env::current_exe().unwrap();
    let folder = test.ancestors().nth(2).unwrap().join("examples");
    let library = folder.join(format!("{}{name}{}", consts::DLL_PREFIX, consts::DLL_SUFFIX));
    let name = library.display();
    assert!(
        library.is_file(),
        "{name} is missing: `cargo test -p neuropod-plugin` builds it, `--test` does not"
    );
    library
}

pub(crate) fn fake_plugin() -> Arc<dyn Backend> {
    neuropod_plugin::load(&example("fake_plugin"), None).unwrap()
}

/// Loads a model of a plugin: from `x` and `y` to `out`, vectors of float32.
pub(crate) fn load_addition(backend: &Arc<dyn Backend>, files: MemoryFiles) -> Result<Box<dyn Model>> {
    let mut source = ModelSource::new("test", backend.info().platform, Arc::new(files));
    source.inputs = ["x", "y"].map(|name| TensorSpec::new(name, DType::Float32, [None])).into();
    source.outputs = vec![TensorSpec::new("out", DType::Float32, [None])];
    backend.load(Arc::new(source), &ModelOptions::new())
}

/// Runs a model on inputs by name.
pub(crate) fn infer(model: &dyn Model, tensors: &[(&str, &Tensor)]) -> Result<Outputs> {
    let mut inputs = Inputs::new();
    for (name, tensor) in tensors {
        inputs.push(name, *tensor)?;
    }
    model.infer(&inputs, &[])
}

pub(crate) fn floats(values: &[f32]) -> Tensor {
    Tensor::from_slice([values.len()], values).unwrap()
}
