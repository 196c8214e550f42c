//! What is not packaged, with what is said about it. Nothing is left behind.

use neuropod::{Error, ErrorKind, PythonModel};

use crate::support::{ADDITION, Folders, addition};

fn folders() -> Folders {
    Folders::with(&[("a/model.py", ADDITION), ("a/b/__init__.py", ""), ("a/notes.txt", "")])
}

fn refused(folders: &Folders, model: PythonModel) -> Error {
    let path = folders.package("addition");
    let error = addition(model.clone()).write(&path).unwrap_err();
    let other = addition(model).write_dir(&path).unwrap_err();
    assert_eq!((error.kind(), error.message()), (other.kind(), other.message()));
    assert!(error.context("package").is_some_and(|package| package.ends_with("addition")), "{error}");
    assert!(folders.has_no_package());
    error
}

#[test]
fn a_module_that_is_not_in_the_code() {
    let folders = folders();
    let code = |module: &str| PythonModel::new(module, "get_model").code(folders.source(), ["a"]);
    let error = refused(&folders, code("a.modle"));
    assert_eq!(error.kind(), ErrorKind::NotFound);
    assert_eq!(
        error.message(),
        "the code has no module `a.modle`, which is a file `a/modle.py` or `a/modle/__init__.py` (did you \
         mean `a.model`?); its modules are `a.b`, `a.model`"
    );
    let error = refused(&folders, code("model"));
    assert!(error.message().ends_with("or `model/__init__.py`; its modules are `a.b`, `a.model`"), "{error}");
    // An `__init__.py` that is added has no function.
    refused(&folders, code("a"));
}

#[test]
fn names_that_python_cannot_have() {
    let folders = folders();
    let model = |module: &str, function: &str| {
        refused(&folders, PythonModel::new(module, function).code(folders.source(), ["a"]))
    };
    for module in ["a-b", "a..model", ".a", "", "a/model", "1a", "a.model; import os"] {
        let error = model(module, "get_model");
        assert_eq!(error.kind(), ErrorKind::InvalidArgument);
        assert_eq!(
            error.message(),
            format!(
                "`{module}` is no name of a Python module: expected letters, digits and `_`, with `.` \
                 between packages and modules, as in `package.module`"
            )
        );
    }
    for function in ["get-model", "", "Model.get", "2nd"] {
        let error = model("a.model", function);
        assert_eq!(error.kind(), ErrorKind::InvalidArgument);
        assert_eq!(
            error.message(),
            format!(
                "`{function}` is no name of a Python function: expected letters, digits and `_`, the first \
                 no digit"
            )
        );
    }
}

#[test]
fn no_code() {
    let folders = Folders::with(&[("a/model.pyc", "")]);
    let model = PythonModel::new("a.model", "get_model");
    for model in [model.clone(), model.code(folders.source(), ["a"])] {
        let error = refused(&folders, model);
        assert_eq!(error.kind(), ErrorKind::InvalidArgument);
        assert_eq!(
            error.message(),
            "the model has no code: add some with `PythonModel::code` or `PythonModel::module`"
        );
    }
}

#[test]
fn folders_outside_of_their_root() {
    let folders = folders();
    let absolute = folders.source().join("a");
    for folder in ["..", "a/../../packages", absolute.to_str().unwrap()] {
        let error = refused(&folders, PythonModel::new("a.model", "f").code(folders.source(), [folder]));
        assert_eq!(error.kind(), ErrorKind::InvalidArgument);
        assert_eq!(
            error.message(),
            format!(
                "`{folder}` leaves the folder where imports start: expected a path from there, without `..`"
            )
        );
    }
}

#[test]
fn sources_that_are_missing_or_of_another_kind() {
    let folders = folders();
    let source = folders.source();
    let model = PythonModel::new("a.model", "get_model");

    let error = refused(&folders, model.clone().code(&source, ["missing"]));
    assert_eq!(error.kind(), ErrorKind::NotFound);
    assert!(error.message().contains("missing` cannot be read: "), "{error}");
    let error = refused(&folders, model.clone().code(&source, ["a/model.py"]));
    assert_eq!(error.kind(), ErrorKind::InvalidArgument);
    assert!(error.message().ends_with("a/model.py` is no folder"), "{error}");
    let error = refused(&folders, model.clone().module(source.join("a/notes.txt")));
    assert_eq!(error.kind(), ErrorKind::InvalidArgument);
    assert!(error.message().ends_with("notes.txt` is no Python module: expected a file that ends in `.py`"));
    let error = refused(&folders, PythonModel::new("gone", "get_model").module(source.join("gone.py")));
    assert_eq!((error.kind(), error.context("entry")), (ErrorKind::NotFound, Some("0/code/gone.py")));
    let error = refused(&folders, model.code(&source, ["a"]).data("x", source.join("gone")));
    assert_eq!((error.kind(), error.context("entry")), (ErrorKind::NotFound, Some("0/data/x")));
}

#[test]
fn two_sources_of_one_path() {
    let folders = folders();
    folders.write("other/a/model.py", "");
    let source = folders.source();
    let model = PythonModel::new("a.model", "get_model").code(&source, ["a"]);
    let error = refused(&folders, model.clone().code(source.join("other"), ["a"]));
    assert_eq!(error.kind(), ErrorKind::InvalidArgument);
    assert_eq!(
        error.message(),
        format!(
            "`{0}/a/model.py` and `{0}/other/a/model.py` have the same path in the package; leave one out or \
             give it another path",
            source.display()
        )
    );
    assert_eq!(error.context("entry"), Some("0/code/a/model.py"));

    let notes = source.join("a/notes.txt");
    let error = refused(&folders, model.clone().data("notes", &notes).data("notes", &notes));
    assert_eq!((error.kind(), error.context("entry")), (ErrorKind::InvalidArgument, Some("0/data/notes")));
    let error = refused(&folders, model.clone().data("all", source.join("a")).data("all/model.py", &notes));
    assert_eq!(error.context("entry"), Some("0/data/all/model.py"));
    let error = refused(&folders, model.data("All", &notes).data("all", &notes));
    assert_eq!(error.kind(), ErrorKind::UnsafePackage);
    assert!(error.message().contains("only in upper and lower case"), "{error}");
}

#[test]
fn data_names_that_leave_their_folder() {
    let folders = folders();
    let model = PythonModel::new("a.model", "get_model").code(folders.source(), ["a"]);
    for name in ["../code/a/x.py", "/x", "x/../../y", ""] {
        let error = refused(&folders, model.clone().data(name, folders.source().join("a/notes.txt")));
        assert_eq!(error.kind(), ErrorKind::UnsafePackage);
        assert_eq!(error.context("entry"), Some(&*format!("0/data/{name}")));
    }
}

#[cfg(unix)]
#[test]
fn symbolic_links() {
    let folders = folders();
    std::os::unix::fs::symlink("notes.txt", folders.source().join("a/link")).unwrap();
    let code = PythonModel::new("a.model", "get_model").code(folders.source(), ["."]);
    let data = PythonModel::new("model", "get_model")
        .module(folders.source().join("a/model.py"))
        .data("all", folders.source());
    for model in [code, data] {
        let error = refused(&folders, model);
        assert_eq!(error.kind(), ErrorKind::UnsafePackage);
        assert_eq!(error.message(), "symbolic links are refused, because they can leave the package");
        assert_eq!(error.context("entry"), Some("a/link"));
        assert!(error.context("folder").is_some_and(|folder| folder.ends_with("source")), "{error}");
    }
}

#[test]
fn a_package_within_what_is_packaged() {
    let folders = folders();
    let source = folders.source();
    let code = PythonModel::new("a.model", "get_model").code(&source, ["a"]);
    let data = PythonModel::new("model", "get_model").module(source.join("a/model.py")).data("all", &source);
    for (model, path) in
        [(code.clone(), "a/out"), (code.clone(), "a/b/out"), (data.clone(), "out"), (data, "a/b/out")]
    {
        let error = addition(model).write(source.join(path)).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidArgument);
        assert_eq!(
            error.message(),
            "the package would be written into a folder that is packaged, and be part of the next one: write \
             it elsewhere"
        );
        assert!(!source.join(path).exists());
    }
    addition(code).write(source.join("out")).unwrap();
}
