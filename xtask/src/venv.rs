//! The Python environment with the pinned frameworks.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::{Context, Result, bail, ensure};

use crate::cache::{self, Entry};
use crate::duration::readable;
use crate::pip;
use crate::process::Process;
use crate::python::Interpreter;

const REQUIREMENTS: &str = "requirements-dev.txt";

/// What is installed without what it asks for.
const NO_DEPS: &str = "requirements-dev-no-deps.txt";

/// The environment, the downloads that pip keeps of it, and the copies that it installs from: they
/// stand on one disk unless TMPDIR names another.
const NEEDED_GIB: f64 = 12.0;

/// The environment for this checkout's requirements and this Python, made if it is not there yet.
pub(crate) fn ensure_venv(root: &Path, cache: &Path, python: &Interpreter) -> Result<PathBuf> {
    let read = |name: &str| {
        let file = root.join(name);
        fs::read_to_string(&file).with_context(|| format!("cannot read {}", file.display()))
    };
    let key = cache::key(&[&read(REQUIREMENTS)?, &read(NO_DEPS)?, &python.version, &python.abi]);
    let venv = cache.join("venvs").join(key);
    let started = Instant::now();
    let entry = cache::ensure(&venv, starts, |venv| build(venv, cache, python, root))?;
    match entry {
        Entry::Found => eprintln!("  environment: {} (cached)", venv.display()),
        Entry::Built => {
            let took = readable(started.elapsed());
            eprintln!("  environment: {} (made in {took})", venv.display());
            mention_others(&venv);
        }
    }
    Ok(venv)
}

/// Where `python` and its scripts are inside an environment.
pub(crate) fn programs(venv: &Path) -> PathBuf {
    venv.join(if cfg!(windows) { "Scripts" } else { "bin" })
}

/// Where packages are inside the environment whose programs these are.
///
/// # Errors
///
/// The environment's Python does not start.
pub(crate) fn site_packages(programs: &Path) -> Result<PathBuf> {
    let script = "import sysconfig; print(sysconfig.get_path('purelib'))";
    let told = pip::clean(Process::new(programs.join("python"))).args(["-c", script]).stdout()?;
    Ok(PathBuf::from(told.trim_end()))
}

/// An environment stops working when the Python that it was made with is removed.
fn starts(venv: &Path) -> bool {
    let python = programs(venv).join("python");
    let finished = Process::new(python).args(["-c", "import pip"]).finish();
    finished.is_ok_and(|finished| finished.status.success())
}

fn build(venv: &Path, cache: &Path, python: &Interpreter, root: &Path) -> Result<()> {
    check_space(cache, python)?;
    eprintln!("  installing {REQUIREMENTS} (3.2 GB to download, 7.1 GB on disk: some minutes)");
    let made = pip::clean(Process::new(&python.executable)).args(["-m", "venv"]).arg(venv);
    made.stdout().context("cannot make a virtual environment")?;
    let interpreter = programs(venv).join("python");
    for (name, options) in [(REQUIREMENTS, &[][..]), (NO_DEPS, &["--no-deps"])] {
        let file = root.join(name);
        let file = file.to_string_lossy();
        let arguments = [&["install", "--progress-bar", "off", "--requirement", &file], options].concat();
        pip::run(&interpreter, &arguments, &venv.with_extension("log"))?;
    }
    // In one process, as the tests use them.
    let script = "import numpy, tensorflow, torch";
    let imported = pip::clean(Process::new(&interpreter)).args(["-c", script]);
    imported.stdout().context("the installed frameworks do not load")?;
    Ok(())
}

fn check_space(cache: &Path, python: &Interpreter) -> Result<()> {
    let script = "import shutil, sys; print(shutil.disk_usage(sys.argv[1]).free)";
    let asked = pip::clean(Process::new(&python.executable)).args(["-c", script]).arg(cache);
    let free: f64 = asked.stdout()?.trim().parse().context("the free space is not a number")?;
    enough(free / f64::from(1 << 30), cache)
}

fn enough(free_gib: f64, cache: &Path) -> Result<()> {
    ensure!(
        free_gib >= NEEDED_GIB,
        "{} has {free_gib:.1} GiB free and {NEEDED_GIB} GiB are needed: \
         free some space, or name a folder on another disk in NEUROPOD_CACHE",
        cache.display()
    );
    Ok(())
}

/// Each environment takes gigabytes, and other checkouts may still use the older ones.
fn mention_others(venv: &Path) {
    let Some(folder) = venv.parent() else { return };
    let others = fs::read_dir(folder).into_iter().flatten().flatten();
    let others = others.filter(|entry| entry.path() != venv && cache::is_complete(&entry.path()));
    match others.count() {
        0 => {}
        count => eprintln!(
            "  {count} other environment(s) in {} can be removed if no checkout uses them",
            folder.display()
        ),
    }
}

/// Links `.venv` in the checkout to the environment, for editors and shells.
///
/// A `.venv` that is not ours is left alone: nothing here depends on the link.
pub(crate) fn link(root: &Path, venv: &Path) -> Result<()> {
    let link = root.join(".venv");
    match fs::symlink_metadata(&link) {
        Err(error) if error.kind() == ErrorKind::NotFound => {}
        Err(error) => bail!("cannot look at {}: {error}", link.display()),
        Ok(_) if fs::read_link(&link).is_ok_and(|target| target == venv) => return Ok(()),
        Ok(found) if found.is_symlink() && (!link.exists() || cache::is_complete(&link)) => {
            fs::remove_file(&link).with_context(|| format!("cannot replace {}", link.display()))?;
        }
        Ok(_) => {
            eprintln!("  {} is your own and stays as it is; it is not used here", link.display());
            return Ok(());
        }
    }
    make_link(venv, &link).with_context(|| format!("cannot make {}", link.display()))
}

#[cfg(unix)]
fn make_link(target: &Path, link: &Path) -> std::io::Result<()> {
    std::os::unix::fs::symlink(target, link)
}

#[cfg(windows)]
fn make_link(target: &Path, link: &Path) -> std::io::Result<()> {
    std::os::windows::fs::symlink_dir(target, link)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn complete(folder: PathBuf) -> PathBuf {
        cache::ensure(&folder, |_| true, |_| Ok(())).unwrap();
        folder
    }

    #[test]
    fn the_link_follows_the_environment() {
        let scratch = tempfile::tempdir().unwrap();
        let (old, new) = (complete(scratch.path().join("1")), complete(scratch.path().join("2")));
        for venv in [&old, &new, &new] {
            link(scratch.path(), venv).unwrap();
            assert_eq!(fs::read_link(scratch.path().join(".venv")).unwrap(), *venv);
        }
        fs::remove_dir_all(&new).unwrap();
        link(scratch.path(), &old).unwrap();
        assert_eq!(fs::read_link(scratch.path().join(".venv")).unwrap(), old);
    }

    #[test]
    fn a_venv_of_the_user_stays() {
        let scratch = tempfile::tempdir().unwrap();
        let theirs = scratch.path().join(".venv");
        fs::create_dir(&theirs).unwrap();
        fs::write(theirs.join("pyvenv.cfg"), "").unwrap();
        link(scratch.path(), &complete(scratch.path().join("1"))).unwrap();
        assert!(theirs.join("pyvenv.cfg").exists());
    }

    #[test]
    fn too_little_space_names_the_remedy() {
        let message = enough(1.25, Path::new("/cache")).unwrap_err().to_string();
        assert!(message.contains("/cache has 1.2 GiB free and 12 GiB are needed"), "{message}");
        assert!(message.contains("NEUROPOD_CACHE"), "{message}");
        assert!(enough(12.0, Path::new("/cache")).is_ok());
    }
}
