//! Where a framework is.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use neuropod_core::{Error, Result};

use super::candidate::Candidate;
use super::interpreter;
use crate::FrameworkDescription;
use crate::variables::Variables;

/// Where the system's loader looks before its own folders.
const LOADER_PATH: &str = if cfg!(target_os = "macos") { "DYLD_LIBRARY_PATH" } else { "LD_LIBRARY_PATH" };

/// Where the interpreter that is asked comes from.
const ON_PATH: &str = "the Python on the path";

/// The Python environments that frameworks are looked for in, during one search for a plugin.
pub(crate) struct Environments<'a> {
    variables: &'a Variables,
    /// The one that the program named, for when none is active.
    named: Option<&'a Path>,
    /// Where the program says that frameworks are, by the names of their Python packages.
    folders: &'a BTreeMap<String, PathBuf>,
    /// What the interpreter on the path said of each package: it is asked once.
    answers: RefCell<BTreeMap<String, Result<PathBuf, String>>>,
}

/// What a search found.
pub(super) enum Found {
    /// The folder of the libraries.
    Folder(PathBuf),
    /// Nothing there, but the system's loader may find it by its file names.
    Nothing(Tried),
}

/// Where a framework was looked for, with what was there.
pub(super) struct Tried {
    pub(super) places: Vec<String>,
    /// Whether the loader would take a library that was passed over.
    pub(super) is_on_loader_path: bool,
}

impl<'a> Environments<'a> {
    pub(crate) fn new(
        variables: &'a Variables,
        named: Option<&'a Path>,
        folders: &'a BTreeMap<String, PathBuf>,
    ) -> Self {
        Environments { variables, named, folders, answers: RefCell::default() }
    }

    /// The one that the program named.
    pub(crate) fn named(&self) -> Option<&'a Path> {
        self.named
    }

    /// The environments in their order, each with where it comes from.
    fn roots(&self, plugin: Option<&Path>) -> Vec<(&'static str, PathBuf)> {
        let active = ["VIRTUAL_ENV", "CONDA_PREFIX"].into_iter();
        let active = active.filter_map(|name| Some((name, PathBuf::from(self.variables.get(name)?))));
        let named = self.named.map(|path| ("the program's choice", path.to_path_buf()));
        let plugin = plugin.map(|path| ("plugin.json", path.to_path_buf()));
        active.chain(named).chain(plugin).collect()
    }

    /// What the first `python3` on the path says.
    fn ask(&self, package: &str) -> Result<PathBuf, String> {
        let mut answers = self.answers.borrow_mut();
        let answer = answers.entry(package.to_owned()).or_insert_with(|| {
            let program = interpreter::on_path(self.variables).ok_or("there is no `python3` on the path")?;
            interpreter::ask(&program, package)
                .map_err(|why| format!("{} ({ON_PATH}): it {why}", program.display()))
        });
        answer.clone()
    }
}

/// Finds the folder of a framework's libraries: where its variable or else the program says; else in the
/// active Python environment, in the one that the program or `plugin.json` names, in that of the first `python3` on the
/// path, or where the system's loader is told to look.
pub(super) fn find(
    framework: &FrameworkDescription,
    plugin_environment: Option<&Path>,
    environments: &Environments<'_>,
) -> Result<Found> {
    if let Some(named) = named_by_variable(framework, environments.variables) {
        return named.map(Found::Folder);
    }
    if let Some(named) = named_by_program(framework, environments.folders) {
        return named.map(Found::Folder);
    }
    let mut tried = Tried { places: Vec::new(), is_on_loader_path: false };
    if let Some(package) = &framework.python_package {
        for (origin, root) in environments.roots(plugin_environment) {
            if let Some(folder) = tried.environment(framework, origin, &root, package) {
                return Ok(Found::Folder(folder));
            }
        }
        // Only when the environments have none is an interpreter started.
        match environments.ask(package) {
            Ok(root) => {
                if let Some(folder) = tried.candidate(&Candidate::of_root(framework, &root), ON_PATH, &root) {
                    return Ok(Found::Folder(folder));
                }
            }
            Err(why) => tried.places.push(why),
        }
    }
    let listed = environments.variables.paths(LOADER_PATH).into_iter().filter(|path| path.is_absolute());
    for path in listed {
        if let Some(folder) = tried.candidate(&Candidate::of_folder(framework, &path), LOADER_PATH, &path) {
            return Ok(Found::Folder(folder));
        }
        tried.is_on_loader_path |= framework.files().iter().any(|file| path.join(file).is_file());
    }
    Ok(Found::Nothing(tried))
}

impl Tried {
    /// The folder of the libraries in a Python environment.
    fn environment(
        &mut self,
        framework: &FrameworkDescription,
        origin: &str,
        root: &Path,
        package: &str,
    ) -> Option<PathBuf> {
        let site_packages = site_packages(root);
        if site_packages.is_empty() {
            self.places.push(format!("{} ({origin}): it is no Python environment", root.display()));
        }
        site_packages.into_iter().find_map(|folder| {
            let root = folder.join(package);
            self.candidate(&Candidate::of_root(framework, &root), origin, &root)
        })
    }

    /// The folder of a candidate's libraries, if it can be used; why not is noted otherwise.
    fn candidate(&mut self, candidate: &Candidate<'_>, origin: &str, path: &Path) -> Option<PathBuf> {
        match candidate.check() {
            Ok(folder) => Some(folder),
            Err(error) => {
                self.places.push(format!("{} ({origin}): {}", path.display(), error.message()));
                None
            }
        }
    }
}

/// Whoever sets the variable means it: what it names is used, or an error.
fn named_by_variable(framework: &FrameworkDescription, variables: &Variables) -> Option<Result<PathBuf>> {
    let variable = framework.variable.as_ref()?;
    let path = PathBuf::from(variables.get(variable)?);
    let checked = Candidate::named(framework, &path).check();
    Some(checked.map_err(|error| {
        let message = format!(
            "the variable {variable} names {}, which cannot be used as {}: {}; name the folder that holds {}, \
             or unset the variable",
            path.display(),
            framework.name,
            error.message(),
            framework.folder.join(framework.files().join(", ")).display(),
        );
        Error::new(error.kind(), message)
    }))
}

/// A program names the folder that its own Python imports from: another one beside it would not do.
fn named_by_program(
    framework: &FrameworkDescription,
    folders: &BTreeMap<String, PathBuf>,
) -> Option<Result<PathBuf>> {
    let package = framework.python_package.as_ref()?;
    let root = folders.get(package)?;
    let checked = Candidate::of_root(framework, root).check();
    Some(checked.map_err(|error| {
        let advice = match &framework.install {
            Some(install) => format!("install what is needed (`{install}`)"),
            None => "install what is needed".to_owned(),
        };
        let message = format!(
            "the Python package `{package}` in {}, which this program uses, cannot be used as {}: {}; {advice}",
            root.display(),
            framework.name,
            error.message(),
        );
        Error::new(error.kind(), message)
    }))
}

/// The folders of packages in a Python environment.
pub(crate) fn site_packages(root: &Path) -> Vec<PathBuf> {
    let versions = fs::read_dir(root.join("lib")).into_iter().flatten().flatten();
    let pythons = versions.filter(|entry| entry.file_name().to_string_lossy().starts_with("python3"));
    let mut folders: Vec<_> = pythons.map(|python| python.path().join("site-packages")).collect();
    folders.retain(|folder| folder.is_dir());
    folders.sort();
    folders
}
