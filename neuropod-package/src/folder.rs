//! Folders to be packaged.

use std::fs;
use std::path::Path;

use crate::directory::Directory;
use crate::{Limits, PackageError, Problem};

/// The files in a folder and in the folders within it, as sorted paths from the folder with `/`
/// between their parts. A file or folder for whose name `keep` says `false` is passed over, with all
/// that is in it.
///
/// ```
/// use neuropod_package::list_folder;
///
/// let folder = tempfile::tempdir()?;
/// std::fs::create_dir(folder.path().join("a"))?;
/// std::fs::write(folder.path().join("a/b.txt"), "text")?;
/// std::fs::write(folder.path().join("a/.hidden"), "text")?;
/// assert_eq!(list_folder(folder.path(), |name| !name.starts_with('.'))?, ["a/b.txt"]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
///
/// If it is no folder, cannot be read, or holds what cannot be packaged: a symbolic link, a pipe or
/// device, or a name that is dangerous in a package.
pub fn list_folder(
    folder: impl AsRef<Path>,
    keep: impl Fn(&str) -> bool,
) -> Result<Vec<String>, PackageError> {
    let folder = folder.as_ref();
    let path = || folder.display().to_string();
    let metadata = fs::metadata(folder).map_err(|source| Problem::Source { path: path(), source })?;
    if !metadata.is_dir() {
        return Err(Problem::SourceNotFolder(path()).into());
    }
    // Whoever packages a folder may package all of it; its readers have limits.
    let unlimited = Limits { max_total_size: u64::MAX, max_entries: u64::MAX, ..Limits::default() };
    let listed = Directory::open_some(folder, &unlimited, &keep)?;
    Ok(listed.files().iter().map(|(file, _)| file.clone()).collect())
}
