//! What one call costs.

use std::fs;
use std::sync::Arc;

use criterion::Criterion;
use neuropod::backend::Backend;
use neuropod_benches::models::{CASES, Framework, Models, inputs};
use neuropod_benches::{Comparison, call, infer, is_wanted, plugin};

use crate::reference::{self, LIBTORCH, arguments, assert_same, module};
use crate::{linked, subject};

pub(crate) fn run(criterion: &mut Criterion, models: &Models) {
    if is_wanted("torch/call") {
        let plugin = plugin::of_framework(Framework::Torch);
        assert_libtorch_is_shared();
        for name in CASES.into_iter().chain([Framework::Torch.real_model()]) {
            case(criterion, models, &plugin, name);
        }
    }
}

fn case(criterion: &mut Criterion, models: &Models, plugin: &Arc<dyn Backend>, name: &str) {
    let (package, inputs) = (models.package(name), inputs(name));
    let model = linked().load(&package).unwrap();
    let plugged = linked().backend(Arc::clone(plugin)).load(&package).unwrap();
    let unchecked = linked().validate(false).load(&package).unwrap();
    let (bare, arguments) = (module(models, name), arguments(&inputs));
    // Models that have a state return the same in their first call alone.
    for model in [&model, &plugged, &unchecked] {
        assert_same(&module(models, name), &arguments, &infer(model, &inputs));
    }
    let mut comparison = Comparison::new(subject("call", name))
        .reference(LIBTORCH, || reference::run(&bare, &arguments))
        .way("Rust", || call(&model, &inputs))
        .way("Rust, plugin", || call(&plugged, &inputs));
    if name == "small" {
        comparison = comparison.way("Rust, without validation", || call(&unchecked, &inputs));
    }
    comparison.run(criterion);
}

/// Panics if the plugin brought a second libtorch into the process.
fn assert_libtorch_is_shared() {
    let maps = fs::read_to_string("/proc/self/maps").unwrap();
    let names = maps.lines().filter_map(|line| line.split_whitespace().nth(5));
    let mut libraries: Vec<_> = names.filter(|name| name.ends_with("/libtorch_cpu.so")).collect();
    libraries.sort_unstable();
    libraries.dedup();
    assert_eq!(libraries.len(), 1, "libtorch is in the process more than once: {libraries:?}");
}
