//! What concerns the whole process: what it writes, finds and keeps, and how it ends. Each test runs
//! in a process of its own, so that no other has a part in it.

#[path = "../../../neuropod-test-utils/tests/support/child.rs"]
mod child;
#[allow(clippy::duplicate_mod, reason = "both parts read what one script wrote")]
#[path = "../support/fixtures.rs"]
mod fixtures;
#[path = "../support/mod.rs"]
mod support;

mod alone;
mod custom_ops;
mod damage;
mod finding;
mod fork;
mod memory;
mod output;
mod the_end;

use neuropod_core::Model;

use support::{f32s, infer, load, numbers, vector};

fn addition() -> Box<dyn Model> {
    load("Addition", &[f32s("x", 1), f32s("y", 1)], &[f32s("out", 1)])
}

fn add(model: &dyn Model) {
    let outputs = infer(model, [("x", &vector(&[1.0])), ("y", &vector(&[2.0]))]).unwrap();
    assert_eq!(numbers(&outputs, "out"), [3.0]);
}
