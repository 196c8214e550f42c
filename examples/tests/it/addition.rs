//! One application runs the addition model of either framework.

use std::path::Path;

use neuropod::{Neuropod, Result, Tensor};
use neuropod_examples::addition;

use crate::support::python;

#[test]
fn packages_of_both_frameworks_are_used_alike() {
    let folder = tempfile::tempdir().unwrap();
    let torchscript = load(folder.path(), "make_addition_model.py", addition::pack_torchscript);
    let tensorflow = load(folder.path(), "make_addition_graph.py", addition::pack_tensorflow);

    assert_eq!(torchscript.inputs(), tensorflow.inputs());
    assert_eq!(torchscript.outputs(), tensorflow.outputs());
    let x = Tensor::from_vec([4], vec![1.0f32, 2.0, 3.0, 4.0]).unwrap();
    let y = Tensor::from_vec([4], vec![5.0f32, 6.0, 7.0, 8.0]).unwrap();
    for model in [torchscript, tensorflow] {
        let sum = addition::add(&model, &x, &y).unwrap();
        assert_eq!(sum.as_slice::<f32>().unwrap(), [6.0, 8.0, 10.0, 12.0], "{}", model.backend());
        let short = Tensor::from_vec([3], vec![0.0f32; 3]).unwrap();
        let told = addition::add(&model, &x, &short).unwrap_err().to_string();
        assert!(told.contains("length"), "{told}");
    }
}

/// Makes a model with one of the examples' scripts, packages and loads it.
fn load(folder: &Path, script: &str, pack: fn(&Path, &Path) -> Result<()>) -> Neuropod {
    let model = folder.join(script).with_extension("model");
    let package = folder.join(script).with_extension("neuropod");
    python(script, &[&model]);
    pack(&model, &package).unwrap();
    Neuropod::load(&package).unwrap()
}
