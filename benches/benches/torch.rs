//! TorchScript packages beside libtorch alone.
//!
//! Needs PyTorch: `cargo xtask exec -- cargo bench -p neuropod-benches --features torch --bench torch`.

use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use criterion::{Criterion, criterion_group, criterion_main};
use neuropod::backend::{ModelFiles, ReadAt};
use neuropod::{Compression, DType, Device, LoadOptions, Neuropod, Packager, Tensor, TensorSpec};
use neuropod_backend_torch::bench::BareAddition;
use neuropod_benches::{compare, make_models};
use neuropod_package::Package;
use tempfile::TempDir;

criterion_group!(benches, addition, identity, load);
criterion_main!(benches);

/// Two float32 tensors of four elements in, one out, in a dict.
fn addition(criterion: &mut Criterion) {
    let models = Models::make();
    let package = models.package("addition", &["x", "y"]);
    let model = load_on_cpu(&package, true);
    let unchecked = load_on_cpu(&package, false);
    let bare = BareAddition::load(&*model_file(&package)).unwrap();
    let x = Tensor::from_vec([4], vec![1.0f32, 2.0, 3.0, 4.0]).unwrap();
    let y = Tensor::from_vec([4], vec![5.0f32, 6.0, 7.0, 8.0]).unwrap();
    let (xs, ys) = (x.as_slice::<f32>().unwrap(), y.as_slice::<f32>().unwrap());
    let mut sum = [0.0f32; 4];
    bare.run(xs, ys, &mut sum).unwrap();
    let outputs = model.infer([("x", &x), ("y", &y)]).unwrap();
    assert_eq!(outputs["out"].as_slice::<f32>().unwrap(), sum);

    let call = |model: &Neuropod| black_box(model.infer([("x", &x), ("y", &y)]).unwrap());
    let mut group = criterion.benchmark_group("torch/addition");
    group.bench_function("libtorch", |bencher| bencher.iter(|| bare.run(xs, ys, &mut sum).unwrap()));
    group.bench_function("neuropod", |bencher| bencher.iter(|| call(&model)));
    group.bench_function("neuropod without validation", |bencher| bencher.iter(|| call(&unchecked)));
    group.finish();
    compare("torch/addition against libtorch", || drop(call(&model)), || bare.run(xs, ys, &mut sum).unwrap());
    compare(
        "torch/addition without validation",
        || drop(call(&unchecked)),
        || {
            bare.run(xs, ys, &mut sum).unwrap();
        },
    );
}

/// 64 MiB through the identity model, beside 4 bytes.
fn identity(criterion: &mut Criterion) {
    let models = Models::make();
    let model = load_on_cpu(&models.package("identity", &["x"]), true);
    let small = Tensor::zeros(DType::Float32, [1]).unwrap();
    let large = Tensor::zeros(DType::Float32, [16 << 20]).unwrap();
    let outputs = model.infer([("x", &large)]).unwrap();
    assert_eq!(outputs["out"].bytes().as_ptr(), large.bytes().as_ptr(), "the memory must be the same");

    let call = |x: &Tensor| black_box(model.infer([("x", x)]).unwrap());
    let mut group = criterion.benchmark_group("torch/identity");
    group.bench_function("4 bytes", |bencher| bencher.iter(|| call(&small)));
    group.bench_function("64 MiB", |bencher| bencher.iter(|| call(&large)));
    group.finish();
    compare("torch/identity of 64 MiB against 4 bytes", || drop(call(&large)), || drop(call(&small)));
}

/// A package with 256 MiB of weights, beside libtorch with the same file.
fn load(_: &mut Criterion) {
    let models = Models::make();
    let file = models.model("weights");
    let libtorch = || drop(BareAddition::load(&OnDisk(std::fs::File::open(&file).unwrap())).unwrap());
    let stored = models.package("weights", &["x"]);
    compare("torch/load of a stored zip against libtorch", || drop(load_on_cpu(&stored, true)), libtorch);
    let unverified = || {
        let options = cpu().integrity(neuropod::Integrity::Skip);
        drop(options.load(&stored).unwrap());
    };
    compare("torch/load of a stored zip, unverified", unverified, libtorch);
}

/// A file as libtorch reads it.
#[derive(Debug)]
struct OnDisk(std::fs::File);

impl ReadAt for OnDisk {
    fn size(&self) -> u64 {
        self.0.metadata().map_or(0, |metadata| metadata.len())
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> std::io::Result<usize> {
        std::os::unix::fs::FileExt::read_at(&self.0, buffer, offset)
    }
}

fn cpu() -> LoadOptions {
    Neuropod::options().device(Device::Cpu).intra_op_threads(1)
}

fn load_on_cpu(package: &Path, validate: bool) -> Neuropod {
    cpu().validate(validate).load(package).unwrap()
}

fn model_file(package: &Path) -> Arc<dyn ReadAt> {
    let files: Arc<dyn ModelFiles> = Package::open(package).unwrap().source().files.clone();
    files.open_at("0/data/model.pt").unwrap()
}

/// The models of `python/make_models.py`, in a folder of their own.
struct Models(TempDir);

impl Models {
    fn make() -> Self {
        Models(make_models("make_models.py"))
    }

    fn model(&self, name: &str) -> PathBuf {
        self.0.path().join(name).with_extension("pt")
    }

    /// A stored zip with the model, float32 vectors as inputs, and `out`.
    fn package(&self, name: &str, inputs: &[&str]) -> PathBuf {
        let path = self.0.path().join(name).with_extension("neuropod");
        let vector = |name: &str| TensorSpec::new(name, DType::Float32, ["length"]);
        let packager = Packager::torchscript(name, self.model(name)).compression(Compression::Store);
        let packager = inputs.iter().fold(packager, |packager, input| packager.input(vector(input)));
        packager.output(vector("out")).write(&path).unwrap();
        path
    }
}
