//! What a process with models writes.

use crate::alone::{as_it_is, succeeds, text};
use crate::support::{any, call, f32s, files, infer, load, load_source, source_of, strings, vector};
use crate::{add, addition};
use neuropod_core::DType;

#[test]
fn nothing_is_written_by_itself() {
    let output = succeeds("output::nothing_is_written_by_itself", as_it_is, || {
        add(&*addition().unwrap());
        let code = "import torch\nimport warnings\n\nclass Model(torch.nn.Module):\n    def forward(self, x): return {'out': x + 1}\n\n\
                    def get_model(data): return Model()\n";
        let module = load_source(source_of(files(code), &[f32s("x", 1)], &[f32s("out", 1)])).unwrap();
        let after_torch = crate::told("import warnings", "warnings.filters");
        for _ in 0..3 {
            infer(&*module, [("x", vector(&[1.0]))]).unwrap();
        }
        // Importing PyTorch adds filters of its own; running models adds none.
        assert_eq!(crate::told("import warnings", "warnings.filters"), after_torch);
    });
    let Some(output) = output else { return };
    assert_eq!(text(&output.stderr), "");
}

#[test]
fn what_models_print_arrives_in_order_and_by_itself() {
    let output = succeeds("output::what_models_print_arrives_in_order_and_by_itself", as_it_is, || {
        let model = load(
            "import sys\nprint('loaded', end='!\\n')\n\ndef model():\n    print('called')\n    print('warned', file=sys.stderr)\n    return {'out': 'x'}",
            &[],
            &[any("out", DType::String, 0)],
        );
        println!("from Rust");
        assert_eq!(strings(&call(&*model).unwrap(), "out"), ["x"]);
        Box::leak(Box::new(model));
    });
    let Some(output) = output else { return };
    let stdout = text(&output.stdout);
    assert!(stdout.contains("loaded!\nfrom Rust\ncalled\n"), "{stdout}");
    assert_eq!(text(&output.stderr), "warned\n");
}

#[test]
fn an_unfinished_line_is_written_when_the_model_is_dropped() {
    let output =
        succeeds("output::an_unfinished_line_is_written_when_the_model_is_dropped", as_it_is, || {
            let model = load(
                "def model():\n    print('unfinished', end='')\n    return {'out': 1.0}",
                &[],
                &[f32s("out", 0)],
            );
            call(&*model).unwrap();
            drop(model);
        });
    let Some(output) = output else { return };
    assert!(text(&output.stdout).contains("unfinished"));
}

#[test]
fn an_exception_in_a_models_thread_is_told_on_standard_error() {
    let output = succeeds(
        "output::an_exception_in_a_models_thread_is_told_on_standard_error",
        as_it_is,
        || {
            let model = load(
                "import sys, threading\n\ndef model():\n    for target in (sys.exit, lambda: 1 / 0):\n        \
             thread = threading.Thread(target=target)\n        thread.start()\n        thread.join()\n    return {'out': 1.0}",
                &[],
                &[f32s("out", 0)],
            );
            call(&*model).unwrap();
            call(&*model).unwrap();
        },
    );
    let Some(output) = output else { return };
    let stderr = text(&output.stderr);
    assert_eq!(stderr.matches("ZeroDivisionError: division by zero").count(), 2, "{stderr}");
    assert!(!stderr.contains("SystemExit"), "{stderr}");
}
