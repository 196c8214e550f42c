//! Installing pins.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};

use super::cache::Place;
use super::pin::Pin;
use super::pip::{Pip, Variables};
use crate::PythonError;
use crate::library::Interpreter;

/// Makes sure that each pin is installed for `python` below `cache`, and returns their folders in the pins'
/// order. A pin whose marker is not for this Python has an empty folder.
///
/// What is there already takes no network and no pip. What is missing is installed by pip unless
/// `offline` is set; if that is interrupted, the next call goes on where it stopped.
pub(crate) fn install(
    python: &Interpreter,
    pins: &[Pin],
    cache: &Path,
    offline: bool,
) -> Result<Vec<PathBuf>, PythonError> {
    install_with(python, pins, cache, offline, &[])
}

fn install_with(
    python: &Interpreter,
    pins: &[Pin],
    cache: &Path,
    offline: bool,
    variables: Variables<'_>,
) -> Result<Vec<PathBuf>, PythonError> {
    let places: Vec<_> = pins.iter().map(|pin| Place::new(cache, python, pin)).collect();
    let missing = || pins.iter().zip(&places).filter(|(_, place)| !place.is_full());
    if offline && missing().next().is_some() {
        return Err(not_cached(python, missing().map(|(pin, _)| pin), cache));
    }
    let pip = Pip::new(python, variables);
    for (pin, place) in missing() {
        fill(place, pin, &pip)?;
    }
    Ok(places.iter().map(Place::folder).collect())
}

/// Installs the pin into its place, unless another process has while this one waited.
fn fill(place: &Place<'_>, pin: &Pin, pip: &Pip<'_>) -> Result<(), PythonError> {
    let lock = place.lock()?;
    if place.is_full() {
        return Ok(());
    }
    let staged = place.stage()?;
    let (target, list) = (staged.path().join("target"), staged.path().join("requirements.txt"));
    // A file rather than an argument, for the sake of hashes.
    fs::create_dir(&target)
        .and_then(|()| fs::write(&list, pin.line()))
        .map_err(|error| place.cannot_write(&error))?;
    let arguments = ["--no-deps", "--target"].map(OsStr::new);
    let arguments =
        [&arguments[..], &[target.as_os_str(), "--requirement".as_ref(), list.as_os_str()]].concat();
    // As its input pip holds the lock too, in case that it lives longer than this process.
    let held = lock.try_clone().map_err(|error| place.cannot_write(&error))?;
    pip.install(&arguments, staged.path(), held).map_err(|why| {
        PythonError::Requirements(format!("cannot install `{pin}`, which the package pins: {why}"))
    })?;
    place.fill(&target)
}

#[cold]
fn not_cached<'a>(python: &Interpreter, missing: impl Iterator<Item = &'a Pin>, cache: &Path) -> PythonError {
    let missing: Vec<_> = missing.map(|pin| format!("`{pin}`")).collect();
    PythonError::Requirements(format!(
        "the package pins {}, which {} not installed for Python {}, and the option `python.requirements`, which is `offline`, forbids \
         that: load the package once without the option, or bring the folder {} from a machine with the same \
         system, processor and Python that did",
        missing.join(", "),
        if missing.len() == 1 { "is" } else { "are" },
        python.minor(),
        cache.display()
    ))
}

#[cfg(test)]
mod tests;
