//! How the cost of a call grows with the size and the number of tensors.

use criterion::Criterion;
use neuropod::{Outputs, Tensor};
use neuropod_benches::models::Models;
use neuropod_benches::{Growth, WithCall};

use crate::linked;
use crate::reference::{self, LIBTORCH, arguments, assert_same, module};

pub(crate) fn run(criterion: &mut Criterion, models: &Models) {
    let bare = |name: &str, inputs: &[(String, Tensor)], outputs: &Outputs, with_call: WithCall<'_>| {
        let (bare, arguments) = (module(models, name), arguments(inputs));
        assert_same(&bare, &arguments, outputs);
        with_call(&mut || reference::run(&bare, &arguments));
    };
    Growth { models, options: linked(), reference: LIBTORCH, bare: &bare }.run(criterion);
}
