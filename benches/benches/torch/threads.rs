//! How many calls several threads make of one model, each on its own thread alone.

use neuropod_benches::models::{Models, PERCEPTRON, inputs};
use neuropod_benches::{Throughput, call, infer, is_wanted};

use crate::reference::{self, LIBTORCH, arguments, assert_same, module};
use crate::{linked, subject};

pub(crate) fn run(models: &Models) {
    if !is_wanted("torch/threads") {
        return;
    }
    let model = linked().load(models.package(PERCEPTRON)).unwrap();
    let inputs = inputs(PERCEPTRON);
    let bare = module(models, PERCEPTRON);
    assert_same(&bare, &arguments(&inputs), &infer(&model, &inputs));
    let throughput = Throughput {
        ours: &|| Box::new(|| call(&model, &inputs)),
        reference: LIBTORCH,
        theirs: &|| {
            let (bare, arguments) = (&bare, arguments(&inputs));
            Box::new(move || reference::run(bare, &arguments))
        },
    };
    throughput.run("Rust", |threads| subject("threads", PERCEPTRON).at(threads));
}
