//! Environments in which the wheel is installed. Nothing is downloaded: they see the packages of the prepared one.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::environment::Environment;
use crate::pip;
use crate::process::Process;
use crate::venv::{programs, site_packages};

/// An environment with the wheel.
pub(crate) struct Venv<'a> {
    pub(crate) folder: PathBuf,
    site_packages: PathBuf,
    prepared: &'a Environment,
}

impl<'a> Venv<'a> {
    /// Makes the environment anew. It sees every package of the prepared one, or only those of these names.
    pub(crate) fn make(
        prepared: &'a Environment,
        folder: &Path,
        wheel: &Path,
        only: Option<&[&str]>,
    ) -> Result<Self> {
        if folder.exists() {
            fs::remove_dir_all(folder).with_context(|| format!("cannot remove {}", folder.display()))?;
        }
        let make = ["-m", "venv", "--without-pip"];
        pip::clean(Process::new(prepared.python())).args(make).arg(folder).stdout()?;
        let venv =
            Venv { folder: folder.to_path_buf(), site_packages: site_packages(&programs(folder))?, prepared };
        let packages = site_packages(&programs(&prepared.venv))?;
        let seen = match only {
            None => packages,
            Some(names) => venv.link(&packages, names)?,
        };
        let path = venv.site_packages.join("prepared.pth");
        fs::write(&path, seen.as_os_str().as_encoded_bytes())
            .with_context(|| format!("cannot write {}", path.display()))?;
        venv.install(wheel)?;
        Ok(venv)
    }

    /// The folder of the installed package.
    pub(crate) fn package(&self) -> PathBuf {
        self.site_packages.join("neuropod")
    }

    /// This environment's Python. No variable leads to the prepared one: frameworks are found as an `import` finds
    /// them.
    pub(crate) fn python(&self, arguments: &[&str]) -> Process {
        let process = Process::new(programs(&self.folder).join("python")).args(arguments);
        process.inside(self.prepared).hidden_env("VIRTUAL_ENV", None).hidden_env("PATH", Some(PATH.as_ref()))
    }

    /// The prepared environment's pip installs what it is given, and looks nowhere else.
    fn install(&self, wheel: &Path) -> Result<()> {
        let pip = pip::clean(Process::new(self.prepared.python())).args(["-m", "pip", "install", "--quiet"]);
        let pip = pip.args(["--no-deps", "--no-index", "--no-compile", "--no-warn-script-location"]);
        pip.arg("--disable-pip-version-check").arg("--prefix").arg(&self.folder).arg(wheel).stdout()?;
        Ok(())
    }

    /// A folder with links to packages of these names, those that there are.
    fn link(&self, packages: &Path, names: &[&str]) -> Result<PathBuf> {
        let folder = self.folder.join("packages");
        fs::create_dir(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
        let entries =
            fs::read_dir(packages).with_context(|| format!("cannot read {}", packages.display()))?;
        for entry in entries {
            let name = entry?.file_name();
            if names.iter().any(|package| belongs_to(&name, package)) {
                symlink(packages.join(&name), folder.join(&name)).context("cannot make a link")?;
            }
        }
        Ok(folder)
    }
}

/// The system's programs alone.
const PATH: &str = "/usr/bin:/bin";

/// Whether an entry of `site-packages` is a package's folder, or what a package manager noted of the package.
fn belongs_to(entry: &OsStr, package: &str) -> bool {
    let Some(entry) = entry.to_str() else { return false };
    let noted = entry.strip_suffix(".dist-info").and_then(|entry| entry.split_once('-'));
    entry == package || noted.is_some_and(|(name, _)| name.eq_ignore_ascii_case(package))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_entries_of_a_package_are_known() {
        for entry in ["numpy", "numpy-2.4.6.dist-info"] {
            assert!(belongs_to(entry.as_ref(), "numpy"), "{entry}");
        }
        for entry in ["numpy.libs", "numpy_more-1.0.dist-info", "torch"] {
            assert!(!belongs_to(entry.as_ref(), "numpy"), "{entry}");
        }
    }
}
