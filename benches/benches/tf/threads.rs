//! How many calls several threads make of one model.

use neuropod::DType;
use neuropod_benches::models::{Models, PERCEPTRON, inputs};
use neuropod_benches::{Throughput, call, is_wanted};

use crate::reference::{self, SAME, same_options, session};
use crate::{linked, subject};

pub(crate) fn run(models: &Models) {
    if !is_wanted("tf/threads") {
        return;
    }
    let model = linked().intra_op_threads(1).load(models.package(PERCEPTRON)).unwrap();
    let session = session(models, PERCEPTRON, &same_options(models, PERCEPTRON, Some(1)));
    let inputs = inputs(PERCEPTRON);
    let throughput = Throughput {
        ours: &|| Box::new(|| call(&model, &inputs)),
        reference: SAME,
        theirs: &|| {
            let mut caller = session.caller();
            Box::new(move || reference::call(&mut caller, DType::Float32))
        },
    };
    throughput.run("Rust", |threads| subject("threads", PERCEPTRON).at(threads));
}
