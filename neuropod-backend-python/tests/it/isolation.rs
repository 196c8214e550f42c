//! Packages keep to themselves: their modules, what they import, and what they leave behind.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use neuropod_core::{DType, ErrorKind, Model, ModelFiles, ModelSource, TensorSpec};
use neuropod_test_utils::MemoryFiles;

use crate::support::{
    CONFIG, any, assert_says, call, cpu, load_source, load_with, numbers, returns, source_of, strings,
};

fn text() -> Vec<TensorSpec> {
    vec![any("out", DType::String, 0)]
}

fn package(files: &[(&str, &str)]) -> MemoryFiles {
    let start = MemoryFiles::new().file("0/config.json", CONFIG);
    files.iter().fold(start, |files, (name, code)| files.file(format!("0/code/{name}"), *code))
}

fn load(files: &[(&str, &str)]) -> Box<dyn Model> {
    load_source(source_of(package(files), &[], &text())).unwrap_or_else(|error| panic!("{error:?}"))
}

fn out(model: &dyn Model) -> String {
    strings(&call(model).unwrap_or_else(|error| panic!("{error:?}")), "out")[0].to_owned()
}

/// A module `model` whose model returns this expression's value.
fn entry(imports: &str, expression: &str) -> String {
    format!("{imports}\n\ndef model(): return {{'out': {expression}}}\n\ndef get_model(data): return model\n")
}

#[test]
fn modules_of_one_name_in_two_packages_are_two_modules() {
    let of = |who: &str| {
        let entry = entry(
            "import utils, requests\nfrom deep.er import who\nimport json",
            "' '.join([utils.WHO, requests.WHO, who(), json.WHO])",
        );
        load(&[
            ("model.py", &entry),
            ("utils.py", &format!("WHO = '{who}1'")),
            ("requests.py", &format!("WHO = '{who}2'")),
            ("deep/__init__.py", ""),
            (
                "deep/er.py",
                "import utils\ndef who():\n    from deep.other import WHO\n    return WHO + utils.WHO",
            ),
            ("deep/other.py", &format!("WHO = '{who}3'")),
            ("json.py", &format!("WHO = '{who}4'")),
        ])
    };
    let (a, b) = (of("a"), of("b"));
    for _ in 0..2 {
        assert_eq!(out(&*a), "a1 a2 a3a1 a4");
        assert_eq!(out(&*b), "b1 b2 b3b1 b4");
    }
    drop(a);
    assert_eq!(out(&*b), "b1 b2 b3b1 b4");
    // The environment keeps its own.
    assert_eq!(out(&*returns("__import__('json').dumps([1])", DType::String, 0)), "[1]");
}

#[test]
fn a_package_of_the_environment_does_not_see_a_models_modules() {
    // `logging.config` imports `logging`, `re` and `json`'s kin: the standard ones.
    let model = load(&[
        (
            "model.py",
            &entry(
                "import logging.config, json, re",
                "json.NAME + str(hasattr(logging, 'getLogger')) + re.NAME",
            ),
        ),
        ("json.py", "NAME = 'own '\nimport html.parser\nassert hasattr(html.parser.re, 'compile')"),
        ("re.py", "NAME = ' own'"),
    ]);
    assert_eq!(out(&*model), "own True own");
}

#[test]
fn every_form_of_import_finds_the_packages_modules() {
    for (imports, expression) in [
        ("import pkg.sub", "pkg.sub.NAME"),
        ("import pkg.sub as s", "s.NAME"),
        ("from pkg import sub", "sub.NAME"),
        ("from pkg import sub as s", "s.NAME"),
        ("from pkg.sub import NAME", "NAME"),
        ("from pkg.sub import *", "NAME"),
        ("from pkg import *", "sub.NAME"),
        ("from .pkg import sub", "sub.NAME"),
        ("from . import pkg\nfrom .pkg.sub import NAME", "NAME"),
        ("import pkg\nimport pkg.sub", "pkg.sub.NAME"),
        ("import pkg.relative", "pkg.relative.sub.NAME"),
        ("import pkg.absolute", "pkg.absolute.sub.NAME"),
        ("import space.inner", "space.inner.NAME"),
        ("from space import inner", "inner.NAME"),
        ("import space.absolute", "space.absolute.sub.NAME"),
        ("import space.more.deep", "space.more.deep.NAME"),
        ("import space.clash", "space.clash.json.NAME"),
        ("import importlib\nsub = importlib.import_module('pkg.sub')", "sub.NAME"),
        ("import importlib\nsub = importlib.import_module('.pkg.sub', __package__)", "sub.NAME"),
        ("import importlib\nspace = importlib.import_module('space.absolute')", "space.sub.NAME"),
        ("sub = __import__('pkg.sub').sub", "sub.NAME"),
        ("exec('import pkg.sub as sub')", "sub.NAME"),
    ] {
        for late in [false, true] {
            let code = if late {
                let body = imports.replace('\n', "\n    ");
                if body.contains('*') || body.contains("exec") {
                    continue; // not inside functions
                }
                format!(
                    "def model():\n    {body}\n    return {{'out': {expression}}}\n\ndef get_model(data): return model\n"
                )
            } else {
                entry(imports, expression)
            };
            let model = load(&[
                ("__init__.py", ""),
                ("model.py", &code),
                ("pkg/__init__.py", "__all__ = ['sub']"),
                ("pkg/sub.py", "NAME = 'found'"),
                ("pkg/relative.py", "from . import sub\nfrom .sub import NAME"),
                ("pkg/absolute.py", "from pkg import sub\nimport pkg.relative"),
                ("space/inner.py", "NAME = 'found'"),
                ("space/absolute.py", "import pkg.sub as sub"),
                ("space/clash.py", "import json"),
                ("json.py", "NAME = 'found'"),
                ("space/more/deep.py", "from pkg.sub import NAME\nfrom ..inner import NAME"),
            ]);
            assert_eq!(out(&*model), "found", "{imports}");
            assert_eq!(out(&*model), "found", "{imports}");
        }
    }
}

#[test]
fn modules_that_import_each_other_work() {
    let model = load(&[
        ("model.py", &entry("import a", "a.both()")),
        ("a.py", "import b\nONE = 'one'\ndef both(): return ONE + b.two()"),
        ("b.py", "import a, model\ndef two(): return model.a.ONE"),
    ]);
    assert_eq!(out(&*model), "oneone");
}

#[test]
fn names_that_a_module_asks_for_by_text_do_not_reach_other_packages() {
    let code = "import importlib\n\ndef model(): return {'out': importlib.import_module('helper').WHO}\n\n\
                def get_model(data):\n    importlib.import_module('helper')\n    return model\n";
    let a = load(&[("model.py", code), ("helper.py", "WHO = 'a'")]);
    let b = load(&[("model.py", code), ("helper.py", "WHO = 'b'")]);
    for _ in 0..2 {
        assert_eq!((out(&*a), out(&*b)), ("a".to_owned(), "b".to_owned()));
    }
    let nobody = returns("str('helper' in __import__('sys').modules)", DType::String, 0);
    assert_eq!(out(&*nobody), "False");
    let error = call(&*returns("__import__('helper').WHO", DType::String, 0)).unwrap_err();
    assert_says(&error, ErrorKind::Model, &["No module named 'helper'"]);
}

#[test]
fn the_entrypoint_may_lie_deep_in_a_package() {
    for (init, import) in [(true, "from . import near"), (false, "from .. import deep; from . import near")] {
        let code = entry(&format!("{import}\nimport deep.near as same"), "near.NAME + str(near is same)");
        let mut files = package(&[("deep/entry.py", &code), ("deep/near.py", "NAME = 'near'")])
            .file("0/config.json", r#"{"entrypoint": "get_model", "entrypoint_package": "deep.entry"}"#);
        if init {
            files = files.file("0/code/deep/__init__.py", "");
        }
        assert_eq!(out(&*load_source(source_of(files, &[], &text())).unwrap()), "nearTrue");
    }
}

#[test]
fn a_module_that_is_reached_by_two_names_is_one_module() {
    let model = load(&[
        (
            "model.py",
            &entry(
                "import importlib, plain\nother = importlib.import_module('plain')",
                "f\"{plain is other} {hasattr(plain, '__path__')} {plain.__spec__.name == plain.__name__}\"",
            ),
        ),
        ("plain.py", ""),
    ]);
    assert_eq!(out(&*model), "True False True");
}

#[test]
fn classes_of_a_package_can_be_pickled_described_and_copied() {
    let code = "
import copy, dataclasses, enum, pickle, typing
from shapes import Point

class Colour(enum.Enum):
    RED = 1

@dataclasses.dataclass
class Line:
    start: 'Point'
    colour: Colour = Colour.RED
    more: typing.ClassVar[int] = 3

def model():
    line = pickle.loads(pickle.dumps(Line(Point(1))))
    hints = typing.get_type_hints(Line)
    assert hints['start'] is Point and line == copy.deepcopy(line)
    # As another program would have written it.
    other = pickle.loads(b'cshapes\\nPoint\\n.')
    assert pickle._loads(b'cshapes\\nPoint\\n.') is other
    return {'out': f'{line.start.x} {line.colour.name} {other is Point}'}

def get_model(data):
    model()
    return model
";
    let model = load(&[
        ("model.py", code),
        ("shapes.py", "import dataclasses\n@dataclasses.dataclass(frozen=True)\nclass Point:\n    x: int"),
    ]);
    assert_eq!(out(&*model), "1 RED True");
}

#[test]
fn a_module_finds_the_files_beside_it() {
    let read = "import os, importlib.resources, pkgutil\nhere = os.path.dirname(__file__)";
    let model = load(&[
        ("model.py", &entry(read, "open(os.path.join(here, 'words.txt')).read()")),
        ("words.txt", "beside"),
    ]);
    assert_eq!(out(&*model), "beside");
    let model = load(&[
        (
            "model.py",
            &entry("import pkgutil\nimport pkg", "pkgutil.get_data(pkg.__name__, 'words.txt').decode()"),
        ),
        ("pkg/__init__.py", ""),
        ("pkg/words.txt", "within"),
    ]);
    assert_eq!(out(&*model), "within");
    let model = load(&[
        (
            "model.py",
            &entry(
                "import importlib.resources as r\nimport pkg",
                "r.files(pkg).joinpath('words.txt').read_text()",
            ),
        ),
        ("pkg/__init__.py", ""),
        ("pkg/words.txt", "within"),
    ]);
    assert_eq!(out(&*model), "within");
}

#[test]
fn two_loads_of_one_package_have_a_state_each() {
    let files = Arc::new(package(&[
        (
            "model.py",
            "import state\n\ndef model():\n    state.n += 1\n    return {'out': str(state.n)}\n\ndef get_model(data): return model\n",
        ),
        ("state.py", "n = 0"),
    ]));
    let load = || {
        let mut source = ModelSource::new(
            "test",
            neuropod_backend_python::PLATFORM,
            Arc::clone(&files) as Arc<dyn ModelFiles>,
        );
        source.outputs = text();
        load_source(source).unwrap()
    };
    let (a, b) = (load(), load());
    assert_eq!((out(&*a), out(&*a), out(&*b)), ("1".to_owned(), "2".to_owned(), "1".to_owned()));
}

/// A package in a folder, as users have it; the folder is not ours to write to.
#[derive(Debug)]
struct Folder(tempfile::TempDir);

impl ModelFiles for Folder {
    fn paths(&self) -> Vec<String> {
        vec!["0/config.json".to_owned()]
    }
    fn open(&self, path: &str) -> neuropod_core::Result<Box<dyn std::io::Read + Send>> {
        Ok(Box::new(fs::File::open(self.0.path().join(path))?))
    }
    fn open_at(&self, _: &str) -> neuropod_core::Result<Arc<dyn neuropod_core::ReadAt>> {
        Err(neuropod_core::Error::new(ErrorKind::Unsupported, "not needed"))
    }
    fn path(&self, path: &str) -> neuropod_core::Result<PathBuf> {
        Ok(self.0.path().join(path))
    }
}

fn all_files(folder: &Path) -> Vec<String> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(all_files(&path));
        }
        found.push(path.display().to_string());
    }
    found.sort();
    found
}

#[test]
fn nothing_is_written_into_the_packages_folder() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().to_owned();
    for (name, code) in [
        ("config.json", CONFIG),
        (
            "code/model.py",
            &*entry(
                "import sys\nsys.dont_write_bytecode = False\nimport pkg.sub, space.inner, importlib\nimportlib.import_module('late')",
                "'ran'",
            ),
        ),
        ("code/late.py", ""),
        ("code/pkg/__init__.py", ""),
        ("code/pkg/sub.py", ""),
        ("code/space/inner.py", ""),
    ] {
        let path = root.join("0").join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, code).unwrap();
    }
    let before = all_files(&root);
    let mut source = ModelSource::new("test", neuropod_backend_python::PLATFORM, Arc::new(Folder(folder)));
    source.outputs = text();
    let model = load_source(source).unwrap();
    assert_eq!(out(&*model), "ran");
    assert_eq!(all_files(&root), before);
}

#[test]
fn the_environments_modules_can_be_imported_late_and_by_parts() {
    let model = load(&[(
        "model.py",
        "def get_model(data):\n    def model():\n        import numpy.linalg, xml.dom.minidom as dom\n        from email import message\n        return {'out': numpy.linalg.__name__ + dom.__name__ + message.__name__}\n    return model\n",
    )]);
    assert_eq!(out(&*model), "numpy.linalgxml.dom.minidomemail.message");
}

#[test]
fn builtins_are_pythons_own_but_for_import() {
    let model = load(&[(
        "model.py",
        &entry(
            "import builtins",
            "str([name for name in dir(builtins) if name != '__import__' and __builtins__.get(name) is not getattr(builtins, name)])",
        ),
    )]);
    assert_eq!(out(&*model), "[]");
}

const EXTENSION: &str = r#"
#include <Python.h>
static PyObject *answer(PyObject *self, PyObject *none) { return PyLong_FromLong(ANSWER); }
static PyMethodDef methods[] = {{"answer", answer, METH_NOARGS, ""}, {NULL, NULL, 0, NULL}};
static struct PyModuleDef module = {PyModuleDef_HEAD_INIT, "fancy", NULL, -1, methods};
PyMODINIT_FUNC PyInit_fancy(void) { return PyModule_Create(&module); }
"#;

fn extension(answer: i32) -> Vec<u8> {
    let folder = tempfile::tempdir().unwrap();
    let python = std::env::var_os("VIRTUAL_ENV")
        .map_or_else(|| "python3".into(), |folder| Path::new(&folder).join("bin/python"));
    let include = Command::new(python)
        .args(["-c", "import sysconfig; print(sysconfig.get_paths()['include'])"])
        .output()
        .unwrap();
    let include = String::from_utf8(include.stdout).unwrap();
    fs::write(folder.path().join("fancy.c"), EXTENSION).unwrap();
    let built = Command::new("cc")
        .args([
            "-shared",
            "-fPIC",
            "-o",
            "fancy.so",
            "fancy.c",
            &format!("-DANSWER={answer}"),
            "-I",
            include.trim(),
        ])
        .current_dir(folder.path())
        .status();
    assert!(built.unwrap().success(), "a C compiler and Python's headers are needed");
    fs::read(folder.path().join("fancy.so")).unwrap()
}

fn with_extension(answer: i32, imports: &str, expression: &str) -> ModelSource {
    let files =
        package(&[("model.py", &entry(imports, expression))]).file("0/ops/fancy.so", extension(answer));
    let mut source = source_of(files, &[], &text());
    source.custom_ops = vec!["fancy.so".to_owned()];
    source
}

#[test]
fn extension_modules_among_the_operators_can_be_imported() {
    let a = load_source(with_extension(41, "import fancy", "str(fancy.answer())")).unwrap();
    let b = load_source(with_extension(42, "from fancy import answer", "str(answer())")).unwrap();
    let c = load_source(with_extension(
        43,
        "import importlib\nf = importlib.import_module('fancy')",
        "str(f.answer())",
    ))
    .unwrap();
    assert_eq!((out(&*a), out(&*b), out(&*c)), ("41".to_owned(), "42".to_owned(), "43".to_owned()));
    drop(a);
    assert_eq!(out(&*b), "42");

    let forbidden = load_with(with_extension(1, "", "''"), &cpu().allow_custom_ops(false)).unwrap_err();
    assert_says(&forbidden, ErrorKind::Forbidden, &["fancy.so", "allow_custom_ops(true)"]);
    let mut source = with_extension(1, "", "''");
    source.files = Arc::new(package(&[("model.py", "")]).file("0/ops/fancy.so", "no library"));
    assert_says(&load_source(source).unwrap_err(), ErrorKind::Load, &["`fancy.so` is no shared library"]);
}

#[test]
fn the_address_of_a_modules_code_is_the_packages_folder() {
    let model = load(&[("model.py", &entry("", "__name__ + ' ' + __file__.replace(chr(92), '/')[-16:]"))]);
    let told = out(&*model);
    assert!(told.ends_with("/0/code/model.py") && told.contains(".model "), "{told}");
    assert_eq!(numbers::<i64>(&call(&*returns("1", DType::Int64, 0)).unwrap(), "out"), [1]);
}
