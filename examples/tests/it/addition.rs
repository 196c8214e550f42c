//! One application runs the addition model of either framework, and those that are Python code.

use std::path::{Path, PathBuf};

use neuropod::{Neuropod, Result, Tensor};
use neuropod_examples::addition;

use crate::support::{code, python};

#[test]
fn all_packages_are_used_alike() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let torchscript = made_by("make_addition_model.py", folder);
    let graph = made_by("make_addition_graph.py", folder);
    let models = [
        load(&torchscript, folder, addition::pack_torchscript),
        load(&graph, folder, addition::pack_tensorflow),
        load(&code("addition_in_python.py"), folder, addition::pack_python),
        load(&code("addition_in_pytorch.py"), folder, addition::pack_python),
    ];

    let x = Tensor::from_vec([4], vec![1.0f32, 2.0, 3.0, 4.0]).unwrap();
    let y = Tensor::from_vec([4], vec![5.0f32, 6.0, 7.0, 8.0]).unwrap();
    for model in &models {
        assert_eq!(model.inputs(), models[0].inputs());
        assert_eq!(model.outputs(), models[0].outputs());
        let sum = addition::add(model, &x, &y).unwrap();
        assert_eq!(sum.as_slice::<f32>().unwrap(), [6.0, 8.0, 10.0, 12.0], "{}", model.backend());
        let short = Tensor::from_vec([3], vec![0.0f32; 3]).unwrap();
        let told = addition::add(model, &x, &short).unwrap_err().to_string();
        assert!(told.contains("length"), "{told}");
    }
}

/// The model that one of the examples' scripts makes.
fn made_by(script: &str, folder: &Path) -> PathBuf {
    let model = folder.join(script).with_extension("model");
    python(script, &[&model]);
    model
}

/// Packages a model and loads it.
fn load(model: &Path, folder: &Path, pack: fn(&Path, &Path) -> Result<()>) -> Neuropod {
    let package = folder.join(model.file_name().unwrap()).with_extension("neuropod");
    pack(model, &package).unwrap();
    Neuropod::load(&package).unwrap()
}
