//! What each executor of TensorFlow's makes of graphs of several kinds, beside the default session: how the backend's
//! choice of one was made.
//!
//! Needs TensorFlow: `cargo xtask exec -- cargo bench -p neuropod-benches --features tf --bench tf_executors`.
//! A part of a name after `--` measures what has it in its name: `-- 'executor/lstm of 16'`.

use std::path::{Path, PathBuf};
use std::process::Command;

use criterion::Criterion;
use neuropod::{DType, Device, Dim, GraphDef, LoadOptions, Neuropod, Packager, Tensor, TensorSpec};
use neuropod_backend_tf::bench::{BareOptions, BareSession, chosen_executor};
use neuropod_benches::models::{Framework, Models};
use neuropod_benches::{Comparison, Subject, call, criterion};

/// A graph of `python/make_tf_graphs.py` with one input: its axes after the batch, the output's rank,
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

const EXECUTORS: [&str; 4] = ["auto", "pool", "caller", "single-threaded"];

/// The samples that basic-pitch hears at a time, of sound of 22.05 kHz.
const WINDOW: usize = 43_844;

fn main() {
    let mut criterion = criterion();
    let folder = make_graphs();
    for Graph(name, axes, out_rank, batches) in &GRAPHS {
        let file = folder.path().join(name).with_extension("pb");
        let package = package(name, &file, axes.len() + 1, *out_rank);
        let graph = std::fs::read(file).unwrap();
        let chosen = chosen_executor(&graph, &["out"]).unwrap();
        for batch in *batches {
            let dims: Vec<_> = [*batch].iter().chain(*axes).copied().collect();
            let x = wave(&dims);
            let bare = BareSession::import(graph.clone(), &BareOptions::default(), &[("x", &x)], &["out"]);
            compare(
                &mut criterion,
                &format!("{name} of {batch}"),
                &chosen,
                &bare.unwrap(),
                &package,
                ("x", x),
            );
        }
    }
    basic_pitch(&mut criterion);
    criterion.final_summary();
}

/// basic-pitch on one window of sound, and on four.
fn basic_pitch(criterion: &mut Criterion) {
    let models = Models::of(Framework::Tf);
    let name = Framework::Tf.real_model();
    let outputs = [0, 1, 2].map(|index| format!("StatefulPartitionedCall:{index}"));
    for windows in [1, 4] {
        let x = wave(&[windows, WINDOW, 1]);
        let inputs = [("serving_default_input_2:0", &x)];
        let outputs = outputs.each_ref().map(String::as_str);
        let bare =
            BareSession::load_saved_model(&models.file(name), &BareOptions::default(), &inputs, &outputs);
        let case = format!("{name} on {windows} window(s)");
        compare(criterion, &case, "its choice", &bare.unwrap(), &models.package(name), ("input_2", x));
    }
}

/// Every executor beside the default session.
fn compare(
    criterion: &mut Criterion,
    case: &str,
    chosen: &str,
    bare: &BareSession,
    package: &Path,
    (input, x): (&str, Tensor),
) {
    let (inputs, mut caller) = ([(input.to_owned(), x)], bare.caller());
    let models = EXECUTORS.map(|executor| {
        let name = if executor == "auto" { format!("auto ({chosen})") } else { executor.to_owned() };
        (name, cpu().backend_option("tensorflow.executor", executor).load(package).unwrap())
    });
    let mut comparison = Comparison::new(Subject::new("executor", case).of("tf"))
        .reference("TensorFlow's C API, default options", || caller.run(|_, _| ()).unwrap());
    for (name, model) in &models {
        comparison = comparison.way(name, || call(model, &inputs));
    }
    comparison.run(criterion);
}

fn cpu() -> LoadOptions {
    Neuropod::options().device(Device::Cpu).backend(neuropod_backend_tf::backend())
}

/// A package of a graph with the input `x` and the output `out`, beside the graph.
fn package(name: &str, graph: &Path, in_rank: usize, out_rank: usize) -> PathBuf {
    let path = graph.with_extension("neuropod");
    let spec = |name, rank| TensorSpec::new(name, DType::Float32, vec![Dim::Any; rank]);
    Packager::tensorflow_graph(name, GraphDef::file(graph).node("x", "x").node("out", "out"))
        .input(spec("x", in_rank))
        .output(spec("out", out_rank))
        .write(&path)
        .unwrap();
    path
}

/// Some float32 numbers.
fn wave(dims: &[usize]) -> Tensor {
    let mut wave = Tensor::zeros(DType::Float32, dims).unwrap();
    let elements = wave.as_mut_slice::<f32>().unwrap();
    elements.iter_mut().enumerate().for_each(|(index, element)| *element = (index as f32 * 0.05).sin());
    wave
}

fn make_graphs() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("python/make_tf_graphs.py");
    let venv =
        std::env::var_os("VIRTUAL_ENV").expect("no virtual environment is active: use `cargo xtask exec`");
    let status = Command::new(Path::new(&venv).join("bin/python")).arg(script).arg(folder.path()).status();
    assert!(status.is_ok_and(|status| status.success()), "the graphs could not be made");
    folder
}
