//! The frameworks that plugins need: found, and opened before them.

mod candidate;
mod find;
mod interpreter;
mod system;

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use neuropod_core::{Error, ErrorKind, Result};

use self::candidate::Candidate;
pub(crate) use self::find::{Environments, site_packages};
use self::find::{Found, Tried, find};
pub(crate) use self::system::{has_raised_rights, own_file};
use crate::FrameworkDescription;

/// The libraries that were opened here, by their file names, and where they are.
static OPENED: Mutex<BTreeMap<String, PathBuf>> = Mutex::new(BTreeMap::new());

/// Opens a framework's libraries until the process ends, so that a plugin which is loaded next finds them.
/// Those that the process has already, as a Python program may, are used.
///
/// A process has one version of a framework: two would share symbols, and crash.
///
/// # Errors
///
/// [`ErrorKind::Load`], saying where the framework was looked for and what to do, what the system's loader
/// said of it, or which other version the process uses; [`ErrorKind::Forbidden`] if the variable names one
/// that everyone can write.
pub(crate) fn open(
    framework: &FrameworkDescription,
    plugin_environment: Option<&Path>,
    environments: &Environments<'_>,
) -> Result<()> {
    let mut opened = OPENED.lock().unwrap_or_else(PoisonError::into_inner);
    let files = framework.files();
    let in_process = files.iter().find_map(|file| opened.get(file).cloned().or_else(|| system::opened(file)));
    let folder = match in_process {
        Some(library) => folder_in_process(framework, &library)?,
        None => match find(framework, plugin_environment, environments)? {
            Found::Folder(folder) => folder,
            Found::Nothing(tried) => return open_by_name(framework, &files, tried),
        },
    };
    open_all(framework, &folder, &files, &mut opened)
}

/// The folder of a library that the process has already, if its version is right.
fn folder_in_process(framework: &FrameworkDescription, library: &Path) -> Result<PathBuf> {
    let folder = library.parent().unwrap_or(Path::new("/"));
    match Candidate::of_folder(framework, folder).check_version() {
        Ok(()) => Ok(folder.to_path_buf()),
        Err(why) => Err(Error::new(
            ErrorKind::Load,
            format!(
                "this process uses another {name} already, and there can be only one: {library} is of {why}; \
                 run models that need different versions of {name} in different processes",
                name = framework.name,
                library = library.display(),
            ),
        )),
    }
}

fn open_all(
    framework: &FrameworkDescription,
    folder: &Path,
    files: &[String],
    opened: &mut BTreeMap<String, PathBuf>,
) -> Result<()> {
    for file in files {
        if opened.contains_key(file) || system::opened(file).is_some() {
            continue;
        }
        let path = folder.join(file);
        system::open(path.as_os_str()).map_err(|why| does_not_open(framework, path.as_os_str(), &why))?;
        tracing::debug!(framework = framework.name, library = %path.display(), "opened");
        opened.insert(file.clone(), path);
    }
    Ok(())
}

/// Opens what the system's loader finds in its own folders.
fn open_by_name(framework: &FrameworkDescription, files: &[String], mut tried: Tried) -> Result<()> {
    if tried.is_on_loader_path {
        return Err(not_found(framework, &tried));
    }
    for (index, file) in files.iter().enumerate() {
        match system::open(file.as_ref()) {
            Ok(()) => {}
            Err(why) if index == 0 => {
                tried.places.push(format!("the system's folders: {why}"));
                return Err(not_found(framework, &tried));
            }
            Err(why) => return Err(does_not_open(framework, file.as_ref(), &why)),
        }
    }
    match files.first().and_then(|file| system::opened(file)) {
        Some(library) => folder_in_process(framework, &library).map(drop),
        None => Ok(()),
    }
}

#[cold]
fn does_not_open(framework: &FrameworkDescription, library: &OsStr, why: &str) -> Error {
    let message = format!("the library {} of {} does not load: {why}", library.display(), framework.name);
    Error::new(ErrorKind::Load, message)
}

#[cold]
fn not_found(framework: &FrameworkDescription, tried: &Tried) -> Error {
    let FrameworkDescription { name, variable, python_package, install, version, .. } = framework;
    let mut advice = Vec::new();
    advice.push(match install {
        Some(install) => format!("install it (`{install}`)"),
        None => "install it".to_owned(),
    });
    if python_package.is_some() {
        advice.push("activate the Python environment that has it".to_owned());
    }
    if let Some(variable) = variable {
        advice.push(format!("name its folder in the variable {variable}"));
    }
    let wanted = version.as_ref().map_or_else(String::new, |range| format!(" in version `{range}`"));
    let message = format!(
        "{name} was not found{wanted}: {}; looked for {} in: {}",
        advice.join(", or "),
        framework.files().join(", "),
        tried.places.join("; ")
    );
    Error::new(ErrorKind::Load, message)
}
