//! Versions of frameworks, and ranges of them.

use neuropod_core::{Error, ErrorKind, Result};
use node_semver::{Range, Version};

/// A range as npm writes them; an empty one is `*`.
pub(crate) fn parse_range(range: &str) -> Result<Range> {
    let range = if range.trim().is_empty() { "*" } else { range };
    Range::parse(range).map_err(|error| {
        let message = format!("`{range}` is not a version range as npm writes them: {error}");
        Error::new(ErrorKind::InvalidArgument, message)
    })
}

/// Whether the range holds the version, or the release that it leads to: npm keeps pre-releases out of
/// ranges that do not name one, and frameworks call nightly and local builds so.
pub(crate) fn satisfies(range: &Range, version: &Version) -> bool {
    let release = Version::from((version.major, version.minor, version.patch));
    range.satisfies(version) || range.satisfies(&release)
}

/// The release that a version as Python packages write them leads to: `2.13.0` for `2.13.0+cpu`,
/// `2.13.0a0+git1` and `2.13`.
pub(crate) fn python_release(version: &str) -> Option<Version> {
    let end = version.find(|character: char| !character.is_ascii_digit() && character != '.');
    let digits = version[..end.unwrap_or(version.len())].trim_end_matches('.');
    let mut parts = digits.split('.').map(|part| part.parse::<u64>().ok());
    let major = parts.next()??;
    let minor = parts.next().unwrap_or(Some(0))?;
    let patch = parts.next().unwrap_or(Some(0))?;
    Some(Version::from((major, minor, patch)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_of_python_packages_are_read_as_their_releases() {
        let release = |version| python_release(version).map(|release| release.to_string());
        for version in ["2.13.0", "2.13.0+cpu", "2.13", "2.13.0a0+git1", "2.13.0.dev20260101", "2.13rc1"] {
            assert_eq!(release(version).as_deref(), Some("2.13.0"), "{version}");
        }
        for version in ["", "x", "v2", ".", "2..1", "99999999999999999999999"] {
            assert_eq!(release(version), None, "{version}");
        }
    }

    #[test]
    fn a_pre_release_counts_as_its_release() {
        let range = parse_range("~2.13.0").unwrap();
        let holds = |version| satisfies(&range, &Version::parse(version).unwrap());
        assert!(holds("2.13.1") && holds("2.13.0-alpha") && !holds("2.12.9"));
        assert!(satisfies(&parse_range(" ").unwrap(), &Version::parse("0.1.0").unwrap()));
        let told = parse_range("two").unwrap_err().to_string();
        assert!(told.starts_with("invalid argument: `two` is not a version range"), "{told}");
    }
}
