//! The library for C and C++, and what CMake and pkg-config need to find it.

use std::env::consts::OS;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};

use super::build::{self, LibraryFiles, Profile};
use super::files::{DATA, Destination, files_below};
use crate::environment::Environment;

/// The version of every crate of the workspace: this one's too.
const VERSION: Version = Version {
    whole: env!("CARGO_PKG_VERSION"),
    major: env!("CARGO_PKG_VERSION_MAJOR"),
    minor: env!("CARGO_PKG_VERSION_MINOR"),
};

/// The folder of the crate.
const CRATE: &str = "bindings/c";

/// The templates of the files for build tools, and where each is installed.
const TEMPLATES: [(&str, &str); 3] = [
    ("cmake/neuropod-config.cmake.in", "lib/cmake/neuropod/neuropod-config.cmake"),
    ("cmake/neuropod-config-version.cmake.in", "lib/cmake/neuropod/neuropod-config-version.cmake"),
    ("pkgconfig/neuropod.pc.in", "lib/pkgconfig/neuropod.pc"),
];

/// The library that is built.
pub(super) struct Library {
    files: LibraryFiles,
}

impl Library {
    /// Builds the shared and the static library.
    pub(super) fn build(root: &Path, environment: &Environment, profile: Profile) -> Result<Self> {
        Ok(Library { files: build::c_library(root, environment, profile)? })
    }

    /// Installs both libraries, the headers, and the files for CMake and pkg-config.
    pub(super) fn install(&self, root: &Path, destination: &Destination) -> Result<()> {
        let names = Names::new(OS, &VERSION);
        destination.copy(&format!("lib/{}", names.file), DATA, &self.files.shared)?;
        destination.link(&format!("lib/{}", names.soname), &names.file)?;
        destination.link(&format!("lib/{}", names.link), &names.soname)?;
        destination.copy("lib/libneuropod.a", DATA, &self.files.archive)?;
        for header in headers(root)? {
            destination.copy(&format!("include/{header}"), DATA, &include(root).join(&header))?;
        }
        for (template, path) in TEMPLATES {
            let template = root.join(CRATE).join(template);
            let text = fs::read_to_string(&template)
                .with_context(|| format!("cannot read {}", template.display()))?;
            let text = self.fill_in(&text, &names, path.ends_with(".pc"));
            ensure!(!text.contains('@'), "{} has an @NAME@ that nothing stands for", template.display());
            destination.write(path, DATA, text.as_bytes())?;
        }
        Ok(())
    }

    /// A template with the values in place of the names. pkg-config separates libraries with spaces, CMake with `;`.
    fn fill_in(&self, template: &str, names: &Names, is_pkg_config: bool) -> String {
        let flags = self.files.system_libraries.split_whitespace();
        let system = flags.collect::<Vec<_>>().join(if is_pkg_config { " " } else { ";" });
        [
            ("@VERSION@", VERSION.whole),
            ("@MAJOR@", VERSION.major),
            ("@MINOR@", VERSION.minor),
            ("@SHARED_FILE@", &names.file),
            ("@SONAME@", &names.soname_in_file),
            ("@SYSTEM_LIBRARIES@", &system),
        ]
        .iter()
        .fold(template.to_owned(), |text, (name, value)| text.replace(name, value))
    }
}

/// Installs libraries that were built in another way, below `prefix`.
///
/// # Errors
///
/// A file cannot be read or written.
pub(crate) fn install_library(root: &Path, prefix: &Path, shared: PathBuf, archive: PathBuf) -> Result<()> {
    let files = LibraryFiles { shared, archive, system_libraries: String::new() };
    Library { files }.install(root, &Destination::new(prefix).quiet())
}

/// The paths of the libraries in an installation: the file, and the links to it.
pub(crate) fn library_paths() -> Vec<String> {
    let names = Names::new(OS, &VERSION);
    let files = [names.file, names.soname, names.link, "libneuropod.a".to_owned()];
    files.map(|file| format!("lib/{file}")).to_vec()
}

/// The paths of the files for build tools in an installation.
pub(crate) fn build_tool_paths() -> impl Iterator<Item = &'static str> {
    TEMPLATES.iter().map(|(_, path)| *path)
}

/// The name that the shared library has for the loader.
pub(crate) fn soname() -> String {
    Names::new(OS, &VERSION).soname
}

/// The paths of all headers, below `include`.
///
/// # Errors
///
/// A folder cannot be read.
pub(crate) fn headers(root: &Path) -> Result<Vec<String>> {
    files_below(&include(root))
}

fn include(root: &Path) -> PathBuf {
    root.join(CRATE).join("include")
}

struct Version {
    whole: &'static str,
    major: &'static str,
    minor: &'static str,
}

/// The names of the shared library.
#[derive(Debug, PartialEq, Eq)]
struct Names {
    /// Its file.
    file: String,
    /// The link that the loader follows: the name tells one interface from the next.
    soname: String,
    /// The link that the linker follows.
    link: String,
    /// What the file says that its name is.
    soname_in_file: String,
}

impl Names {
    fn new(system: &str, version: &Version) -> Self {
        // Below 1.0, a minor version may change the interface. The crate's build script says the same.
        let interface = match version.major {
            "0" => format!("0.{}", version.minor),
            major => major.to_owned(),
        };
        let (name, in_folder): (fn(&str) -> String, _) = match system {
            "macos" => (|version| format!("libneuropod{version}.dylib"), "@rpath/"),
            _ => (|version| format!("libneuropod.so{version}"), ""),
        };
        let soname = name(&format!(".{interface}"));
        Names {
            file: name(&format!(".{}", version.whole)),
            soname_in_file: format!("{in_folder}{soname}"),
            soname,
            link: name(""),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn library() -> Library {
        let system_libraries = "-lpthread -ldl".to_owned();
        Library { files: LibraryFiles { shared: PathBuf::new(), archive: PathBuf::new(), system_libraries } }
    }

    #[test]
    fn the_names_tell_one_interface_from_the_next() {
        let first = Names::new("linux", &Version { whole: "0.1.2", major: "0", minor: "1" });
        assert_eq!(
            [&*first.file, &first.soname, &first.link, &first.soname_in_file],
            ["libneuropod.so.0.1.2", "libneuropod.so.0.1", "libneuropod.so", "libneuropod.so.0.1"]
        );
        let stable = Names::new("macos", &Version { whole: "2.1.0", major: "2", minor: "1" });
        assert_eq!(
            [&*stable.file, &stable.soname, &stable.link, &stable.soname_in_file],
            [
                "libneuropod.2.1.0.dylib",
                "libneuropod.2.dylib",
                "libneuropod.dylib",
                "@rpath/libneuropod.2.dylib"
            ]
        );
    }

    #[test]
    fn templates_are_filled_in() {
        let names = Names::new("linux", &Version { whole: "0.1.2", major: "0", minor: "1" });
        let fill_in = |template, is_pkg_config| library().fill_in(template, &names, is_pkg_config);
        assert_eq!(fill_in("@SHARED_FILE@ @SONAME@", false), "libneuropod.so.0.1.2 libneuropod.so.0.1");
        assert_eq!(fill_in("Libs.private: @SYSTEM_LIBRARIES@", true), "Libs.private: -lpthread -ldl");
        assert_eq!(fill_in("\"@SYSTEM_LIBRARIES@\"", false), "\"-lpthread;-ldl\"");
        assert_eq!(fill_in("@MAJOR@.@MINOR@", false), format!("{}.{}", VERSION.major, VERSION.minor));
    }
}
