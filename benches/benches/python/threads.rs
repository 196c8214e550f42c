//! How many calls several threads make of one model.

use neuropod_benches::models::{Models, PERCEPTRON, inputs};
use neuropod_benches::{Throughput, call, is_wanted};

use crate::reference::{Bare, PYO3};
use crate::{linked, subject};

pub(crate) fn run(models: &Models) {
    if !is_wanted("python/threads") {
        return;
    }
    let model = linked().load(models.package(PERCEPTRON)).unwrap();
    let (bare, inputs) = (Bare::of(models, PERCEPTRON), inputs(PERCEPTRON));
    let throughput = Throughput {
        ours: &|| Box::new(|| call(&model, &inputs)),
        reference: PYO3,
        theirs: &|| Box::new(|| bare.call()),
    };
    throughput.run("Rust", |threads| subject("threads", PERCEPTRON).at(threads));
}
