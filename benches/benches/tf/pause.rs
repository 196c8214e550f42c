//! What a call costs after a pause, in which the framework's threads may have gone to sleep.

use std::time::Duration;

use criterion::Criterion;
use neuropod::DType;
use neuropod_backend_tf::bench::BareOptions;
use neuropod_benches::models::{Models, inputs};
use neuropod_benches::{Comparison, Pause, call};

use crate::reference::{self, DEFAULT, session};
use crate::{linked, subject};

pub(crate) fn run(criterion: &mut Criterion, models: &Models) {
    let model = linked().load(models.package("small")).unwrap();
    let inputs = inputs("small");
    let session = session(models, "small", &BareOptions::default());
    let pause = Duration::from_millis(1);
    for (case, pause) in [
        ("1 ms of work between calls", Pause::Work(pause)),
        ("1 ms of sleep between calls", Pause::Sleep(pause)),
    ] {
        let mut caller = session.caller();
        Comparison::new(subject("pause", case))
            .pause(pause)
            .reference(DEFAULT, || reference::call(&mut caller, DType::Float32))
            .way("Rust", || call(&model, &inputs))
            .run(criterion);
    }
}
