//! For tests: wheels made by hand, and an interpreter that finds no others.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use neuropod_test_utils::write_program;
use tempfile::TempDir;

use crate::library::{self, Interpreter, Request};

/// Writes a wheel of one module that says its version: folder, name, version, requirement.
const WRITE_WHEEL: &str = r#"
import sys, zipfile
folder, name, version, requirement = sys.argv[1:]
info = f'{name}-{version}.dist-info'
metadata = f'Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n'
if requirement:
    metadata += f'Requires-Dist: {requirement}\n'
with zipfile.ZipFile(f'{folder}/{name}-{version}-py3-none-any.whl', 'w') as wheel:
    wheel.writestr(f'{name}.py', f'version = {version!r}\n')
    wheel.writestr(f'{info}/METADATA', metadata)
    wheel.writestr(f'{info}/WHEEL', 'Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n')
    wheel.writestr(f'{info}/RECORD', '')
"#;

/// Writes the source of a distribution that builds such a wheel without help from others: what comes
/// after the wheel's arguments is the first statement of the build.
const WRITE_SOURCE: &str = r#"
import io, sys, tarfile
program, folder, name, version, requirement, first = sys.argv[1:]
backend = f"""
import sys
def build_wheel(folder, *settings):
    {first}
    sys.argv = ['', folder, {name!r}, {version!r}, {requirement!r}]
    exec({program!r})
    return '{name}-{version}-py3-none-any.whl'
"""
settings = '[build-system]\nrequires = []\nbuild-backend = "backend"\nbackend-path = ["."]\n'
with tarfile.open(f'{folder}/{name}-{version}.tar.gz', 'w:gz') as source:
    for path, text in [('backend.py', backend), ('pyproject.toml', settings)]:
        entry = tarfile.TarInfo(f'{name}-{version}/{path}')
        entry.size = len(text)
        source.addfile(entry, io.BytesIO(text.encode()))
"#;

/// A folder that is the only source of distributions for an interpreter.
pub(super) struct Wheels {
    pub(super) python: Interpreter,
    /// The true one, even if that of `python` is replaced.
    program: PathBuf,
    pub(super) links: PathBuf,
    folder: TempDir,
}

impl Wheels {
    pub(super) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let links = folder.path().join("links");
        fs::create_dir(&links).unwrap();
        let python = library::find(Request::default()).unwrap();
        Self { program: python.executable.clone(), python, links, folder }
    }

    /// Adds a wheel, which needs `requirement` unless that is empty.
    pub(super) fn add(&self, name: &str, version: &str, requirement: &str) -> PathBuf {
        self.write(&[WRITE_WHEEL, self.links_text(), name, version, requirement]);
        self.links.join(format!("{name}-{version}-py3-none-any.whl"))
    }

    /// Adds a source that has to be built, which starts with the statement `first`.
    pub(super) fn add_source(&self, name: &str, version: &str, first: &str) {
        self.write(&[WRITE_SOURCE, WRITE_WHEEL, self.links_text(), name, version, "", first]);
    }

    fn links_text(&self) -> &str {
        self.links.to_str().unwrap()
    }

    fn write(&self, program: &[&str]) {
        let mut command = Command::new(&self.program);
        assert!(command.args(["-I", "-c"]).args(program).status().unwrap().success());
    }

    /// What makes pip look here alone.
    pub(super) fn variables(&self) -> [(&str, &OsStr); 3] {
        let yes = OsStr::new("1");
        [("PIP_NO_INDEX", yes), ("PIP_NO_CACHE_DIR", yes), ("PIP_FIND_LINKS", self.links.as_os_str())]
    }

    /// Puts a shell script into the place of the interpreter, whose program is `$PYTHON` there.
    pub(super) fn replace_python(&mut self, script: &str) {
        let path = self.folder.path().join("python");
        let program = self.program.display();
        write_program(&path, &format!("PYTHON='{program}'\n{script}"));
        self.python.executable = path;
    }

    /// What an expression is with `folders` on the path, after `import` of `modules`.
    pub(super) fn evaluate(&self, folders: &[PathBuf], modules: &str, expression: &str) -> String {
        let code = format!("import sys; sys.path[:0] = sys.argv[1:]; import {modules}; print({expression})");
        let output = Command::new(&self.program).args(["-I", "-c", &code]).args(folders).output().unwrap();
        String::from_utf8(output.stdout).unwrap().trim_end().to_owned()
    }
}

/// The names in a folder, sorted.
pub(super) fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let mut names: Vec<_> =
        entries.map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}
