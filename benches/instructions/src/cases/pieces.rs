//! What a call is made of: inputs before it, outputs after it.

use std::array;
use std::hint::black_box;

use neuropod_core::{Inputs, IntoInputs, Outputs, Tensor};

use super::{Case, forever};

const MANY: usize = 100;

pub(super) fn cases() -> Vec<Case> {
    let x = forever(Tensor::scalar(1.0f32));
    let names: &[String; MANY] = forever(array::from_fn(|index| format!("x{index}")));
    let pairs = forever(names.each_ref().map(|name| (&**name, x)));
    let outputs: Outputs = ["first", "second", "out"].map(|name| (name, x.clone())).into_iter().collect();
    vec![
        Case::new("inputs: 2 pairs", move || black_box([("x", x), ("y", x)]).into_inputs()),
        Case::new("inputs: 100 pairs", move || (*black_box(pairs)).into_inputs()),
        Case::new("inputs: 2, one by one", move || {
            let mut inputs = Inputs::new();
            let pushed = [inputs.push(black_box("x"), x), inputs.push(black_box("y"), x)];
            (inputs, pushed)
        }),
        Case::new("outputs: the third of 3 by name", move || {
            black_box(black_box(&outputs).get(black_box("out")));
        }),
    ]
}
