//! Python packages beside the same Python called through PyO3.
//!
//! Needs Python with NumPy and PyTorch:
//! `cargo xtask exec -- cargo bench -p neuropod-benches --features python --bench python`.
//! A part of a name after `--` measures what has it in its name: `-- python/addition`.

use std::hint::black_box;
use std::path::{Path, PathBuf};

use criterion::{Criterion, criterion_group, criterion_main};
use neuropod::{
    Compression, DType, Device, Dim, Integrity, LoadOptions, Neuropod, Packager, PythonModel, Tensor,
    TensorSpec,
};
use neuropod_benches::{compare, make_models};
use pyo3::prelude::*;
use pyo3::types::PyDict;
use tempfile::TempDir;

criterion_group!(benches, python);
criterion_main!(benches);

fn python(criterion: &mut Criterion) {
    let models = Models::make();
    addition(criterion, &models);
    module(&models);
    identity(criterion, &models);
    load(&models);
}

/// Two float32 arrays of four elements in, one out.
fn addition(criterion: &mut Criterion, models: &Models) {
    let package = models.package("addition", &["x", "y"], Compression::Store);
    let (model, unchecked) = (load_on_cpu(&package), cpu().validate(false).load(&package).unwrap());
    let (x, y) = pair();
    let call = |model: &Neuropod| black_box(model.infer([("x", &x), ("y", &y)]).unwrap());
    assert_eq!(call(&model)["out"].as_slice::<f32>().unwrap(), [6.0, 8.0, 10.0, 12.0]);
    let bare = Bare::of_arrays(models, "addition");

    let mut group = criterion.benchmark_group("python/addition");
    group.bench_function("PyO3", |bencher| bencher.iter(|| bare.call()));
    group.bench_function("neuropod", |bencher| bencher.iter(|| call(&model)));
    group.bench_function("neuropod without validation", |bencher| bencher.iter(|| call(&unchecked)));
    group.finish();
    compare("python/addition against PyO3", || drop(call(&model)), || bare.call());
    compare("python/addition without validation against PyO3", || drop(call(&unchecked)), || bare.call());
    Python::attach(|_| {
        compare(
            "python/addition against PyO3, the lock held by the caller",
            || drop(call(&model)),
            || bare.call(),
        );
    });
}

/// The same with an `nn.Module`, beside PyO3 with tensors that are made already.
fn module(models: &Models) {
    let model = load_on_cpu(&models.package("addition_module", &["x", "y"], Compression::Store));
    let (x, y) = pair();
    let bare = Bare::of_tensors(models, "addition_module");
    compare(
        "python/module against PyO3",
        || drop(black_box(model.infer([("x", &x), ("y", &y)]).unwrap())),
        || bare.call(),
    );
}

/// 64 MiB through the identity function, beside 4 bytes.
fn identity(criterion: &mut Criterion, models: &Models) {
    let model = load_on_cpu(&models.package("identity", &["x"], Compression::Store));
    let small = Tensor::zeros(DType::Float32, [1]).unwrap();
    let large = Tensor::zeros(DType::Float32, [16 << 20]).unwrap();
    let outputs = model.infer([("x", &large)]).unwrap();
    assert_eq!(outputs["out"].bytes().as_ptr(), large.bytes().as_ptr(), "the memory must be the same");

    let call = |x: &Tensor| black_box(model.infer([("x", x)]).unwrap());
    let mut group = criterion.benchmark_group("python/identity");
    group.bench_function("4 bytes", |bencher| bencher.iter(|| call(&small)));
    group.bench_function("64 MiB", |bencher| bencher.iter(|| call(&large)));
    group.finish();
    compare("python/identity of 64 MiB against 4 bytes", || drop(call(&large)), || drop(call(&small)));
}

/// Loading, beside importing the same module and calling its entrypoint.
fn load(models: &Models) {
    for (name, inputs) in [("addition", &["x", "y"][..]), ("weights", &["x"])] {
        let import = || Python::attach(|py| drop(Bare::import(py, models, name, models.0.path())));
        for (how, compression) in [("stored zip", Compression::Store), ("zip", Compression::default())] {
            let package = models.package(name, inputs, compression);
            compare(
                &format!("python/load of {name} from a {how} against an import"),
                || drop(load_on_cpu(&package)),
                import,
            );
        }
        let folder = models.folder(name, inputs);
        compare(
            &format!("python/load of {name} from a folder against an import"),
            || drop(load_on_cpu(&folder)),
            import,
        );
        let unverified = || drop(cpu().integrity(Integrity::Skip).load(&folder).unwrap());
        compare(
            &format!("python/load of {name} from a folder, unverified, against an import"),
            unverified,
            import,
        );
    }
}

fn pair() -> (Tensor, Tensor) {
    let x = Tensor::from_vec([4], vec![1.0f32, 2.0, 3.0, 4.0]).unwrap();
    (x, Tensor::from_vec([4], vec![5.0f32, 6.0, 7.0, 8.0]).unwrap())
}

fn cpu() -> LoadOptions {
    Neuropod::options().device(Device::Cpu).intra_op_threads(1)
}

fn load_on_cpu(package: &Path) -> Neuropod {
    cpu().load(package).unwrap()
}

/// A model called through PyO3, with arguments that are made once.
struct Bare {
    model: Py<PyAny>,
    arguments: Py<PyDict>,
}

impl Bare {
    fn of_arrays(models: &Models, name: &str) -> Self {
        Bare::of(models, name, |py, values| {
            let numpy = py.import("numpy").unwrap();
            numpy.call_method1("array", (values.to_vec(), "float32")).unwrap()
        })
    }

    fn of_tensors(models: &Models, name: &str) -> Self {
        Bare::of(models, name, |py, values| {
            py.import("torch").unwrap().call_method1("tensor", (values.to_vec(),)).unwrap()
        })
    }

    fn of(
        models: &Models,
        name: &str,
        make: impl for<'py> Fn(Python<'py>, &[f32]) -> Bound<'py, PyAny>,
    ) -> Self {
        Python::attach(|py| {
            let arguments = PyDict::new(py);
            arguments.set_item("x", make(py, &[1.0, 2.0, 3.0, 4.0])).unwrap();
            arguments.set_item("y", make(py, &[5.0, 6.0, 7.0, 8.0])).unwrap();
            Bare { model: Bare::import(py, models, name, models.0.path()), arguments: arguments.unbind() }
        })
    }

    /// Imports a module anew, and calls its entrypoint.
    fn import(py: Python<'_>, models: &Models, name: &str, data: &Path) -> Py<PyAny> {
        let sys = py.import("sys").unwrap();
        let (path, modules) = (sys.getattr("path").unwrap(), sys.getattr("modules").unwrap());
        modules.call_method1("pop", (name, py.None())).unwrap();
        path.call_method1("insert", (0, models.code().to_str())).unwrap();
        let model = py.import(name).unwrap().call_method1("get_model", (data.to_str(),)).unwrap();
        path.call_method1("pop", (0,)).unwrap();
        model.unbind()
    }

    fn call(&self) {
        Python::attach(|py| {
            black_box(self.model.call(py, (), Some(self.arguments.bind(py))).unwrap());
        });
    }
}

/// The modules of `python/models`, and weights, in a folder of their own.
struct Models(TempDir);

impl Models {
    fn make() -> Self {
        let models = Models(make_models("make_weights.py"));
        let code = Path::new(env!("CARGO_MANIFEST_DIR")).join("python/models");
        std::fs::create_dir(models.code()).unwrap();
        for file in std::fs::read_dir(code).unwrap() {
            let file = file.unwrap();
            std::fs::copy(file.path(), models.code().join(file.file_name())).unwrap();
        }
        // The first model that is loaded starts the interpreter, which PyO3 uses from then on.
        load_on_cpu(&models.package("identity", &["x"], Compression::Store));
        std::fs::remove_file(models.path("identity", "stored.neuropod")).unwrap();
        models
    }

    fn code(&self) -> PathBuf {
        self.0.path().join("code")
    }

    fn path(&self, name: &str, ending: &str) -> PathBuf {
        self.0.path().join(name).with_extension(ending)
    }

    fn packager(&self, name: &str, inputs: &[&str]) -> Packager {
        let model = PythonModel::new(name, "get_model").module(self.code().join(name).with_extension("py"));
        let model = match name {
            "weights" => model.data("weights.pt", self.path("weights", "pt")),
            _ => model,
        };
        let vector = |name: &str| TensorSpec::new(name, DType::Float32, [Dim::from("length")]);
        let packager = Packager::python(name, model);
        let packager = inputs.iter().fold(packager, |packager, input| packager.input(vector(input)));
        packager.output(vector("out"))
    }

    fn package(&self, name: &str, inputs: &[&str], compression: Compression) -> PathBuf {
        let ending = if compression == Compression::Store { "stored.neuropod" } else { "neuropod" };
        let path = self.path(name, ending);
        if !path.exists() {
            self.packager(name, inputs).compression(compression).write(&path).unwrap();
        }
        path
    }

    fn folder(&self, name: &str, inputs: &[&str]) -> PathBuf {
        let path = self.path(name, "folder");
        self.packager(name, inputs).write_dir(&path).unwrap();
        path
    }
}
