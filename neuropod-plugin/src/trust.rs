//! Which files code may be loaded from: none that everyone can replace.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use neuropod_core::{Error, ErrorKind, Result};

/// Permission to write, for everyone.
const WRITE: u32 = 0o002;
/// In a folder with this bit, only its owner can replace a file.
const STICKY: u32 = 0o1000;

/// The canonical path of a file that neither everyone can write nor everyone can replace.
///
/// # Errors
///
/// [`ErrorKind::Forbidden`] if everyone can, naming the file or folder that lets them;
/// [`ErrorKind::NotFound`] or [`ErrorKind::Io`] if it cannot be looked at, or is no file.
pub(crate) fn trusted_file(path: &Path) -> Result<PathBuf> {
    let canonical = path.canonicalize()?;
    // A pipe would be waited for.
    if !canonical.metadata()?.is_file() {
        return Err(Error::new(ErrorKind::Io, format!("expected a file, and {} is none", path.display())));
    }
    check(&canonical, WRITE)?;
    if let Some(folder) = canonical.parent() {
        trusted_folder(folder)?;
    }
    Ok(canonical)
}

/// The canonical path of a folder in which not everyone can make or replace files.
///
/// # Errors
///
/// As for [`trusted_file`].
pub(crate) fn trusted_folder(path: &Path) -> Result<PathBuf> {
    let canonical = path.canonicalize()?;
    check(&canonical, WRITE)?;
    for ancestor in canonical.ancestors().skip(1) {
        check(ancestor, WRITE | STICKY)?;
    }
    Ok(canonical)
}

/// An error if the bits of `relevant` say that everyone can write: those of [`WRITE`] without
/// [`STICKY`], if both are relevant.
fn check(path: &Path, relevant: u32) -> Result<()> {
    let mode = fs::metadata(path)?.permissions().mode();
    if mode & relevant != WRITE {
        return Ok(());
    }
    let path = path.display();
    let message = format!(
        "{path} can be written by everyone, and code is not loaded from where everyone can put it: \
         `chmod o-w {path}`"
    );
    Err(Error::new(ErrorKind::Forbidden, message))
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    fn set_mode(path: &Path, mode: u32) {
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    }

    #[test]
    fn what_everyone_can_write_is_refused_wherever_it_is_on_the_way() {
        let root = tempfile::tempdir().unwrap();
        let outer = root.path().join("outer");
        let inner = outer.join("inner");
        let file = inner.join("file");
        fs::create_dir_all(&inner).unwrap();
        fs::write(&file, "").unwrap();
        assert_eq!(trusted_file(&file).unwrap(), file.canonicalize().unwrap());
        for (path, mode, is_refused) in [
            (&file, 0o646, true),
            (&inner, 0o757, true),
            (&inner, 0o1757, true),
            (&outer, 0o757, true),
            (&outer, 0o1757, false),
            (&outer, 0o775, false),
        ] {
            let before = fs::metadata(path).unwrap().permissions().mode();
            set_mode(path, mode);
            let checked = trusted_file(&file);
            set_mode(path, before);
            assert_eq!(checked.is_err(), is_refused, "{} {mode:o}", path.display());
            if let Err(error) = checked {
                assert_eq!(error.kind(), ErrorKind::Forbidden);
                assert!(
                    error.message().contains("`chmod o-w ") && error.message().contains("outer"),
                    "{error}"
                );
            }
        }
    }

    #[test]
    fn a_link_is_judged_by_what_it_leads_to() {
        let root = tempfile::tempdir().unwrap();
        let open = root.path().join("open");
        fs::create_dir(&open).unwrap();
        set_mode(&open, 0o777);
        fs::write(open.join("file"), "").unwrap();
        let link = root.path().join("link");
        symlink(open.join("file"), &link).unwrap();
        assert_eq!(trusted_file(&link).unwrap_err().kind(), ErrorKind::Forbidden);
        assert_eq!(trusted_file(&root.path().join("none")).unwrap_err().kind(), ErrorKind::NotFound);
    }
}
