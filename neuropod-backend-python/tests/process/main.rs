//! What concerns the whole process: which Python it runs, what it writes and keeps, and how it ends. Each
//! test runs in a process of its own, so that no other has a part in it.

#[path = "../../../neuropod-test-utils/tests/support/child.rs"]
mod child;
#[path = "../support/fixtures.rs"]
mod fixtures;
#[path = "../support/mod.rs"]
mod support;

mod alone;
mod environment;
mod finding;
mod fork;
mod memory;
mod output;
mod the_end;

use neuropod_core::{DType, Model, Result};

use support::{any, call, f32s, function, infer, load_code, strings, vector};

/// The environment that the tests run with.
fn environment() -> std::path::PathBuf {
    let environment = std::env::var_os("VIRTUAL_ENV").expect("an active environment with NumPy");
    environment.into()
}

fn addition() -> Result<Box<dyn Model>> {
    load_code(
        &function("def model(x, y): return {'out': x + y}"),
        &[f32s("x", 1), f32s("y", 1)],
        &[f32s("out", 1)],
    )
}

fn add(model: &dyn Model) {
    let outputs = infer(model, [("x", &vector(&[1.0])), ("y", &vector(&[2.0]))]).unwrap();
    assert_eq!(outputs["out"], vector(&[3.0]));
}

/// The text that an expression has in a model.
fn told(imports: &str, expression: &str) -> String {
    let code = function(&format!("{imports}\n\ndef model(): return {{'out': str({expression})}}"));
    let model =
        load_code(&code, &[], &[any("out", DType::String, 0)]).unwrap_or_else(|error| panic!("{error:?}"));
    let outputs = call(&*model).unwrap_or_else(|error| panic!("{error:?}"));
    strings(&outputs, "out")[0].to_owned()
}
