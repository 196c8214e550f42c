//! What one call costs.

use std::sync::Arc;

use criterion::Criterion;
use neuropod::backend::Backend;
use neuropod_backend_tf::bench::BareOptions;
use neuropod_benches::models::{CASES, Framework, Models, inputs};
use neuropod_benches::{Comparison, call, infer, is_wanted, plugin};

use crate::reference::{self, DEFAULT, SAME, assert_same, same_options, session};
use crate::{linked, subject};

pub(crate) fn run(criterion: &mut Criterion, models: &Models) {
    if is_wanted("tf/call") {
        let plugin = plugin::of_framework(Framework::Tf);
        for name in CASES.into_iter().chain([Framework::Tf.real_model()]) {
            case(criterion, models, &plugin, name);
        }
    }
}

fn case(criterion: &mut Criterion, models: &Models, plugin: &Arc<dyn Backend>, name: &str) {
    let (package, inputs) = (models.package(name), inputs(name));
    let model = linked().load(&package).unwrap();
    let plugged = linked().backend(Arc::clone(plugin)).load(&package).unwrap();
    let unchecked = linked().validate(false).load(&package).unwrap();
    let default = session(models, name, &BareOptions::default());
    let same = (name == "small").then(|| session(models, name, &same_options(models, name, None)));
    let (mut default, mut same) = (default.caller(), same.as_ref().map(|session| session.caller()));
    let outputs = infer(&model, &inputs);
    let dtype = outputs.iter().next().unwrap().1.dtype();
    for model in [&plugged, &unchecked] {
        assert_eq!(infer(model, &inputs), outputs);
    }
    assert_same(&mut default, &outputs);
    let mut comparison = Comparison::new(subject("call", name))
        .reference(DEFAULT, || reference::call(&mut default, dtype))
        .way("Rust", || call(&model, &inputs))
        .way("Rust, plugin", || call(&plugged, &inputs));
    if let Some(same) = &mut same {
        assert_same(same, &outputs);
        comparison = comparison
            .reference(SAME, move || reference::call(same, dtype))
            .way("Rust, without validation", || call(&unchecked, &inputs));
    }
    comparison.run(criterion);
}
