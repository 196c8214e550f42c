//! The Python package, as its user has it: installed from its wheel.

use std::fs;
use std::path::Path;
use std::thread;

use anyhow::{Context, Result, anyhow, ensure};

use super::{Workspace, install};
use crate::install::Profile;
use crate::process::Process;
use crate::wheel::{self, PACKAGE, Venv};

/// What is in the environment that has no framework: NumPy, which the package needs, and pytest with what it needs.
const BARE: [&str; 12] = [
    "numpy",
    "numpy.libs",
    "pytest",
    "_pytest",
    "py.py",
    "pluggy",
    "iniconfig",
    "packaging",
    "pygments",
    // For the oldest Python.
    "exceptiongroup",
    "tomli",
    "typing_extensions",
];

/// Importing the package imports no framework, though they are there.
const IMPORT: &str = "\
import neuropod, sys
imported = {'torch', 'tensorflow', 'keras', 'tf_keras'} & sys.modules.keys()
assert not imported, f'`import neuropod` imports {imported}'
";

/// The tests for where there is no framework.
const BARE_TESTS: &str = "tests/bare";

/// The examples that type checkers check.
const TYPING_TESTS: &str = "tests/typing";

pub(crate) fn run(workspace: &Workspace) -> Result<()> {
    let environment = workspace.environment.as_ref().context("the step needs the frameworks")?;
    let folder = workspace.root.join("target/python");
    let package = workspace.root.join(PACKAGE);
    let wheel = wheel::build(&workspace.root, environment, &folder.join("wheel"), Profile::Tests)?;

    let bare = Venv::make(environment, &folder.join("without-frameworks"), &wheel, Some(&BARE))?;
    // Without what is set up for the other tests, which may need a framework.
    pytest(&bare, &package).args(["--confcutdir", BARE_TESTS, BARE_TESTS]).run()?;

    let full = Venv::make(environment, &folder.join("with-frameworks"), &wheel, None)?;
    install::check_plugins(install::command(&full.folder), &full.package().join("plugins-1"))?;
    eprintln!("the installed command finds the plugins");
    full.python(&["-c", IMPORT]).run()?;
    check_types(&full, &package, &folder.join("mypy"))?;
    run_tests(&full, &package)
}

/// The tests in two processes at a time: those that start programs, which wait for frameworks, and all others.
fn run_tests(venv: &Venv<'_>, package: &Path) -> Result<()> {
    let starts_programs = |name: &String| {
        ["test_packag", "test_processes", "test_readme"].iter().any(|start| name.starts_with(start))
    };
    let (starting, others): (Vec<_>, Vec<_>) =
        test_files(&package.join("tests"))?.into_iter().partition(starts_programs);
    let halves = thread::scope(|scope| {
        let run = |files: Vec<String>| {
            let process = pytest(venv, package).args(files.iter().map(|file| format!("tests/{file}")));
            scope.spawn(move || (process.line(), process.finish()))
        };
        [run(starting), run(others)].map(thread::ScopedJoinHandle::join)
    });
    for half in halves {
        let (line, finished) = half.map_err(|_| anyhow!("a thread that runs tests panicked"))?;
        let finished = finished?;
        eprint!("{}{}", finished.stdout, finished.stderr);
        ensure!(finished.status.success(), "{}; to repeat it:\n  {line}", finished.status);
    }
    Ok(())
}

fn test_files(folder: &Path) -> Result<Vec<String>> {
    let entries = fs::read_dir(folder).with_context(|| format!("cannot read {}", folder.display()))?;
    let names = entries.flatten().filter_map(|entry| entry.file_name().into_string().ok());
    let mut files: Vec<_> = names.filter(|name| name.starts_with("test_") && name.ends_with(".py")).collect();
    files.sort();
    ensure!(!files.is_empty(), "{} has no tests", folder.display());
    Ok(files)
}

/// The installed package, and what its users write.
fn check_types(venv: &Venv<'_>, package: &Path, cache: &Path) -> Result<()> {
    let mypy = || {
        let process = venv.python(&["-m", "mypy", "--strict", "--cache-dir"]).arg(cache);
        process.current_dir(package)
    };
    mypy().args(["--package", "neuropod"]).run()?;
    if package.join(TYPING_TESTS).is_dir() {
        mypy().arg(TYPING_TESTS).run()?;
    }
    Ok(())
}

fn pytest(venv: &Venv<'_>, package: &Path) -> Process {
    venv.python(&["-m", "pytest", "--quiet", "-p", "no:cacheprovider"]).current_dir(package)
}
