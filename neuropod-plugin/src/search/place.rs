//! What is at a place, without loading it.

use std::error::Error as _;
use std::fmt;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use neuropod_core::{Error, ErrorKind, Result};

use super::PluginOrigin;
use crate::PluginDescription;
use crate::description::{FILE, library_file_name};
use crate::trust::{trusted_file, trusted_folder};

/// A place where plugins are looked for, and what is there. Its text is for people: a line for the place,
/// and one for each plugin.
#[derive(Debug)]
#[non_exhaustive]
pub struct PluginPlace {
    /// Why it is searched.
    pub origin: PluginOrigin,
    /// A folder or, if the program named one, a library's file.
    pub path: PathBuf,
    /// What is there.
    pub content: PlaceContent,
}

/// What is at a [`PluginPlace`].
#[derive(Debug)]
#[non_exhaustive]
pub enum PlaceContent {
    /// Nothing.
    Missing,
    /// Something that cannot be looked at, or is not what is expected.
    Unreadable(Error),
    /// Something that is not used, as everyone can write it.
    Refused(Error),
    /// A folder with these plugins, perhaps none, in the order of their names.
    Plugins(Vec<FoundPlugin>),
    /// A shared library that the program named.
    Library,
}

/// A plugin in its folder.
#[derive(Debug)]
#[non_exhaustive]
pub struct FoundPlugin {
    /// Its folder.
    pub folder: PathBuf,
    /// What its `plugin.json` says, if that can be read.
    pub description: Option<PluginDescription>,
    /// Why it cannot be used, as far as that can be told without loading it.
    pub problem: Option<Error>,
}

impl PluginPlace {
    /// Looks what is at a path.
    pub(super) fn look(origin: PluginOrigin, path: PathBuf) -> Self {
        let content = look(origin, &path).unwrap_or_else(|error| match error.kind() {
            ErrorKind::NotFound => PlaceContent::Missing,
            // A file stands where one of the folders would be: the program `neuropod` itself, for instance.
            _ if is_not_a_directory(&error) => PlaceContent::Missing,
            ErrorKind::Forbidden => PlaceContent::Refused(error),
            _ => PlaceContent::Unreadable(error),
        });
        PluginPlace { origin, path, content }
    }

    /// The plugins there that can be told from their descriptions.
    pub fn plugins(&self) -> &[FoundPlugin] {
        match &self.content {
            PlaceContent::Plugins(plugins) => plugins,
            _ => &[],
        }
    }
}

fn look(origin: PluginOrigin, path: &Path) -> Result<PlaceContent> {
    let is_file = fs::metadata(path)?.is_file();
    if is_file && origin == PluginOrigin::Program {
        return trusted_file(path).map(|_| PlaceContent::Library);
    }
    if is_file {
        let message = "expected a plugin's folder or a folder of such folders, found a file";
        return Err(Error::new(ErrorKind::InvalidArgument, message));
    }
    let folder = trusted_folder(path)?;
    if is_plugin(&folder) {
        return Ok(PlaceContent::Plugins(vec![FoundPlugin::read(folder)]));
    }
    let entries = fs::read_dir(&folder)?.collect::<io::Result<Vec<_>>>()?;
    let mut folders: Vec<_> =
        entries.iter().map(fs::DirEntry::path).filter(|folder| is_plugin(folder)).collect();
    folders.sort();
    Ok(PlaceContent::Plugins(folders.into_iter().map(FoundPlugin::read).collect()))
}

fn is_not_a_directory(error: &Error) -> bool {
    let cause = error.source().and_then(|cause| cause.downcast_ref::<io::Error>());
    cause.is_some_and(|cause| cause.kind() == io::ErrorKind::NotADirectory)
}

/// Whether a folder is a plugin's, readable or not.
fn is_plugin(folder: &Path) -> bool {
    use io::ErrorKind::{NotADirectory, NotFound};
    match fs::symlink_metadata(folder.join(FILE)) {
        Ok(_) => true,
        Err(error) => !matches!(error.kind(), NotFound | NotADirectory),
    }
}

impl FoundPlugin {
    fn read(folder: PathBuf) -> Self {
        let read = trusted_folder(&folder)
            .and_then(|_| trusted_file(&folder.join(FILE)))
            .and_then(|_| PluginDescription::read_any_abi(&folder));
        let (description, problem) = match read {
            Ok(description) => (Some(description), None),
            Err(error) => (None, Some(error)),
        };
        let plugin = FoundPlugin { folder, description, problem };
        let problem = plugin.library().err();
        FoundPlugin { problem: plugin.problem.or(problem), ..plugin }
    }

    /// The canonical path of its library, if it may be loaded.
    pub(super) fn library(&self) -> Result<PathBuf> {
        let Some(description) = &self.description else {
            return Err(Error::new(ErrorKind::Load, format!("the plugin's {FILE} cannot be read")));
        };
        description.check_abi()?;
        let file = self.folder.join(library_file_name(&description.library));
        trusted_file(&file).map_err(|error| match error.kind() {
            ErrorKind::Forbidden => error,
            kind => {
                let why = error.message();
                let message = format!("the plugin's library {} cannot be opened: {why}", file.display());
                Error::new(kind, message)
            }
        })
    }
}

impl fmt::Display for PluginPlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({}): ", self.path.display(), self.origin)?;
        match &self.content {
            PlaceContent::Missing => f.write_str("not there"),
            PlaceContent::Unreadable(error) => write!(f, "cannot be used: {}", error.message()),
            PlaceContent::Refused(error) => write!(f, "refused: {}", error.message()),
            PlaceContent::Library => f.write_str("a library, which says what it is when it is loaded"),
            PlaceContent::Plugins(plugins) if plugins.is_empty() => f.write_str("no plugins"),
            PlaceContent::Plugins(plugins) => {
                write!(f, "{} plugin{}", plugins.len(), if plugins.len() == 1 { "" } else { "s" })?;
                plugins.iter().try_for_each(|plugin| write!(f, "\n  {plugin}"))
            }
        }
    }
}

impl fmt::Display for FoundPlugin {
    /// One line: what it is, where, and what is wrong with it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.description {
            Some(description) => write!(f, "{description}, in {}", self.folder.display())?,
            None => write!(f, "{}", self.folder.display())?,
        }
        match &self.problem {
            Some(problem) => write!(f, ": {}", problem.message()),
            None => Ok(()),
        }
    }
}
