//! What a user reads when a model fails.

use std::error::Error as _;
use std::sync::atomic::Ordering;

use neuropod_backend_python::PythonError;
use neuropod_core::{Error, ErrorKind, Model};
use neuropod_test_utils::MemoryFiles;

use crate::state::counted;
use crate::support::{
    CONFIG, assert_says, call, f32s, failure, files, infer, load, load_code, load_source, numbers, source_of,
    vector,
};

/// A model that raises if its input is negative, and works otherwise.
fn raises(lines: &str) -> Box<dyn Model> {
    load(
        &format!(
            "import sys\n\ndef fail():\n    {lines}\n\ndef model(x):\n    if x[0] < 0:\n        fail()\n    \
             return {{'out': x}}"
        ),
        &[f32s("x", 1)],
        &[f32s("out", 1)],
    )
}

fn error_of(lines: &str) -> Error {
    let model = raises(lines);
    let error = failure(&*model, [("x", vector(&[-1.0]))]);
    let outputs = infer(&*model, [("x", vector(&[1.0]))]).expect("the model works afterwards");
    assert_eq!(numbers::<f32>(&outputs, "out"), [1.0]);
    assert_eq!(error.kind(), ErrorKind::Model, "{error}");
    assert!(!error.to_string().contains('\n'), "{error}");
    let whole = format!("{error:?}");
    for ours in ["<neuropod>", "_neuropod_package_", "frozen importlib"] {
        assert!(!whole.contains(ours), "{whole}");
    }
    error
}

/// The traceback, among all that `Debug` prints.
fn traceback(error: &Error) -> String {
    match error.source().and_then(|source| source.downcast_ref::<PythonError>()) {
        Some(PythonError::Model(exception) | PythonError::Load(exception)) => exception.traceback.clone(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn an_exception_arrives_with_its_class_text_and_traceback() {
    let error = error_of("raise ValueError('no negative numbers')");
    assert_says(&error, ErrorKind::Model, &["ValueError: no negative numbers"]);
    let traceback = traceback(&error);
    assert!(traceback.contains("model.py\", line 6, in fail"), "{traceback}");
    assert!(traceback.contains("model.py\", line 10, in model"), "{traceback}");
    assert!(traceback.contains("raise ValueError('no negative numbers')"), "{traceback}");
    assert!(format!("{error:?}").contains("in fail"), "{error:?}");
}

#[test]
fn exceptions_of_every_kind_are_errors() {
    for (line, class) in [
        ("1 / 0", "ZeroDivisionError: division by zero"),
        ("fail()", "RecursionError: maximum recursion depth exceeded"),
        ("raise KeyboardInterrupt", "KeyboardInterrupt"),
        ("sys.exit(3)", "SystemExit: 3"),
        ("raise SystemExit", "SystemExit"),
        ("raise GeneratorExit", "GeneratorExit"),
        ("raise StopIteration", "StopIteration"),
        ("raise MemoryError", "MemoryError"),
        ("assert False, 'never'", "AssertionError: never"),
        ("raise type('Own', (Exception,), {'__module__': 'somewhere'})('text')", "somewhere.Own: text"),
        ("import numpy.nothing", "ModuleNotFoundError: No module named 'numpy.nothing'"),
        ("raise 5", "TypeError: exceptions must derive from BaseException"),
        ("raise ValueError('lone \\ud800 surrogate')", "ValueError: lone"),
        ("raise ValueError('nul \\0 within')", "ValueError: nul"),
        ("raise ValueError('first line\\nsecond line')", "ValueError: first line"),
        ("raise ValueError", "ValueError"),
        ("exec('x = = 1')", "SyntaxError: invalid syntax"),
        ("b'\\xff'.decode()", "UnicodeDecodeError"),
    ] {
        if class.starts_with("ExceptionGroup")
            && neuropod_backend_python::backend().info().version.starts_with("3.10")
        {
            continue;
        }
        assert_says(&error_of(line), ErrorKind::Model, &[class]);
    }
}

#[test]
fn exceptions_that_cannot_be_described_are_errors_all_the_same() {
    for raised in ["ValueError('x')", "KeyboardInterrupt", "SystemExit(1)", "MemoryError"] {
        let error = error_of(&format!(
            "class Odd(Exception):\n        def __str__(self): raise {raised}\n        __repr__ = __str__\n    raise Odd()"
        ));
        assert_says(&error, ErrorKind::Model, &["Odd: its text cannot be made"]);
    }
    let error = error_of("class Odd(Exception):\n        __module__ = None\n    raise Odd('text')");
    assert_says(&error, ErrorKind::Model, &["Odd", "text"]);
}

#[test]
fn chained_exceptions_are_all_told() {
    let error = error_of(
        "try:\n        {}['key']\n    except KeyError as cause:\n        raise ValueError('outer') from cause",
    );
    let traceback = traceback(&error);
    for part in ["KeyError: 'key'", "direct cause", "ValueError: outer"] {
        assert!(traceback.contains(part), "{part}: {traceback}");
    }
}

#[test]
fn groups_of_exceptions_are_told_with_their_members() {
    if neuropod_backend_python::backend().info().version.starts_with("3.10.") {
        return; // that Python has no groups
    }
    let error = error_of(
        "raise ExceptionGroup('several', [ValueError('one'), ExceptionGroup('more', [KeyError('two')])])",
    );
    assert_says(&error, ErrorKind::Model, &["ExceptionGroup: several"]);
    let traceback = traceback(&error);
    assert!(traceback.contains("ValueError: one") && traceback.contains("KeyError: 'two'"), "{traceback}");
}

#[test]
fn a_class_of_the_package_is_named_as_its_author_knows_it() {
    let model = load(
        "class OwnError(Exception): pass\n\ndef model(): raise OwnError(OwnError)",
        &[],
        &[f32s("out", 1)],
    );
    let error = call(&*model).unwrap_err();
    assert_says(&error, ErrorKind::Model, &["model.OwnError: <class 'model.OwnError'>"]);
}

fn broken(code: &str) -> Error {
    let error = load_code(code, &[f32s("x", 1)], &[f32s("out", 1)]).expect_err(code);
    let whole = format!("{error:?}");
    assert!(!whole.contains("_neuropod_package_") && !whole.contains("<neuropod>"), "{whole}");
    assert_eq!(error.context("model"), Some("test"), "{error}");
    error
}

#[test]
fn a_module_that_cannot_be_imported_says_why_and_where() {
    for (code, parts, line) in [
        ("def get_model(data:\n    pass", &["SyntaxError"][..], "model.py\", line 1"),
        (
            "import nowhere_at_all",
            &["ModuleNotFoundError: No module named 'nowhere_at_all'"],
            "model.py\", line 1",
        ),
        ("from . import nowhere", &["ImportError", "'nowhere'"], "model.py\", line 1"),
        ("from .nowhere import x", &["ModuleNotFoundError: No module named 'nowhere'"], "model.py\", line 1"),
        ("from numpy import nothing", &["ImportError", "'nothing'", "'numpy'"], "model.py\", line 1"),
        ("x = 1\n1 / 0", &["ZeroDivisionError"], "model.py\", line 2"),
        ("import sys\nsys.exit(0)", &["SystemExit: 0"], "model.py\", line 2"),
        ("import model.deeper", &["ModuleNotFoundError", "'model.deeper'", "not a package"], "line 1"),
    ] {
        let error = broken(code);
        assert_says(&error, ErrorKind::Load, parts);
        assert!(error.message().starts_with("cannot load the Python model: "), "{error}");
        let traceback = traceback(&error);
        assert!(traceback.contains(line), "{line}: {traceback}");
    }
}

#[test]
fn an_entrypoint_that_is_no_function_or_fails_is_an_error() {
    let error = broken("def other(data): pass");
    assert_says(
        &error,
        ErrorKind::Load,
        &["AttributeError", "the module `model` has no function `get_model`"],
    );
    let error = broken("get_model = 5");
    assert_says(&error, ErrorKind::Load, &["`get_model` of the module `model` is int, and no function"]);
    let error = broken("def get_model(data): return None");
    assert_says(
        &error,
        ErrorKind::InvalidPackage,
        &["the entrypoint returned NoneType", "function or an nn.Module"],
    );
    let error = broken("def get_model(data): return {}");
    assert_says(&error, ErrorKind::InvalidPackage, &["returned dict"]);
    let error = broken("def get_model(data):\n    return open(data + '/weights')");
    assert_says(&error, ErrorKind::Load, &["FileNotFoundError", "weights"]);
    assert!(traceback(&error).contains("line 2, in get_model"));
    let error = broken("def get_model(): pass");
    assert_says(&error, ErrorKind::Load, &["TypeError: get_model() takes 0 positional arguments"]);
}

#[test]
fn a_package_without_what_its_configuration_names_is_an_error() {
    let source = |files: MemoryFiles| source_of(files, &[], &[]);
    let error = load_source(source(MemoryFiles::new().file("0/config.json", CONFIG).file("0/code/a.py", "")))
        .unwrap_err();
    assert_says(&error, ErrorKind::Load, &["ModuleNotFoundError: No module named 'model'"]);
    let error = load_source(source(MemoryFiles::new().file("0/config.json", CONFIG).file("0/data/a", "")))
        .unwrap_err();
    assert_says(&error, ErrorKind::NotFound, &["no folder `0/code`"]);
    let error = load_source(source(MemoryFiles::new().file("0/code/model.py", ""))).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound, "{error}");
    let error = load_source(source(files("").file("0/config.json", "{}"))).unwrap_err();
    assert_says(&error, ErrorKind::InvalidPackage, &["entrypoint_package"]);
}

#[test]
fn parameters_that_do_not_fit_the_spec_are_found_when_the_model_is_loaded() {
    for (parameters, part) in [
        ("y=None, *, z=1", "no parameter for the input `x`; it has `y`, `z`"),
        ("", "no parameter for the input `x`; it has none"),
        ("x, /", "no parameter for the input `x`"),
        ("*args", "no parameter for the input `x`"),
        ("x, y", "needs the parameter `y`, which is no input"),
        ("x, *, y", "needs the parameter `y`, which is no input"),
        ("y, **others", "needs the parameter `y`, which is no input"),
        ("y, /, **others", "needs the parameter `y`"),
    ] {
        let error = broken(&format!("def get_model(data):\n    return lambda {parameters}: {{}}"));
        assert_says(&error, ErrorKind::InvalidSpec, &[part]);
    }
    let error =
        broken("class Model:\n    def __call__(self, wrong): pass\n\ndef get_model(data): return Model()");
    assert_says(&error, ErrorKind::InvalidSpec, &["`x`"]);
}

#[test]
fn a_load_that_fails_leaves_nothing_behind() {
    let folder = tempfile::tempdir().unwrap();
    let marker = folder.path().join("gone");
    for (round, end) in
        ["1 / 0", "def get_model(data): mark / 0", "get_model = None", "def get_model(data): pass"]
            .into_iter()
            .enumerate()
    {
        broken(&format!(
            "class Mark:\n    def __del__(self, open=open, path={:?}):\n        \
             with open(path, 'a') as file: file.write('x')\n\nmark = Mark()\n{end}",
            marker.display().to_string()
        ));
        assert_eq!(std::fs::read_to_string(&marker).map_or(0, |text| text.len()), round + 1, "{end}");
    }
}

#[test]
fn an_exception_does_not_keep_the_callers_tensors() {
    let (x, drops) = counted(1 << 10);
    let fails = load("def model(x): raise ValueError(x)", &[f32s("x", 1)], &[f32s("out", 1)]);
    let error = failure(&*fails, [("x", x)]);
    assert_eq!(drops.load(Ordering::SeqCst), 1, "{error}");
}
