//! What it costs to cross the plugin interface: the fake backend as a plugin beside the same backend linked
//! in. A call with two inputs and an output costs at most 100 ns more, and 64 MiB no more than 4 bytes.

use std::env::consts;
use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use neuropod_benches::compare;
use neuropod_core::{Backend, DType, Inputs, Model, ModelOptions, ModelSource, Tensor, TensorSpec};
use neuropod_test_utils::MemoryFiles;
use neuropod_test_utils::fake::{FakeBackend, MODEL_FILE, PLATFORM};

fn main() {
    let plugin = neuropod_plugin::load(&fake_plugin(), None).expect("the plugin loads");
    let linked: Arc<dyn Backend> = Arc::new(FakeBackend::new());

    let program = "out = add x y";
    let (ours, theirs) = (load(&plugin, program), load(&linked, program));
    let small = Tensor::from_vec([4], vec![1.0f32, 2.0, 3.0, 4.0]).expect("four numbers");
    let pair = [("x", &small), ("y", &small)];
    let addition = compare("plugin/addition of 4 floats", || call(&*ours, &pair), || call(&*theirs, &pair));
    if let Some(ratio) = addition {
        let more = ratio.ours.as_nanos() as i64 - ratio.theirs.as_nanos() as i64;
        println!("plugin/addition of 4 floats: {more} ns more than the linked backend");
    }

    let identity = load(&plugin, "out = x");
    let large = Tensor::zeros(DType::Float32, [16 << 20]).expect("64 MiB");
    assert_same_memory(&*identity, &large);
    let small = Tensor::scalar(1.0f32).reshape([1]).expect("one element");
    compare(
        "plugin/identity of 64 MiB against 4 bytes",
        || call(&*identity, &[("x", &large)]),
        || call(&*identity, &[("x", &small)]),
    );
}

/// Builds the fake backend as a plugin, with the optimisation of this benchmark.
fn fake_plugin() -> PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the workspace's root");
    let status = Command::new(env!("CARGO"))
        .args(["build", "--quiet", "--release", "--package", "neuropod-plugin", "--example", "fake_plugin"])
        .current_dir(root)
        .status();
    assert!(status.is_ok_and(|status| status.success()), "the plugin could not be built");
    let target = std::env::current_exe().expect("this program has a path");
    let release = target.ancestors().nth(2).expect("target/release/deps");
    release.join("examples").join(format!("{}fake_plugin{}", consts::DLL_PREFIX, consts::DLL_SUFFIX))
}

fn load(backend: &Arc<dyn Backend>, program: &str) -> Box<dyn Model> {
    let files = Arc::new(MemoryFiles::new().file(MODEL_FILE, program));
    let mut source = ModelSource::new("bench", PLATFORM, files);
    source.inputs = ["x", "y"].map(|name| TensorSpec::new(name, DType::Float32, [None])).into();
    source.outputs = vec![TensorSpec::new("out", DType::Float32, [None])];
    backend.load(Arc::new(source), &ModelOptions::new()).expect("the model loads")
}

fn call(model: &dyn Model, tensors: &[(&str, &Tensor)]) {
    let mut inputs = Inputs::new();
    for (name, tensor) in tensors {
        inputs.push(name, *tensor).expect("a tensor is an input as it is");
    }
    black_box(model.infer(black_box(&inputs), &[]).expect("the model runs"));
}

fn assert_same_memory(model: &dyn Model, tensor: &Tensor) {
    let mut inputs = Inputs::new();
    inputs.push("x", tensor).expect("a tensor is an input as it is");
    let outputs = model.infer(&inputs, &[]).expect("the model runs");
    assert_eq!(outputs["out"].bytes().as_ptr(), tensor.bytes().as_ptr(), "the memory was copied");
}
