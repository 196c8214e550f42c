//! Which paths a file in a package may have.

use thiserror::Error;

/// What is wrong with the path of a file in a package.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum PathFlaw {
    /// There is nothing in it.
    #[error("it is empty")]
    Empty,
    /// It starts with `/`.
    #[error("it is absolute")]
    Absolute,
    /// It holds a backslash, which separates folders on Windows alone.
    #[error("it holds a backslash; parts are separated by `/`")]
    Backslash,
    /// It starts with a drive letter and a colon; on Windows, it holds any colon.
    #[error("it names a drive or a stream of Windows")]
    Drive,
    /// It holds a NUL or another control character.
    #[error("it holds a control character")]
    ControlCharacter,
    /// It holds `//`.
    #[error("it has an empty part")]
    EmptyPart,
    /// It has a part `.`.
    #[error("it has a part `.`")]
    CurrentFolder,
    /// It has a part `..`, which leaves the folder.
    #[error("it has a part `..`, which leaves its folder")]
    ParentFolder,
    /// One of its parts ends in a dot or a space, which Windows drops.
    #[error("a part of it ends in a dot or a space, which Windows drops")]
    TrailingDotOrSpace,
    /// One of its parts is a device, `nul` or `com1.txt` for instance. Checked on Windows alone:
    /// elsewhere `aux.py` is a file like any other.
    #[error("a part of it names a device of Windows")]
    DeviceName,
    /// It is longer than [`Limits::max_path_length`](crate::Limits::max_path_length), or a part of it than 255 bytes.
    #[error("it is too long")]
    TooLong,
}

/// Longer parts cannot be created on the usual file systems.
const MAX_PART_LENGTH: usize = 255;

/// Checks a path from a package's root, with `/` between its parts.
pub(crate) fn check_path(path: &str, max_length: u64) -> Result<(), PathFlaw> {
    if path.is_empty() {
        return Err(PathFlaw::Empty);
    }
    if path.len() as u64 > max_length {
        return Err(PathFlaw::TooLong);
    }
    if path.starts_with('/') {
        return Err(PathFlaw::Absolute);
    }
    if is_drive(path) || (cfg!(windows) && path.contains(':')) {
        return Err(PathFlaw::Drive);
    }
    path.chars().try_for_each(check_char)?;
    path.split('/').try_for_each(check_part)
}

fn check_char(c: char) -> Result<(), PathFlaw> {
    match c {
        '\\' => Err(PathFlaw::Backslash),
        c if c.is_control() => Err(PathFlaw::ControlCharacter),
        _ => Ok(()),
    }
}

fn check_part(part: &str) -> Result<(), PathFlaw> {
    match part {
        "" => Err(PathFlaw::EmptyPart),
        "." => Err(PathFlaw::CurrentFolder),
        ".." => Err(PathFlaw::ParentFolder),
        _ if part.len() > MAX_PART_LENGTH => Err(PathFlaw::TooLong),
        _ if part.ends_with(['.', ' ']) => Err(PathFlaw::TrailingDotOrSpace),
        _ if cfg!(windows) && is_device(part) => Err(PathFlaw::DeviceName),
        _ => Ok(()),
    }
}

fn is_drive(path: &str) -> bool {
    matches!(path.as_bytes(), [letter, b':', ..] if letter.is_ascii_alphabetic())
}

/// Whether Windows takes the name for a device, with or without an extension.
fn is_device(part: &str) -> bool {
    let stem = part.split('.').next().unwrap_or_default().trim_end();
    let is = |name: &str| stem.eq_ignore_ascii_case(name);
    let numbered = |prefix: &str| {
        stem.len() == 4
            && stem.get(..3).is_some_and(|start| start.eq_ignore_ascii_case(prefix))
            && stem.as_bytes()[3].is_ascii_digit()
    };
    is("con") || is("prn") || is("aux") || is("nul") || numbered("com") || numbered("lpt")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ordinary_paths_are_accepted() {
        for path in
            ["config.json", "0/data/model.pt", "0/code/a/__init__.py", ".hidden", "a..b", "日本語/モデル.pt"]
        {
            assert_eq!(check_path(path, 1024), Ok(()), "{path}");
        }
    }

    #[test]
    fn every_flaw_is_told_apart() {
        let long = "a/".repeat(600) + "a";
        let long_part = "a".repeat(256);
        for (path, flaw) in [
            ("", PathFlaw::Empty),
            ("/etc/passwd", PathFlaw::Absolute),
            ("0\\data", PathFlaw::Backslash),
            ("C:/x", PathFlaw::Drive),
            ("a\0b", PathFlaw::ControlCharacter),
            ("a//b", PathFlaw::EmptyPart),
            ("a/", PathFlaw::EmptyPart),
            ("a/./b", PathFlaw::CurrentFolder),
            ("0/../../x", PathFlaw::ParentFolder),
            ("a./b", PathFlaw::TrailingDotOrSpace),
            ("a/b ", PathFlaw::TrailingDotOrSpace),
            (long.as_str(), PathFlaw::TooLong),
            (long_part.as_str(), PathFlaw::TooLong),
        ] {
            assert_eq!(check_path(path, 1024), Err(flaw), "{path}");
        }
    }

    #[test]
    fn devices_of_windows_are_known() {
        for name in ["NUL.txt", "lpt1", "con", "Com9.tar.gz"] {
            assert!(is_device(name), "{name}");
        }
        for name in ["com10", "console", "aux_.py", "null"] {
            assert!(!is_device(name), "{name}");
        }
    }
}
