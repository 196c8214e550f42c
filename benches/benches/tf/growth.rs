//! How the cost of a call grows with the size and the number of tensors.

use criterion::Criterion;
use neuropod::{DType, Outputs, Tensor};
use neuropod_backend_tf::bench::BareOptions;
use neuropod_benches::models::Models;
use neuropod_benches::{Growth, WithCall};

use crate::linked;
use crate::reference::{self, DEFAULT, assert_same, session_for};

pub(crate) fn run(criterion: &mut Criterion, models: &Models) {
    let bare = |name: &str, inputs: &[(String, Tensor)], outputs: &Outputs, with_call: WithCall<'_>| {
        let session = session_for(models, name, &BareOptions::default(), inputs);
        let mut caller = session.caller();
        assert_same(&mut caller, outputs);
        with_call(&mut || reference::call(&mut caller, DType::Float32));
    };
    Growth { models, options: linked(), reference: DEFAULT, bare: &bare }.run(criterion);
}
