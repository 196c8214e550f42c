//! Paths that cannot stand side by side.

use crate::{PackageError, Problem};

/// Where paths must be told apart.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Names {
    /// On every file system, also those that do not know upper from lower case.
    OnDisk,
    /// In memory alone.
    InMemory,
}

/// Checks that no path occurs twice, that none differs from another in case alone, and that none
/// stands for a file and a folder. Takes paths and whether each is a folder.
pub(crate) fn check_distinct<'a>(
    paths: impl Iterator<Item = (&'a str, bool)>,
    names: Names,
) -> Result<(), PackageError> {
    let mut folded: Vec<_> =
        paths.map(|(path, is_folder)| Folded { key: sort_key(path, names), path, is_folder }).collect();
    folded.sort_unstable_by(|a, b| a.key.cmp(&b.key));
    folded.windows(2).try_for_each(|pair| check_pair(&pair[0], &pair[1]))
}

struct Folded<'a> {
    key: Vec<u8>,
    path: &'a str,
    is_folder: bool,
}

/// The path, in lower case for a disk, with the separator before every other byte: so a folder's
/// files follow it directly.
fn sort_key(path: &str, names: Names) -> Vec<u8> {
    let mut key = match names {
        Names::OnDisk => path.to_lowercase().into_bytes(),
        Names::InMemory => path.as_bytes().to_vec(),
    };
    key.iter_mut().filter(|byte| **byte == b'/').for_each(|byte| *byte = 0);
    key
}

fn check_pair(first: &Folded<'_>, second: &Folded<'_>) -> Result<(), PackageError> {
    if first.key == second.key {
        let problem = if first.is_folder != second.is_folder {
            Problem::FileAndFolder
        } else if first.path == second.path {
            Problem::Duplicate
        } else {
            Problem::CaseConflict { other: first.path.to_owned() }
        };
        return Err(problem.at(second.path));
    }
    let is_within = second.key.strip_prefix(first.key.as_slice()).is_some_and(|rest| rest[0] == 0);
    if is_within && !first.is_folder {
        return Err(Problem::FileAndFolder.at(first.path));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(paths: &[&str]) -> Result<(), PackageError> {
        check_distinct(
            paths.iter().map(|path| (path.trim_end_matches('/'), path.ends_with('/'))),
            Names::OnDisk,
        )
    }

    #[test]
    fn distinct_paths_are_accepted() {
        check(&["a", "a-b", "a.b/c", "ab/c", "b/", "b/c", "b/d/", "b/d/e"]).unwrap();
        check(&[]).unwrap();
    }

    #[test]
    fn case_matters_in_memory() {
        let paths = ["input/X.npy", "input/x.npy"].map(|path| (path, false));
        check_distinct(paths.into_iter(), Names::InMemory).unwrap();
    }

    #[test]
    fn conflicts_are_found_between_paths_that_are_not_neighbours_in_byte_order() {
        let problem = |paths: &[&str]| check(paths).unwrap_err();
        assert!(matches!(problem(&["a/b", "a-c", "a"]).problem(), Problem::FileAndFolder));
        assert!(matches!(problem(&["A", "a/b"]).problem(), Problem::FileAndFolder));
        assert!(matches!(problem(&["a", "a/"]).problem(), Problem::FileAndFolder));
        assert!(matches!(problem(&["x", "a", "x"]).problem(), Problem::Duplicate));
        assert!(matches!(problem(&["Ä/x", "b", "ä/X"]).problem(), Problem::CaseConflict { .. }));
    }
}
