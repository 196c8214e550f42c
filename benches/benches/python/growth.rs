//! How the cost of a call grows with the size and the number of tensors.

use criterion::Criterion;
use neuropod::{Outputs, Tensor};
use neuropod_benches::models::Models;
use neuropod_benches::{Growth, WithCall};

use crate::linked;
use crate::reference::{Bare, PYO3};

pub(crate) fn run(criterion: &mut Criterion, models: &Models) {
    let bare = |name: &str, inputs: &[(String, Tensor)], outputs: &Outputs, with_call: WithCall<'_>| {
        let bare = Bare::with(models, name, inputs);
        bare.assert_same(outputs);
        with_call(&mut || bare.call());
    };
    Growth { models, options: linked(), reference: PYO3, bare: &bare }.run(criterion);
}
