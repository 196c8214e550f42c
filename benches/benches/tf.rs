//! TensorFlow packages beside TensorFlow's C API alone.
//!
//! Needs TensorFlow: `cargo xtask exec -- cargo bench -p neuropod-benches --features tf --bench tf`.
//! A part of a name after `--` measures what has it in its name: `-- tf/addition`.

use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::time::Duration;

use criterion::{Criterion, criterion_group, criterion_main};
use neuropod::{Compression, DType, Device, Dim, LoadOptions, Neuropod, Packager, Tensor, TensorSpec};
use neuropod_backend_tf::bench::{BareSession, chosen_executor, session_config};
use neuropod_benches::{Pause, compare, compare_after_pauses, make_models};
use tempfile::TempDir;

criterion_group!(benches, tensorflow);
criterion_main!(benches);

/// An empty `ConfigProto`.
const DEFAULT_CONFIG: &[u8] = &[];

/// In mono sound of 22.05 kHz; basic-pitch hears in windows of this length.
const WINDOW: usize = 43_844;

fn tensorflow(criterion: &mut Criterion) {
    let models = Models::make();
    addition(criterion, &models);
    identity(criterion, &models);
    graphs(&models);
    basic_pitch(&models);
    load(&models);
}

/// Two float32 tensors of four elements in, one out.
fn addition(criterion: &mut Criterion, models: &Models) {
    let package = models.package("addition", &[("x", 1), ("y", 1)], 1);
    let (model, unchecked) = (load_on_cpu(&package), cpu().validate(false).load(&package).unwrap());
    let mut default = models.bare("addition", DEFAULT_CONFIG, &["x", "y"]);
    let mut alike = models.bare("addition", &models.chosen_config("addition"), &["x", "y"]);
    let x = Tensor::from_vec([4], vec![1.0f32, 2.0, 3.0, 4.0]).unwrap();
    let y = Tensor::from_vec([4], vec![5.0f32, 6.0, 7.0, 8.0]).unwrap();
    let fed = [(&[4][..], x.as_slice::<f32>().unwrap()), (&[4][..], y.as_slice::<f32>().unwrap())];
    let sum = |session: &mut BareSession| {
        let mut sum = [0.0f32; 4];
        session.run(&fed, |_, out| sum.copy_from_slice(out)).unwrap();
        sum
    };
    let bare = |session: &mut BareSession| {
        black_box(sum(session));
    };
    let call = |model: &Neuropod| black_box(model.infer([("x", &x), ("y", &y)]).unwrap());
    assert_eq!(call(&model)["out"].as_slice::<f32>().unwrap(), sum(&mut default));
    assert_eq!(call(&model)["out"].as_slice::<f32>().unwrap(), sum(&mut alike));

    let mut group = criterion.benchmark_group("tf/addition");
    group.bench_function("default session", |bencher| bencher.iter(|| bare(&mut default)));
    group.bench_function("session with our options", |bencher| bencher.iter(|| bare(&mut alike)));
    group.bench_function("neuropod", |bencher| bencher.iter(|| call(&model)));
    group.bench_function("neuropod without validation", |bencher| bencher.iter(|| call(&unchecked)));
    group.finish();
    let ours = || drop(call(&model));
    for (what, session) in [("the default session", &mut default), ("a session with our options", &mut alike)]
    {
        compare(&format!("tf/addition against {what}"), ours, || bare(session));
        let (short, long) = (Duration::from_micros(200), Duration::from_millis(1));
        for pause in [Pause::Busy(short), Pause::Busy(long), Pause::Asleep(short), Pause::Asleep(long)] {
            let name = format!("tf/addition against {what}, after pauses {pause:?}");
            compare_after_pauses(&name, pause, ours, || bare(session));
        }
    }
    let unchecked = || drop(call(&unchecked));
    compare("tf/addition without validation against a session with our options", unchecked, || {
        bare(&mut alike);
    });
}

/// 64 MiB through the identity graph, beside the bare call and beside 4 bytes.
fn identity(criterion: &mut Criterion, models: &Models) {
    let model = load_on_cpu(&models.package("identity", &[("x", 1)], 1));
    let small = Tensor::zeros(DType::Float32, [1]).unwrap();
    let large = Tensor::zeros(DType::Float32, [16 << 20]).unwrap();
    let outputs = model.infer([("x", &large)]).unwrap();
    assert_eq!(outputs["out"].bytes().as_ptr(), large.bytes().as_ptr(), "the memory must be the same");
    let mut bare = models.bare("identity", &models.chosen_config("identity"), &["x"]);

    let call = |x: &Tensor| black_box(model.infer([("x", x)]).unwrap());
    let mut group = criterion.benchmark_group("tf/identity");
    group.bench_function("4 bytes", |bencher| bencher.iter(|| call(&small)));
    group.bench_function("64 MiB", |bencher| bencher.iter(|| call(&large)));
    group.finish();
    compare("tf/identity of 64 MiB against 4 bytes", || drop(call(&large)), || drop(call(&small)));
    let elements = large.as_slice::<f32>().unwrap();
    compare(
        "tf/identity of 64 MiB against a session with our options",
        || drop(call(&large)),
        || {
            let seen = |_, out: &[f32]| assert_eq!(out.as_ptr(), elements.as_ptr());
            bare.run(&[(&[16 << 20], elements)], seen).unwrap();
        },
    );
}

/// A graph of `python/make_tf_models.py` with one input: its axes after the batch, the output's rank,
/// and the batches that it is measured with.
struct Graph(&'static str, &'static [usize], usize, &'static [usize]);

const GRAPHS: [Graph; 9] = [
    Graph("narrow", &[256], 2, &[1, 64]),
    Graph("wide", &[256], 2, &[1, 64]),
    Graph("perceptron", &[784], 2, &[1, 64]),
    Graph("towers", &[32], 1, &[1, 64]),
    Graph("lstm", &[16, 64], 2, &[1, 16]),
    Graph("lstm_of_gates", &[16, 64], 2, &[1, 16]),
    Graph("attention", &[16, 64], 3, &[1, 16]),
    Graph("residual", &[28, 28, 128], 4, &[1, 4]),
    Graph("product", &[1024], 2, &[1024]),
];

/// What each executor makes of graphs of several kinds, against the default session.
fn graphs(models: &Models) {
    for Graph(name, axes, out_rank, batches) in &GRAPHS {
        let package = models.package(name, &[("x", axes.len() + 1)], *out_rank);
        let mut bare = models.bare(name, DEFAULT_CONFIG, &["x"]);
        let auto = format!("auto ({})", models.chosen_executor(name));
        for batch in *batches {
            let dims: Vec<_> = [*batch].iter().chain(*axes).copied().collect();
            let x = wave(&dims);
            for executor in ["auto", "pool", "caller", "single-threaded"] {
                let model = cpu().backend_option("tensorflow.executor", executor).load(&package).unwrap();
                let executor = if executor == "auto" { &*auto } else { executor };
                let name = format!("tf/{name} of {batch}, {executor}, against the default session");
                against(&name, &model, &mut bare, "x", &x);
            }
        }
    }
}

/// basic-pitch on one window of sound, and on four.
fn basic_pitch(models: &Models) {
    let package = models.basic_pitch(Packager::write_dir);
    let mut bare = bare_basic_pitch();
    for windows in [1, 4] {
        let x = wave(&[windows, WINDOW, 1]);
        for executor in ["auto", "pool", "caller", "single-threaded"] {
            let model = cpu().backend_option("tensorflow.executor", executor).load(&package).unwrap();
            let name =
                format!("tf/basic-pitch on {windows} window(s), {executor}, against the default session");
            against(&name, &model, &mut bare, "input_2", &x);
        }
    }
}

/// basic-pitch from a directory and from a stored zip.
fn load(models: &Models) {
    for (form, package) in [
        ("directory", models.basic_pitch(Packager::write_dir)),
        ("stored zip", models.basic_pitch(Packager::write)),
    ] {
        let name = format!("tf/load of a {form} against TF_LoadSessionFromSavedModel");
        compare(&name, || drop(load_on_cpu(&package)), || drop(bare_basic_pitch()));
    }
}

fn against(name: &str, model: &Neuropod, bare: &mut BareSession, input: &str, x: &Tensor) {
    let dims: Vec<_> = x.dims().iter().map(|dim| *dim as i64).collect();
    let fed = [(&*dims, x.as_slice::<f32>().unwrap())];
    let outputs = model.infer([(input, x)]).unwrap();
    bare.run(&fed, |index, expected| {
        let out = outputs.iter().nth(index).unwrap().1.as_slice::<f32>().unwrap();
        let near = |(a, b): (&f32, &f32)| (a - b).abs() <= 1e-4 + 1e-4 * b.abs();
        assert!(out.iter().zip(expected).all(near), "{name}: the results differ");
    })
    .unwrap();
    compare(
        name,
        || drop(black_box(model.infer([(input, x)]).unwrap())),
        || {
            let seen = |_, out: &[f32]| {
                black_box(out.as_ptr());
            };
            bare.run(&fed, seen).unwrap();
        },
    );
}

fn cpu() -> LoadOptions {
    Neuropod::options().device(Device::Cpu).backend(neuropod_backend_tf::backend())
}

fn load_on_cpu(package: &Path) -> Neuropod {
    cpu().load(package).unwrap()
}

/// Some float32 numbers, which start at a multiple of 64 bytes.
fn wave(dims: &[usize]) -> Tensor {
    let length: usize = dims.iter().product();
    let mut wave = Tensor::zeros(DType::Float32, dims).unwrap();
    let elements = wave.as_mut_slice::<f32>().unwrap();
    (0..length).for_each(|index| elements[index] = (index as f32 * 0.05).sin());
    wave
}

fn bare_basic_pitch() -> BareSession {
    let outputs = ["StatefulPartitionedCall:0", "StatefulPartitionedCall:1", "StatefulPartitionedCall:2"];
    let folder = basic_pitch_model();
    BareSession::load_saved_model(&folder, DEFAULT_CONFIG, &["serving_default_input_2:0"], &outputs).unwrap()
}

fn basic_pitch_model() -> PathBuf {
    std::env::var_os("NEUROPOD_BASIC_PITCH_MODEL")
        .expect("basic-pitch is missing: use `cargo xtask exec`")
        .into()
}

/// The graphs of `python/make_tf_models.py`, in a folder of their own.
struct Models(TempDir);

impl Models {
    fn make() -> Self {
        Models(make_models("make_tf_models.py"))
    }

    fn graph(&self, name: &str) -> PathBuf {
        self.0.path().join(name).with_extension("pb")
    }

    fn bare(&self, name: &str, config: &[u8], inputs: &[&str]) -> BareSession {
        let graph = std::fs::read(self.graph(name)).unwrap();
        BareSession::import(&graph, config, inputs, &["out"]).unwrap()
    }

    fn chosen_executor(&self, name: &str) -> String {
        chosen_executor(&std::fs::read(self.graph(name)).unwrap(), &["out"]).unwrap()
    }

    fn chosen_config(&self, name: &str) -> Vec<u8> {
        session_config(&self.chosen_executor(name)).unwrap()
    }

    /// A package of a graph with these inputs, by name and rank, and `out`.
    fn package(&self, name: &str, inputs: &[(&str, usize)], out_rank: usize) -> PathBuf {
        let path = self.0.path().join(name).with_extension("neuropod");
        let nodes = inputs.iter().map(|(input, _)| *input).chain(["out"]);
        let nodes: Vec<_> = nodes.map(|node| format!("\"{node}\": \"{node}:0\"")).collect();
        let config = format!("{{\"node_name_mapping\": {{{}}}}}", nodes.join(", "));
        let packager = Packager::new(name, "tensorflow")
            .file("0/data/model.pb", self.graph(name))
            .bytes("0/config.json", config)
            .output(any("out", out_rank));
        let packager =
            inputs.iter().fold(packager, |packager, (input, rank)| packager.input(any(input, *rank)));
        packager.write_dir(&path).unwrap();
        path
    }

    /// A package of basic-pitch.
    fn basic_pitch(&self, write: impl FnOnce(Packager, PathBuf) -> neuropod::Result<()>) -> PathBuf {
        let folder = tempfile::tempdir_in(self.0.path()).unwrap().keep();
        let path = folder.join("basic_pitch.neuropod");
        let files =
            ["saved_model.pb", "variables/variables.index", "variables/variables.data-00000-of-00001"];
        let packager = Packager::new("basic_pitch", "tensorflow")
            .compression(Compression::Store)
            .input(TensorSpec::new("input_2", DType::Float32, [Dim::Any, WINDOW.into(), 1.into()]));
        let packager = ["contour", "note", "onset"]
            .iter()
            .fold(packager, |packager, name| packager.output(any(name, 3)));
        let packager = files.iter().fold(packager, |packager, file| {
            packager.file(format!("0/data/savedmodel/{file}"), basic_pitch_model().join(file))
        });
        write(packager, path.clone()).unwrap();
        path
    }
}

fn any(name: &str, rank: usize) -> TensorSpec {
    TensorSpec::new(name, DType::Float32, vec![Dim::Any; rank])
}
