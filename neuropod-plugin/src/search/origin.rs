//! The standard places.

use std::env;
use std::fmt;
use std::path::{Path, PathBuf};

use crate::abi::NEUROPOD_PLUGIN_ABI;
use crate::framework::{own_file, site_packages};
use crate::variables::Variables;

/// The variable that lists paths of plugins.
const VARIABLE: &str = "NEUROPOD_PLUGIN_PATH";

/// Neuropod's folder among those of other programs.
const FOLDER: &str = "neuropod";

/// Folders of libraries for all users.
const SYSTEM: [&str; 2] = ["/usr/local/lib", "/usr/lib"];

/// Why a place is searched.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum PluginOrigin {
    /// The program named it, with [`PluginSearch::path`](crate::PluginSearch::path).
    Program,
    /// The environment variable `NEUROPOD_PLUGIN_PATH` lists it.
    Variable,
    /// It comes with the program, or with the Python package that is installed in the same environment.
    BesideProgram,
    /// It comes with the shared library that holds Neuropod, a Python module for instance.
    BesideLibrary,
    /// The user's own plugins.
    User,
    /// Plugins for all users.
    System,
}

impl PluginOrigin {
    /// Whether someone asked for it by name, so that it is no place that just may be there.
    pub(super) fn is_named(self) -> bool {
        matches!(self, PluginOrigin::Program | PluginOrigin::Variable)
    }
}

impl fmt::Display for PluginOrigin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            PluginOrigin::Program => "named by the program",
            PluginOrigin::Variable => VARIABLE,
            PluginOrigin::BesideProgram => "beside the program",
            PluginOrigin::BesideLibrary => "beside Neuropod's library",
            PluginOrigin::User => "the user's",
            PluginOrigin::System => "the system's",
        })
    }
}

/// The standard places in their order, there or not.
pub(super) fn standard(variables: &Variables) -> Vec<(PluginOrigin, PathBuf)> {
    let listed = variables.paths(VARIABLE).into_iter().map(|path| (PluginOrigin::Variable, path));
    let program = env::current_exe().and_then(|file| file.canonicalize()).ok();
    let library =
        own_file().and_then(|file| file.canonicalize().ok()).filter(|file| Some(file) != program.as_ref());
    let beside_program = beside_program(program.as_deref()).map(|path| (PluginOrigin::BesideProgram, path));
    let beside_library = beside_library(library.as_deref()).map(|path| (PluginOrigin::BesideLibrary, path));
    let user = user_data(variables).map(|folder| (PluginOrigin::User, plugins_in(&folder)));
    let system = SYSTEM.iter().map(|folder| (PluginOrigin::System, plugins_in(Path::new(folder))));
    listed.chain(beside_program).chain(beside_library).chain(user).chain(system).collect()
}

/// The folders that belong to a program: also those of the Python package in the environment that a `pip`
/// installed the program into.
fn beside_program(file: Option<&Path>) -> impl Iterator<Item = PathBuf> {
    let environment = file.and_then(Path::parent).and_then(Path::parent);
    let packages = environment.map(site_packages).unwrap_or_default();
    let packaged = packages.into_iter().map(|folder| plugins_in(&folder)).filter(|folder| folder.is_dir());
    beside(file).chain(packaged)
}

/// The folders that belong to a library: first that of the Python package which the library is a module of.
fn beside_library(file: Option<&Path>) -> impl Iterator<Item = PathBuf> {
    let package = file.and_then(Path::parent).filter(|folder| folder.ends_with(FOLDER));
    package.map(|folder| folder.join(plugins())).into_iter().chain(beside(file))
}

/// The folders that belong to a file: in its own folder, and in the `lib` of its installation.
fn beside(file: Option<&Path>) -> impl Iterator<Item = PathBuf> {
    let folder = file.and_then(Path::parent);
    let lib = folder.and_then(Path::parent).map(|root| root.join("lib"));
    [folder.map(plugins_in), lib.as_deref().map(plugins_in)].into_iter().flatten()
}

/// Where programs keep data of the user.
fn user_data(variables: &Variables) -> Option<PathBuf> {
    let folder = |name| variables.get(name).map(PathBuf::from).filter(|path| path.is_absolute());
    if cfg!(target_os = "macos") {
        return Some(folder("HOME")?.join("Library/Application Support"));
    }
    folder("XDG_DATA_HOME").or_else(|| Some(folder("HOME")?.join(".local/share")))
}

fn plugins_in(folder: &Path) -> PathBuf {
    folder.join(FOLDER).join(plugins())
}

/// The name of a folder with plugins of this version of the interface.
fn plugins() -> String {
    format!("plugins-{NEUROPOD_PLUGIN_ABI}")
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn paths_of(wanted: PluginOrigin, variables: &Variables) -> Vec<PathBuf> {
        let places = standard(variables).into_iter();
        places.filter(|(origin, _)| *origin == wanted).map(|(_, path)| path).collect()
    }

    #[test]
    fn the_order_is_the_one_that_is_documented() {
        let variables = Variables::only([("NEUROPOD_PLUGIN_PATH", "/a:/b::"), ("HOME", "/home/u")]);
        let mut origins: Vec<_> = standard(&variables).into_iter().map(|(origin, _)| origin).collect();
        origins.dedup();
        let order =
            [PluginOrigin::Variable, PluginOrigin::BesideProgram, PluginOrigin::User, PluginOrigin::System];
        assert_eq!(origins, order);
        assert_eq!(paths_of(PluginOrigin::Variable, &variables), [Path::new("/a"), Path::new("/b")]);
        let system = paths_of(PluginOrigin::System, &variables);
        assert_eq!(
            system,
            ["/usr/local/lib/neuropod/plugins-1", "/usr/lib/neuropod/plugins-1"].map(PathBuf::from)
        );
        let program = env::current_exe().unwrap().canonicalize().unwrap();
        let folder = program.parent().unwrap();
        let expected =
            [folder.join("neuropod/plugins-1"), folder.parent().unwrap().join("lib/neuropod/plugins-1")];
        assert_eq!(paths_of(PluginOrigin::BesideProgram, &variables), expected);
    }

    #[test]
    fn a_program_belongs_to_the_packages_of_its_python_environment() {
        let environment = tempfile::tempdir().unwrap();
        let at = |path: &str| environment.path().join(path);
        for path in ["python3.9/site-packages/neuropod/plugins-1", "python3.12/site-packages/neuropod"] {
            fs::create_dir_all(at("lib").join(path)).unwrap();
        }
        fs::create_dir_all(at("lib/python3.11/site-packages/neuropod/plugins-1")).unwrap();
        let paths: Vec<_> = beside_program(Some(&at("bin/neuropod"))).collect();
        let expected = [
            "bin/neuropod/plugins-1",
            "lib/neuropod/plugins-1",
            "lib/python3.11/site-packages/neuropod/plugins-1",
            "lib/python3.9/site-packages/neuropod/plugins-1",
        ];
        assert_eq!(paths, expected.map(at));
        assert_eq!(beside_program(None).count(), 0);
    }

    #[test]
    fn a_module_of_the_python_package_has_the_plugins_in_its_own_folder() {
        let paths = |file: &str| beside_library(Some(Path::new(file))).collect::<Vec<_>>();
        let module = "/env/lib/python3.11/site-packages/neuropod/_native.abi3.so";
        let expected = [
            "/env/lib/python3.11/site-packages/neuropod/plugins-1",
            "/env/lib/python3.11/site-packages/neuropod/neuropod/plugins-1",
            "/env/lib/python3.11/site-packages/lib/neuropod/plugins-1",
        ];
        assert_eq!(paths(module), expected.map(PathBuf::from));
        let other = ["/opt/bin/neuropod/plugins-1", "/opt/lib/neuropod/plugins-1"];
        assert_eq!(paths("/opt/bin/libneuropod.so"), other.map(PathBuf::from));
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn the_users_place_follows_the_data_folder_if_that_is_absolute() {
        let user = |variables: &[(&'static str, &str)]| {
            paths_of(PluginOrigin::User, &Variables::only(variables.iter().copied()))
        };
        let data = [("HOME", "/home/u"), ("XDG_DATA_HOME", "/data")];
        assert_eq!(user(&data), [Path::new("/data/neuropod/plugins-1")]);
        let relative = [("HOME", "/home/u"), ("XDG_DATA_HOME", "data")];
        assert_eq!(user(&relative), [Path::new("/home/u/.local/share/neuropod/plugins-1")]);
        assert_eq!(user(&[]), Vec::<PathBuf>::new());
    }
}
