//! What goes into the wheel, in a folder.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use super::{PACKAGE, python_module};
use crate::environment::Environment;
use crate::install;
use crate::install::{DATA, Destination, LICENCES, PROGRAM, Plugin, Profile};

/// The module that is Rust, in the package. One file serves every Python from the oldest on.
pub(super) const MODULE: &str = "neuropod/_native.abi3.so";

/// From a plugin's folder, `lib/python3.X/site-packages/neuropod/plugins-1/torch-2.13.0` for instance, to the
/// environment that the wheel is installed in.
const ENVIRONMENT: &str = "../../../../../..";

/// A wheel, unpacked.
pub(super) struct Content {
    pub(super) folder: PathBuf,
    /// Name and version, as files of the wheel have them: `neuropod-0.1.0`.
    pub(super) name: String,
}

impl Content {
    /// The package as maturin builds it, optimized.
    pub(super) fn by_maturin(root: &Path, environment: &Environment, scratch: &Path) -> Result<Self> {
        let built = scratch.join("built");
        python_module(environment, "maturin")
            .args(["build", "--release", "--manifest-path"])
            .arg(root.join(PACKAGE).join("Cargo.toml"))
            .arg("--interpreter")
            .arg(environment.python())
            // What the wheel needs of the system depends on all files in it: see `platform`.
            .args(["--compatibility", "linux", "--auditwheel", "skip", "--out"])
            .arg(&built)
            .run()?;
        let wheel = only_entry(&built, ".whl")?;
        let unpacked = scratch.join("unpacked");
        python_module(environment, "wheel").arg("unpack").arg(wheel).arg("--dest").arg(&unpacked).stdout()?;
        let content = Content::new(only_entry(&unpacked, "")?)?;
        content.remove_sboms()?;
        Ok(content)
    }

    /// The package with a module that is built as the tests are.
    pub(super) fn from_what_is_built(root: &Path, environment: &Environment, scratch: &Path) -> Result<Self> {
        let module = install::python_module(root, environment)?;
        let folder = scratch.join("unpacked");
        fs::create_dir(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
        python_module(environment, "maturin")
            .args(["pep517", "write-dist-info", "--compatibility", "linux", "--manifest-path"])
            .arg(root.join(PACKAGE).join("Cargo.toml"))
            .arg("--interpreter")
            .arg(environment.python())
            .arg("--metadata-directory")
            .arg(&folder)
            .stdout()?;
        let content = Content::new(folder)?;
        let destination = content.destination();
        for path in sources(root)? {
            destination.copy(&path, DATA, &root.join(PACKAGE).join("python").join(&path))?;
        }
        destination.copy(MODULE, DATA, &module)?;
        Ok(content)
    }

    fn new(folder: PathBuf) -> Result<Self> {
        let information = only_entry(&folder, ".dist-info")?;
        let name = information.file_stem().and_then(|name| name.to_str()).context("a name in UTF-8")?;
        Ok(Content { name: name.to_owned(), folder })
    }

    /// maturin lists the crates that the module is built of, with this machine's paths, and not those of the command
    /// and the plugins.
    fn remove_sboms(&self) -> Result<()> {
        let folder = self.folder.join(format!("{}.dist-info/sboms", self.name));
        if folder.exists() {
            fs::remove_dir_all(&folder).with_context(|| format!("cannot remove {}", folder.display()))?;
        }
        Ok(())
    }

    fn destination(&self) -> Destination {
        Destination::new(&self.folder).quiet()
    }

    /// The command's path, from where an installer takes programs.
    pub(super) fn command(&self) -> String {
        format!("{}.data/scripts/neuropod", self.name)
    }

    pub(super) fn add_command(&self, root: &Path, environment: &Environment, profile: Profile) -> Result<()> {
        let command = install::command(root, environment, profile)?;
        self.destination().copy(&self.command(), PROGRAM, &command)
    }

    pub(super) fn add_plugins(&self, root: &Path, environment: &Environment, profile: Profile) -> Result<()> {
        let plugins = Plugin::build_all(root, environment, profile)?;
        let destination = self.destination();
        plugins.iter().try_for_each(|plugin| plugin.install(&destination, "neuropod", Path::new(ENVIRONMENT)))
    }

    /// Adds the texts, and says in the metadata that they are there.
    pub(super) fn add_licences(&self, root: &Path) -> Result<()> {
        let information = format!("{}.dist-info", self.name);
        let destination = self.destination();
        for licence in LICENCES {
            destination.copy(&format!("{information}/licenses/{licence}"), DATA, &root.join(licence))?;
        }
        let file = self.folder.join(&information).join("METADATA");
        let text = fs::read_to_string(&file).with_context(|| format!("cannot read {}", file.display()))?;
        let text = with_licences(&text).with_context(|| format!("{} says no licence", file.display()))?;
        destination.write(&format!("{information}/METADATA"), DATA, text.as_bytes())
    }

    /// The paths of all files.
    pub(super) fn files(&self) -> Result<BTreeSet<String>> {
        files_below(&self.folder, "")
    }

    /// Writes the wheel into a folder. The answer is its file.
    pub(super) fn pack(&self, environment: &Environment, out: &Path) -> Result<PathBuf> {
        let packed =
            tempfile::tempdir_in(out).with_context(|| format!("cannot write to {}", out.display()))?;
        let pack = python_module(environment, "wheel").arg("pack").arg(&self.folder);
        pack.arg("--dest-dir").arg(packed.path()).stdout()?;
        let wheel = only_entry(packed.path(), ".whl")?;
        let place = out.join(wheel.file_name().context("a wheel has a name")?);
        fs::rename(&wheel, &place).with_context(|| format!("cannot write {}", place.display()))?;
        Ok(place)
    }
}

/// The paths of the Python package's own files, below `python`.
pub(super) fn sources(root: &Path) -> Result<BTreeSet<String>> {
    let mut files = files_below(&root.join(PACKAGE).join("python"), "")?;
    // What Python and `maturin develop` leave there.
    files.retain(|path| !path.contains("__pycache__/") && !path.ends_with(".so"));
    Ok(files)
}

fn files_below(root: &Path, folder: &str) -> Result<BTreeSet<String>> {
    let mut files = BTreeSet::new();
    let read = fs::read_dir(root.join(folder));
    for entry in read.with_context(|| format!("cannot read {}", root.join(folder).display()))? {
        let entry = entry?;
        let name = entry.file_name().into_string().ok().context("a file's name is not UTF-8")?;
        let path = if folder.is_empty() { name } else { format!("{folder}/{name}") };
        if entry.file_type()?.is_dir() {
            files.append(&mut files_below(root, &path)?);
        } else {
            files.insert(path);
        }
    }
    Ok(files)
}

/// The one entry of a folder whose name ends so.
fn only_entry(folder: &Path, ending: &str) -> Result<PathBuf> {
    let entries = fs::read_dir(folder).with_context(|| format!("cannot read {}", folder.display()))?;
    let paths = entries.flatten().map(|entry| entry.path());
    let found: Vec<_> = paths.filter(|path| path.to_string_lossy().ends_with(ending)).collect();
    let [path] = &found[..] else {
        anyhow::bail!("{} should hold one entry {ending} and holds {found:?}", folder.display());
    };
    Ok(path.clone())
}

/// Metadata with a line for each licence's file after that for the licence.
fn with_licences(metadata: &str) -> Option<String> {
    let start = metadata.find("License-Expression: ")?;
    let end = start + metadata[start..].find('\n')? + 1;
    let lines: String = LICENCES.iter().map(|licence| format!("License-File: {licence}\n")).collect();
    Some([&metadata[..end], &lines, &metadata[end..]].concat())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_metadata_name_the_licences() {
        let metadata =
            "Name: neuropod\nLicense-Expression: MIT OR Apache-2.0\nRequires-Python: >=3.10\n\nText\n";
        let expected = "Name: neuropod\nLicense-Expression: MIT OR Apache-2.0\nLicense-File: LICENSE-APACHE\n\
                        License-File: LICENSE-MIT\nRequires-Python: >=3.10\n\nText\n";
        assert_eq!(with_licences(metadata).unwrap(), expected);
        assert_eq!(with_licences("Name: neuropod\n\nText\n"), None);
    }

    #[test]
    fn the_sources_are_without_what_is_made_of_them() {
        let root = tempfile::tempdir().unwrap();
        let package = root.path().join(PACKAGE).join("python/neuropod");
        fs::create_dir_all(package.join("__pycache__")).unwrap();
        fs::create_dir(package.join("utils")).unwrap();
        for file in ["__init__.py", "__pycache__/x.pyc", "utils/__init__.py", "_native.abi3.so", "py.typed"] {
            fs::write(package.join(file), "").unwrap();
        }
        let found: Vec<_> = sources(root.path()).unwrap().into_iter().collect();
        assert_eq!(found, ["neuropod/__init__.py", "neuropod/py.typed", "neuropod/utils/__init__.py"]);
    }

    #[test]
    fn one_entry_is_expected() {
        let folder = tempfile::tempdir().unwrap();
        let message = only_entry(folder.path(), ".whl").unwrap_err().to_string();
        assert!(message.ends_with("should hold one entry .whl and holds []"), "{message}");
        fs::write(folder.path().join("a.whl"), "").unwrap();
        fs::write(folder.path().join("a.txt"), "").unwrap();
        assert_eq!(only_entry(folder.path(), ".whl").unwrap(), folder.path().join("a.whl"));
    }
}
