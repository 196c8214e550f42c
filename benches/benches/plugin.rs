//! What it costs to cross the plugin interface: the fake backend as a plugin beside the same backend linked in.
//!
//! Needs no framework: `cargo bench -p neuropod-benches --bench plugin`.

use std::hint::black_box;
use std::sync::Arc;

use criterion::Criterion;
use neuropod_benches::models::{TENSOR_COUNTS, floats, inputs, interface};
use neuropod_benches::{Comparison, Subject, as_inputs, criterion, plugin};
use neuropod_core::{Backend, Model, ModelOptions, Tensor};
use neuropod_test_utils::fake::{self, FakeBackend};

fn main() {
    let mut criterion = criterion();
    let built = plugin::build("neuropod-plugin", &["--example", "fake_plugin"], "examples", "fake_plugin");
    let plugin = neuropod_plugin::load(&built, None).expect("the plugin loads");
    let linked: Arc<dyn Backend> = Arc::new(FakeBackend::new());
    let both = [&*plugin, &*linked];

    compare(both, "small", "out = add x y", Subject::new("plugin", "2 inputs, 1 output"), &mut criterion);
    for count in TENSOR_COUNTS {
        let subject = Subject::new("plugin", "tensors").at(count);
        compare(both, &format!("tensors-{count}"), "out = x0", subject, &mut criterion);
    }
    large(&*plugin, &mut criterion);
    criterion.final_summary();
}

/// A model as a plugin runs it, beside the same linked in.
fn compare(
    [plugin, linked]: [&dyn Backend; 2],
    model: &str,
    program: &str,
    subject: Subject,
    criterion: &mut Criterion,
) {
    let (plugin, linked) = (load(plugin, model, program), load(linked, model, program));
    let tensors = inputs(model);
    Comparison::new(subject)
        .reference("linked", || call(&*linked, &tensors))
        .way("plugin", || call(&*plugin, &tensors))
        .run(criterion);
}

/// A model that returns its input, which takes no longer for more memory.
fn large(plugin: &dyn Backend, criterion: &mut Criterion) {
    let model = load(plugin, "large", "out = x");
    let named = |tensor| [("x".to_owned(), tensor)];
    let (large, small) = (named(floats(16 << 20)), named(floats(1)));
    let outputs = model.infer(&as_inputs(&large), &[]).expect("the model runs");
    assert_eq!(outputs["out"].bytes().as_ptr(), large[0].1.bytes().as_ptr(), "the memory was copied");
    Comparison::new(Subject::new("plugin", "64 MiB against 4 B"))
        .reference("4 B", || call(&*model, &small))
        .way("plugin", || call(&*model, &large))
        .run(criterion);
}

fn load(backend: &dyn Backend, model: &str, program: &str) -> Box<dyn Model> {
    let interface = interface(model);
    let source = fake::source(interface.inputs, interface.outputs, program);
    backend.load(source, &ModelOptions::new()).expect("the model loads")
}

fn call(model: &dyn Model, tensors: &[(String, Tensor)]) {
    black_box(model.infer(black_box(&as_inputs(tensors)), &[]).expect("the model runs"));
}
