//! What it costs to cross the plugin interface: the fake backend, and with the feature `torch` that for TorchScript,
//! as a plugin beside the same backend linked in.

use std::env::consts;
use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use neuropod_benches::compare;
use neuropod_core::{Backend, DType, Inputs, Model, ModelOptions, ModelSource, Tensor, TensorSpec};
use neuropod_test_utils::MemoryFiles;
use neuropod_test_utils::fake::{FakeBackend, MODEL_FILE};

fn main() {
    let built = build("neuropod-plugin", &["--example", "fake_plugin"], "examples", "fake_plugin");
    let plugin = neuropod_plugin::load(&built, None).expect("the plugin loads");
    let linked: Arc<dyn Backend> = Arc::new(FakeBackend::new());
    let program = MemoryFiles::new().file(MODEL_FILE, "out = add x y");
    compare_additions("plugin/fake addition", &plugin, &linked, &program);

    #[cfg(feature = "torch")]
    torch();

    let identity = load(&plugin, &MemoryFiles::new().file(MODEL_FILE, "out = x"));
    let large = Tensor::zeros(DType::Float32, [16 << 20]).expect("64 MiB");
    assert_same_memory(&*identity, &large);
    let small = Tensor::scalar(1.0f32).reshape([1]).expect("one element");
    compare(
        "plugin/identity of 64 MiB against 4 bytes",
        || call(&*identity, &[("x", &large)]),
        || call(&*identity, &[("x", &small)]),
    );
}

/// The backend for TorchScript, whose libtorch this program is linked to.
#[cfg(feature = "torch")]
fn torch() {
    let built =
        build("neuropod-plugin-torch", &["--lib", "--crate-type", "cdylib"], "", "neuropod_plugin_torch");
    let plugin = neuropod_plugin::load(&built, None).expect("the plugin loads");
    let linked = neuropod_backend_torch::backend();
    let models = neuropod_benches::make_models("make_models.py");
    let model = std::fs::read(models.path().join("addition.pt")).expect("the model was made");
    let files = MemoryFiles::new().file("0/data/model.pt", model);
    compare_additions("plugin/torch addition", &plugin, &linked, &files);
}

/// Two float32 tensors of four elements in, one out.
fn compare_additions(name: &str, plugin: &Arc<dyn Backend>, linked: &Arc<dyn Backend>, files: &MemoryFiles) {
    let (ours, theirs) = (load(plugin, files), load(linked, files));
    let small = Tensor::from_vec([4], vec![1.0f32, 2.0, 3.0, 4.0]).expect("four numbers");
    let pair = [("x", &small), ("y", &small)];
    for _ in 0..1000 {
        // A framework's first calls are slower: some rewrite the model as they run it.
        call(&*ours, &pair);
        call(&*theirs, &pair);
    }
    let compared = compare(name, || call(&*ours, &pair), || call(&*theirs, &pair));
    if let Some(ratio) = compared {
        let more = ratio.ours.as_nanos() as i64 - ratio.theirs.as_nanos() as i64;
        println!("{name}: {more} ns more than the linked backend");
    }
}

/// Builds a plugin, with the optimisation of this benchmark.
fn build(package: &str, arguments: &[&str], folder: &str, library: &str) -> PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the workspace's root");
    let status = Command::new(env!("CARGO"))
        .args(["rustc", "--quiet", "--release", "--package", package])
        .args(arguments)
        .current_dir(root)
        .status();
    assert!(status.is_ok_and(|status| status.success()), "the plugin could not be built");
    let program = std::env::current_exe().expect("this program has a path");
    let release = program.ancestors().nth(2).expect("target/release/deps");
    release.join(folder).join(format!("{}{library}{}", consts::DLL_PREFIX, consts::DLL_SUFFIX))
}

fn load(backend: &Arc<dyn Backend>, files: &MemoryFiles) -> Box<dyn Model> {
    let files = MemoryFiles::copy_of(files).expect("files in memory can be read");
    let mut source = ModelSource::new("bench", backend.info().platform, Arc::new(files));
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
