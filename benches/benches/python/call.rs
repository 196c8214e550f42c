//! What one call costs.

use std::sync::Arc;

use criterion::Criterion;
use neuropod::backend::Backend;
use neuropod_benches::models::{CASES, Framework, Models, inputs};
use neuropod_benches::{Comparison, call, infer, is_wanted, plugin};

use crate::reference::{Bare, PYO3};
use crate::{linked, subject};

pub(crate) fn run(criterion: &mut Criterion, models: &Models) {
    if is_wanted("python/call") {
        let plugin = plugin::of_framework(Framework::Python);
        for name in CASES.into_iter().chain([Framework::Python.real_model()]) {
            case(criterion, models, &plugin, name);
        }
    }
}

fn case(criterion: &mut Criterion, models: &Models, plugin: &Arc<dyn Backend>, name: &str) {
    let (package, inputs) = (models.package(name), inputs(name));
    let model = linked().load(&package).unwrap();
    let plugged = linked().backend(Arc::clone(plugin)).load(&package).unwrap();
    let unchecked = linked().validate(false).load(&package).unwrap();
    let bare = Bare::of(models, name);
    let outputs = infer(&model, &inputs);
    for model in [&plugged, &unchecked] {
        assert_eq!(infer(model, &inputs), outputs);
    }
    bare.assert_same(&outputs);
    let comparison = Comparison::new(subject("call", name))
        .reference(PYO3, || bare.call())
        .way("Rust", || call(&model, &inputs))
        .way("Rust, plugin", || call(&plugged, &inputs));
    match name {
        "small" => comparison.way("Rust, without validation", || call(&unchecked, &inputs)),
        _ => comparison,
    }
    .run(criterion);
}
